"""The pages behind links in a real browser: a gateway over a journal, without a plan's run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pydantic import SecretStr

from kitart.alerts.opening import open_or_join
from kitart.clock import HandClock
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.journal import approvals, incidents, observations
from kitart.journal.approvals import Question
from kitart.journal.moving import kept_tables
from kitart.journal.tables import Approval, Incident
from kitart.messaging import links, questions
from kitart.messaging.alarm import ack_link
from kitart.messaging.approving import to_be_approved
from kitart.messaging.asking import decide_link
from kitart.messaging.sign_in_links import new_link
from kitart.orchestrator import OrchestratorError
from kitart.plan.loading import load_plan
from kitart.reports.editions import make_draft
from kitart.settings import HOUSE, Settings
from sandbox.server import SandboxServer
from tests.held_elsewhere import hold, holds_last
from tests.new_journal import make_tables

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
NUMBER = "INC-0001"


class NoOrchestrator:
    """Prefect is not needed to answer a question."""

    def start(self, incident: Incident, request: int) -> str:
        raise OrchestratorError("there is no Prefect here")

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        return True


class Desk:
    """A gateway with one open incident of the phone system, and questions put to people."""

    def __init__(
        self, folder: Path, database_url: str, at: str = "2026-11-24T02:00:00+00:00"
    ) -> None:
        self.clock = HandClock(datetime.fromisoformat(at))
        self.plan = load_plan(HOUSE / "config")
        settings = Settings(
            mode="sandbox",
            data_dir=folder,
            database_url=database_url,
            secret_key=SecretStr("a-long-key-for-the-desk"),
        )
        self.inst = Installation(settings, self.clock)
        make_tables(self.inst.journal)
        self._open()
        app = create_app(self.inst, NoOrchestrator())
        self._server = SandboxServer(app, before_stop=app.state.live.end).start()
        settings.gateway_url = self.url = self._server.url

    def _open(self) -> None:
        now = self.clock.now()
        with self.inst.journal.write() as session:
            opened = open_or_join(
                session, self.plan, "VCC", reported_by="monitor alertmanager",
                seen="The phone system does not answer", cause_at=now, now=now,
            ).incident  # fmt: skip
            observations.add(
                session, "VCC", "down", "probe", "no answer within 10 s", now=now, incident=NUMBER
            )
            # A run holds it as far as the watchman can see: he leaves it alone.
            hold(opened)

    def end(self) -> None:
        self._server.stop()
        self.inst.journal.close()

    def ask(self, kind: str, *people: str, minutes: int = 12) -> Approval:
        """Put one of the plan's questions to people."""
        now = self.clock.now()
        with self.inst.journal.write() as session:
            question = self._question(session, kind, now, minutes)
            for person in people:
                row = approvals.ask(session, question, person, now=now)
            session.flush()
            return row

    def _question(self, session: Any, kind: str, now: datetime, minutes: int) -> Question:
        if kind == "approve":
            document = make_draft(
                session, self.plan, NUMBER, self.plan.clients[0].id, "first-notification", 1,
                due_at=now + timedelta(minutes=minutes),
                next_update_at=now + timedelta(minutes=45), now=now,
            )  # fmt: skip
            return to_be_approved(
                session, self.inst.current_plan(), document, self.inst.clock.now()
            ).question
        make = {
            "priority": questions.priority,
            "ticket": questions.ticket,
            "divert-order": questions.divert_order,
        }[kind]
        return make(session, self.plan, NUMBER, now)

    def decide_link(self, row: Approval, person: str) -> str:
        """The link as it stands in the person's message."""
        return decide_link(self.inst, row, person, self.clock.now())

    def sign_in_link(self, person: str) -> str:
        """A link by which a person signs in, as the operator makes one."""
        return new_link(self.inst, person, by="operator")

    def sign_in(self, screen: Page, person: str) -> None:
        """Sign a person in on this screen: the browser is at the board then."""
        screen.goto(self.sign_in_link(person))
        screen.locator("main form button").click()
        screen.wait_for_url("**/board")

    def ack_link(self, person: str, step: str = "ert") -> str:
        return ack_link(self.inst, NUMBER, step, person)

    def link(self, purpose: Any, subject: str, person: str, version: int = 1, days: int = 2) -> str:
        """Any signed link, also one that nobody was ever sent."""
        until = self.clock.now() + timedelta(days=days)
        return links.address(
            self.inst.settings, links.Link(purpose, subject, person, version, until)
        )

    def change(self, **values: Any) -> None:
        """Change the incident's row (an exercise, closed)."""
        with self.inst.journal.write() as session:
            for name, value in values.items():
                setattr(incidents.get(session, NUMBER), name, value)

    def question(self, row: Approval) -> Approval:
        with self.inst.journal.read() as session:
            found = approvals.get(session, row.id)
        assert found is not None
        return found

    def answers(self, row: Approval) -> list[tuple[str, str, str]]:
        """Who answered what, and what became of it."""
        with self.inst.journal.read() as session:
            return [(d.person, d.answer, d.outcome) for d in approvals.decisions(session, row.id)]

    def break_journal(self) -> None:
        """Take a table away: every look at it fails until it is mended."""
        self._rename("approvals", "approvals_away")

    def mend_journal(self) -> None:
        """Put it back."""
        self._rename("approvals_away", "approvals")

    def _rename(self, table: str, to: str) -> None:
        with self.inst.journal.engine.begin() as connection:
            connection.execute(sa.text(f"ALTER TABLE {table} RENAME TO {to}"))

    def row_counts(self) -> dict[str, int]:
        """How many rows each table of the journal has."""
        with self.inst.journal.read() as session:
            return {
                table.name: session.execute(
                    sa.select(sa.func.count()).select_from(table)
                ).scalar_one()
                for table in kept_tables()
            }


@pytest.fixture
def desk(
    tmp_path: Path, database_url: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    holds_last(monkeypatch)
    one = Desk(tmp_path, database_url())
    yield one
    one.end()


# Not for the whole session: while Playwright runs, an event loop runs in this thread, and a test
# that comes after could begin none of its own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = f"no browser: install one of {', '.join(BROWSERS)}"
        if os.environ.get("KITART_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def width(request: pytest.FixtureRequest) -> dict[str, int]:
    size: dict[str, int] = request.param
    return size


@pytest.fixture
def screen(chromium: Browser, width: dict[str, int]) -> Iterator[Page]:
    """A browser without JavaScript that reaches loopback and nothing else."""
    context = chromium.new_context(viewport=width, java_script_enabled=False)  # type: ignore[arg-type]
    asked_outside = refuse_outside(context)
    yield context.new_page()
    context.close()
    assert asked_outside == [], "a page asked for something from outside"


def refuse_outside(context: BrowserContext) -> list[str]:
    """Let the browser reach loopback alone; returns the list that other addresses land in."""
    outside: list[str] = []

    def decide(route: Any) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "data:", "about:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context.route("**/*", decide)
    return outside


@pytest.fixture
def living(chromium: Browser, width: dict[str, int]) -> Iterator[Page]:
    """A browser with JavaScript that reaches loopback and nothing else, and has no errors."""
    context = chromium.new_context(viewport=width)  # type: ignore[arg-type]
    asked_outside, wrong = refuse_outside(context), list[str]()
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    yield page
    context.close()
    assert asked_outside == [], "a page asked for something from outside"
    assert wrong == []
