"""Open questions of a running incident answered in Prefect's own UI, on a whole stack."""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as TooSlow

from kitart.clock import monotonic_s, sleep_s
from kitart.journal import approvals, documents, timeline
from kitart.journal.database import Journal
from kitart.journal.tables import Approval
from sandbox.demo import scenario
from sandbox.demo.crash import kill_run
from sandbox.stack import Stack, Wishes

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

NUMBER = "INC-0001"
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)  # every line is open
# Two seconds on a machine of its own; here other tests run beside it. The sweep that finds an
# answer whose event was lost comes after ten.
IN_THE_JOURNAL_WITHIN_S = 6.0
SWEPT_WITHIN_S = 12.0
TIMES_PRESSED = 12
# How long a busy server may take says nothing of what is shown here.
PATIENCE_S = 60.0
PATIENCE_MS = PATIENCE_S * 1000
READ_ONLY = "default: {delay_s: 0.5, answers: {ack: take}, otherwise: leave}\n"


class Scene:
    """A stack with one incident whose questions nobody answers by link."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.journal = Journal(stack.journal_url)

    def alert(self) -> None:
        """The phone system fails, and monitoring says so."""
        away = requests.put(
            f"{self.stack.world['vcc']}/sandbox/outage", json={"mode": "down"}, timeout=PATIENCE_S
        )
        away.raise_for_status()
        posted = requests.post(
            f"{self.stack.gateway_url}/webhooks/alertmanager",
            json=scenario.load("vcc").alert_body(self.stack.clock.now() - timedelta(seconds=30)),
            headers={"Authorization": f"Bearer {self.stack.webhook_secret}"},
            timeout=PATIENCE_S,
        )
        assert posted.status_code == 202, posted.text

    def row(self, kind: str) -> Approval | None:
        """The question with this key, else the newest of this kind, if one was asked."""
        with self.journal.read() as session:
            asked = approvals.of_incident(session, NUMBER)
        return next((row for row in reversed(asked) if kind in (row.key, row.kind)), None)

    def decisions(self, kind: str) -> list[tuple[str, str, str]]:
        """Who answered a question how, and what became of it."""
        row = self.row(kind)
        assert row is not None
        with self.journal.read() as session:
            return [(d.person, d.via, d.outcome) for d in approvals.decisions(session, row.id)]

    def course(self) -> list[str]:
        """The incident's course, as its timeline tells it."""
        with self.journal.read() as session:
            return [entry.text for entry in timeline.entries(session, NUMBER)]

    def forms(self, kind: str) -> list[dict[str, Any]]:
        """The runs that show a question, in whatever state."""
        row = self.row(kind)
        if row is None:
            return []
        runs = self.stack.prefect("/flow_runs/filter", {"flows": {"name": {"any_": ["question"]}}})
        return [run for run in runs if run["parameters"].get("question") == row.key]

    def form(self, kind: str, state: str = "PAUSED") -> dict[str, Any]:
        """The one run of a question that is in this state, once there is one."""

        def found() -> dict[str, Any] | None:
            runs = [run for run in self.forms(kind) if run["state_type"] == state]
            assert len(runs) <= 1
            return runs[0] if runs else None

        run: dict[str, Any] = eventually(found, f"a form of {kind}, {state}")
        return run

    def resume(self, run: dict[str, Any], **fields: str) -> None:
        """Answer as the UI's form does when it is sent."""
        taken = self.stack.prefect(f"/flow_runs/{run['id']}/resume", {"run_input": fields})
        assert taken["status"] == "ACCEPT", taken

    def choices(self, run: dict[str, Any], field: str) -> list[str]:
        """What a form offers."""
        key = run["state"]["state_details"]["run_input_keyset"]["schema"]
        schema = requests.get(
            f"{self.stack.prefect_url}/api/flow_runs/{run['id']}/input/{key}", timeout=PATIENCE_S
        ).json()
        offered: list[str] = schema["properties"][field]["enum"]
        return offered

    def link(self, kind: str) -> str:
        """The link to a question, out of somebody's SMS."""
        return self._asked(kind)[0]

    def code(self, kind: str) -> str:
        """The code for a question, out of the SMS to the one who was asked first."""
        return self._asked(kind)[1]

    def _asked(self, kind: str) -> tuple[str, str]:
        found: tuple[str, str] = eventually(lambda: self._sent(kind), f"an SMS that asks {kind}")
        return found

    def _sent(self, kind: str) -> tuple[str, str] | None:
        sent = requests.get(f"{self.stack.world['sms']}/sandbox/sms", timeout=PATIENCE_S).json()
        row = self.row(kind)
        for one in sent:
            for link in re.findall(r"http\S+/d/[\w.~-]+", one["body"]):
                page = requests.get(link, timeout=PATIENCE_S).text
                if row and f'data-question-id="{row.id}"' in page:
                    code = re.search(r"(?:Code|Kód): (\d{6})", one["body"])
                    assert code is not None, one["body"]
                    return link, code[1]
        return None


def eventually(what: Callable[[], Any], why: str, limit_s: float = 60) -> Any:
    until = monotonic_s() + limit_s
    while monotonic_s() < until:
        if found := what():
            return found
        sleep_s(0.05)
    raise AssertionError(f"never came: {why}")


@pytest.fixture(scope="module")
def scene(
    database_url: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("forms")
    people = folder / "people.yaml"
    people.write_text(READ_ONLY)
    wishes = Wishes(
        folder / "run", start=TUESDAY, people=people, gateway_port=0, prefect_port=0,
        database_url=database_url(),
    )  # fmt: skip
    with Stack(wishes, lambda _: None) as stack:
        one = Scene(stack)
        one.alert()
        yield one
        one.journal.close()


@pytest.fixture
def ui(chromium: Browser, scene: Scene) -> Iterator[Page]:
    context: BrowserContext = chromium.new_context(viewport={"width": 1280, "height": 1000})
    yield context.new_page()
    context.close()


def open_form(page: Page, scene: Scene, run: dict[str, Any]) -> None:
    """Open it, and again when the server was too busy to say what it asks."""
    for _ in range(TIMES_PRESSED):
        page.goto(f"{scene.stack.prefect_url}/runs/flow-run/{run['id']}")
        page.get_by_role("button", name="Resume").first.click()
        try:
            page.get_by_text("Whose answer is it?").wait_for(timeout=20_000)
        except TooSlow:
            continue
        return
    raise AssertionError("the form never opened")


def choose(page: Page, field: int, begins: str) -> None:
    """Open a list as its help says, and take the entry that begins so."""
    page.locator(".p-modal .p-select-button__icon").nth(field).click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(begins)}")).click()


def send(page: Page) -> float:
    """Press Submit, and again when the server was busy; when it was pressed for the last time."""
    for _ in range(TIMES_PRESSED):
        pressed_s = monotonic_s()
        page.get_by_role("button", name="Submit", exact=True).click()
        try:
            page.get_by_text("Whose answer is it?").wait_for(state="hidden", timeout=4_000)
        except TooSlow:
            continue
        return pressed_s
    raise AssertionError("the form was not taken")


@pytest.mark.covers("R13", "D5")
def test_the_priority_is_set_in_prefects_own_form(scene: Scene, ui: Page, tmp_path: Path) -> None:
    run = scene.form("priority")
    assert run["name"] == f"{NUMBER}: Priority of Virtual Call Center offline"
    assert run["parent_task_run_id"], "the form hangs under the incident's run"
    open_form(ui, scene, run)
    for words in (
        "How urgent is it?",
        "The first answer counts, by this form or by link.",
        "with the code in that person's message or without it",
        "What was known at",
        "Needed for “False alarm”.",
    ):
        expect(ui.get_by_text(words).first).to_be_visible()
    lead = scene.choices(run, "person")[0]
    choose(ui, 0, "P2")
    ui.locator(".p-modal textarea").first.fill("Two clients have few calls today")
    choose(ui, 1, lead)
    ui.locator(".p-modal__card").screenshot(path=tmp_path / "form.png")
    landed: list[float] = []

    def wait_for_the_journal() -> None:
        eventually(lambda: scene.decisions("priority"), "the answer in the journal", 120)
        landed.append(monotonic_s())

    waiting = threading.Thread(target=wait_for_the_journal)
    waiting.start()
    pressed_s = send(ui)
    waiting.join(120)
    assert landed[0] - pressed_s < IN_THE_JOURNAL_WITHIN_S
    person = lead.rsplit(" ", 1)[-1]
    assert scene.decisions("priority") == [(person, "Prefect form", "counted")]
    eventually(lambda: "Priority P2" in scene.course(), "the plan goes on with P2")
    assert (
        "Priority of Virtual Call Center offline P2 (Two clients have few calls today); relayed "
        "by the operator of the Prefect UI" in scene.course()
    )
    ended = scene.form("priority", "COMPLETED")
    assert ended["state"]["message"].startswith(
        f"Answered by this form: “P2” (Two clients have few calls today), by the {lead} at "
    )
    # Whoever sent the form is left on this page: its log says what became of the answer.
    expect(ui.get_by_text("Answered by this form: “P2”").first).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.covers("D5", "D6")
def test_a_refusal_without_its_reason_is_asked_for_again_and_then_the_report_is_approved(
    scene: Scene, ui: Page
) -> None:
    # With the priority each report is written anew, and its first question is withdrawn.
    eventually(lambda: (row := scene.row("approve")) and (row.version or 0) > 1, "the new version")
    run = scene.form("approve")
    # This one: other reports may wait for their approval at any moment.
    asked = run["parameters"]["question"]
    person = scene.choices(run, "person")[0]
    open_form(ui, scene, run)
    expect(ui.get_by_text("What the client will read, version")).to_be_visible()
    code = scene.code(asked)
    choose(ui, 0, "Do not send")
    choose(ui, 1, person)
    ui.locator(".p-modal textarea").nth(1).fill(code)
    send(ui)
    expect(ui.get_by_text("Not taken: “Do not send” needs a few words").first).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert scene.decisions(asked) == []
    open_form(ui, scene, scene.form(asked))
    problem = ui.locator(".p-modal").get_by_text("Not taken: “Do not send” needs a few words")
    expect(problem).to_be_visible()
    choose(ui, 0, "Approve and send")
    choose(ui, 1, person)
    ui.locator(".p-modal textarea").nth(1).fill(code)
    send(ui)
    eventually(lambda: scene.decisions(asked), "the approval in the journal", 60)
    row = scene.row(asked)
    assert row is not None
    assert row.document_id is not None

    def approved() -> Any:
        with scene.journal.read() as session:
            found = documents.get(session, row.document_id)
        return found if found.approved_at and found.sent_at else None

    document = eventually(approved, "the report, approved and sent")
    assert (document.approved_by, document.approved_role) == (
        person.rsplit(" ", 1)[-1], "account_manager",
    )  # fmt: skip


@pytest.mark.covers("D6")
def test_link_and_form_in_the_same_second_one_counts_and_the_other_is_told(scene: Scene) -> None:
    run = scene.form("divert-order")
    link = scene.link("divert-order")
    person = scene.choices(run, "person")[0]
    pages: list[str] = []

    def by_link() -> None:
        pages.append(requests.post(link, data={"answer": "not-needed"}, timeout=PATIENCE_S).text)

    other = threading.Thread(target=by_link)
    other.start()
    chosen = next(c for c in scene.choices(run, "answer") if c.startswith("Order the divert"))
    answer = scene.stack.prefect(
        f"/flow_runs/{run['id']}/resume",
        {"run_input": {"answer": chosen, "person": person, "words": "Callers wait"}},
    )
    other.join(30)
    scene.form("divert-order", "COMPLETED")
    if answer["status"] != "ABORT":  # both were taken: what came later is told in the end
        eventually(lambda: len(scene.decisions("divert-order")) == 2, "both answers in the record")
    given = {via: outcome for _, via, outcome in scene.decisions("divert-order")}

    def said() -> str:
        return str(scene.form("divert-order", "COMPLETED")["state"]["message"])

    if answer["status"] == "ABORT":  # the link was so early that the form had ended
        assert given == {"link": "counted"}
    elif given["link"] == "counted":
        assert given == {"link": "counted", "Prefect form": "late"}
        eventually(lambda: "“Order the divert”, came later" in said(), "the word about it")
    else:
        assert given == {"link": "late", "Prefect form": "counted"}
        assert "Already decided: Order the divert" in pages[0]
    assert said().startswith("Answered by ")


def test_a_form_that_somebody_cancels_comes_back_while_its_question_waits(scene: Scene) -> None:
    cancelled = scene.form("ticket")
    scene.stack.prefect(
        f"/flow_runs/{cancelled['id']}/set_state", {"state": {"type": "CANCELLING"}}
    )
    again = eventually(
        lambda: [r for r in scene.forms("ticket")
                 if r["state_type"] == "PAUSED" and r["id"] != cancelled["id"]],
        "the form anew",
    )[0]  # fmt: skip
    assert again["name"] == cancelled["name"]
    assert scene.decisions("ticket") == []


@pytest.mark.covers("D21", "D5")
def test_a_form_answered_while_the_run_is_dead_counts_and_the_others_still_stand(
    scene: Scene,
) -> None:
    run, ticket = scene.form("data-protection"), scene.form("ticket")
    person = scene.choices(run, "person")[0]
    chosen = scene.choices(run, "answer")[0]
    assert kill_run(scene.stack)
    sent_s = monotonic_s()
    scene.resume(run, answer=chosen, person=person, words="No record was lost")
    eventually(lambda: scene.decisions("data-protection"), "the answer in the journal", 120)
    assert monotonic_s() - sent_s < IN_THE_JOURNAL_WITHIN_S
    taken_over = "The plan's steps are now carried out by the plan's run"
    eventually(lambda: scene.course().count(taken_over) == 2, "a new run", 120)
    assert scene.decisions("data-protection") == [
        (person.rsplit(" ", 1)[-1], "Prefect form", "counted")
    ]
    assert scene.form("ticket")["id"] == ticket["id"]
    assert scene.decisions("ticket") == []


def test_after_a_restart_of_prefect_the_forms_answer_again(scene: Scene) -> None:
    run = scene.form("ticket")
    person = scene.choices(run, "person")[0]
    chosen = scene.choices(run, "answer")[0]
    children = scene.stack.children
    (server,) = (child for child in children._children if child.name == "prefect-server")
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    children.forget(server)
    sleep_s(3)  # the gateway has seen that it is away
    ready = requests.get(f"{scene.stack.gateway_url}/readyz", timeout=PATIENCE_S)
    assert ready.status_code == 200, "the gateway is well without it"
    again = scene.stack._run(
        "prefect-server", "kitart", "prefect-server", "--host", "127.0.0.1",
        "--port", str(scene.stack._prefect_port),
    )  # fmt: skip
    children.wait_for(again, scene.stack._prefect_answers, 90)
    sleep_s(4)  # the gateway listens again: it looks for Prefect every 2 s
    sent_s = monotonic_s()
    scene.resume(run, answer=chosen, person=person, words="TT-4711")
    eventually(lambda: scene.decisions("ticket"), "the answer in the journal", 120)
    assert monotonic_s() - sent_s < SWEPT_WITHIN_S
    message = scene.form("ticket", "COMPLETED")["state"]["message"]
    assert "“This is the number” (TT-4711)" in message
