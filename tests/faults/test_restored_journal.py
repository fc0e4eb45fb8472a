"""A journal that was lost in the middle of an incident: restored elsewhere, the plan goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml

from kitart.clock import monotonic_s, sleep_s
from kitart.journal.database import Journal
from kitart.journal.tables import Approval, Incident, TimelineEntry
from sandbox.calling import call
from sandbox.demo.outside import Window
from sandbox.stack import Stack, Wishes
from tests.faults.test_wide_on_many import PEOPLE, config_with
from tests.unit.journal.test_moving import rows

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
SPEED = 20.0
ONLY_TAKES_IT = {"default": {"delay_s": 20, "answers": {"ack": "take"}, "otherwise": "leave"}}
WRITERS = ("gateway", "worker")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The address of a database that is not there yet, or empty."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path / name / 'journal.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return lambda _name: make()


@pytest.fixture
def stack(tmp_path: Path, new_database: Callable[[str], str]) -> Iterator[Stack]:
    people = tmp_path / "people.yaml"
    people.write_text(yaml.safe_dump({"people": ONLY_TAKES_IT}), encoding="utf-8")
    wishes = Wishes(
        tmp_path / "stack", SPEED, people=people, gateway_port=0, prefect_port=0,
        database_url=new_database("old"), config=config_with(1, tmp_path),
    )  # fmt: skip
    with Stack(wishes, lambda _: None) as running:
        yield running


def eventually(what: Callable[[], Any], within_s: float = 150) -> None:
    until = monotonic_s() + within_s
    while not what():
        assert monotonic_s() < until
        sleep_s(0.3)


def ask(journal: Journal, query: sa.Select[Any]) -> list[Any]:
    with journal.read() as session:
        return list(session.scalars(query))


def kill(stack: Stack) -> None:
    """Gateway and worker, with all that they have started."""
    for child in [each for each in stack.children._children if each.name in WRITERS]:
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        stack.children.forget(child)


def everybody_answers(stack: Stack) -> None:
    window = Window(stack)
    for code in ("ERT-1", "ERT-2", "ERT-3", "AM-1", "AM-2", "IT-MGR", "IT-DEP", "DPO", "DPO-DEP"):
        window.put("people", f"/sandbox/people/{code}", {**PEOPLE["default"], "delay_s": 20})


@pytest.mark.covers("D1", "D21")
def test_incidents_and_open_questions_are_the_same_and_a_run_goes_on(
    stack: Stack, tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    alert = {
        "status": "firing", "labels": {"alertname": "Down", "service": "wide-00"},
        "startsAt": (stack.clock.now() - timedelta(seconds=5)).isoformat(),
        "endsAt": "0001-01-01T00:00:00Z", "fingerprint": "wide-00",
    }  # fmt: skip
    posted = call(
        "POST", f"{stack.gateway_url}/webhooks/alertmanager", timeout_s=30,
        json={"version": "4", "alerts": [alert]},
        headers={"Authorization": f"Bearer {stack.webhook_secret}"},
    )  # fmt: skip
    assert posted.json()["opened"] == ["INC-0001"]
    lost = Journal(stack.journal_url)
    is_open = sa.select(Approval.key).where(Approval.state == "open")
    eventually(lambda: len(ask(lost, is_open)) >= 2)
    kill(stack)
    before = rows(lost)
    assert before["approvals"]
    file = tmp_path / "journal.kitart"
    stack.command("db", "backup", str(file))
    lost.close()

    stack.env["KITART_DATABASE_URL"] = new_database("new")
    said = stack.command("db", "restore", str(file))
    assert said.startswith("1 incident with")
    journal = Journal(stack.env["KITART_DATABASE_URL"])
    assert rows(journal) == before

    everybody_answers(stack)
    stack._start_kitart()
    taken = sa.select(TimelineEntry.type).where(TimelineEntry.type == "run took over")
    eventually(lambda: ask(journal, taken))
    closed = sa.select(Incident.settled_at).where(Incident.settled_at.is_not(None))
    eventually(lambda: ask(journal, closed), within_s=300)
    assert stack.command("db", "check").endswith("every record is whole.")
    journal.close()
