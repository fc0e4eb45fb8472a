"""The commands of ``kitart action``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.alerts.opening import open_or_join
from kitart.cli import app
from kitart.clock import SteadyClock
from kitart.journal import write_up
from kitart.journal.database import Journal
from kitart.journal.late_entries import Writer
from kitart.plan.loading import load_plan
from kitart.rules.write_up import ActionForm
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("D29")
LATE, LATER = "INC-0001/2", "INC-0001/1"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(made)
    settings.cache_clear()
    now, plan = SteadyClock().now(), load_plan(HOUSE / "config")
    with made.write() as session:
        open_or_join(session, plan, "VCC", reported_by="operator", seen="no calls",
                     cause_at=now, now=now)  # fmt: skip
        for due in (date(2099, 1, 1), date(2020, 1, 1)):
            form = ActionForm("Nobody knew", f"Tell them by {due}", "it_manager", due, "They know")
            write_up.record_action(session, "INC-0001", form, Writer("AM-1", "account_manager"),
                                   now=now)  # fmt: skip
    yield made
    settings.cache_clear()
    made.close()


def run(journal: Journal, *words: str) -> Result:
    env = {"COLUMNS": "200", "KITART_DATABASE_URL": str(journal.engine.url)}
    return CliRunner().invoke(app, ["action", *words], env=env)


def listed(journal: Journal, *words: str) -> dict[str, str]:
    shown = run(journal, "list", "--json", *words)
    assert shown.exit_code == 0, shown.output
    rows = [json.loads(line) for line in shown.output.splitlines()]
    return {row["action"]: row["status"] for row in rows}


def test_the_overdue_come_first(journal: Journal) -> None:
    lines = run(journal, "list").output.splitlines()
    assert lines[0].startswith(f"{LATE}    2020-01-01")
    assert "overdue " in lines[0]
    assert lines[1].startswith(f"{LATER}    2099-01-01 open")
    assert "IT manager: Tell them by 2099-01-01" in lines[1]


def test_an_action_is_done_and_checked_and_then_no_longer_listed(journal: Journal) -> None:
    done = run(journal, "done", LATE, "--evidence", "the letter", "--by", "IT-MGR")
    assert (done.exit_code, done.output) == (0, f"{LATE}: recorded\n")
    assert listed(journal) == {LATE: "done", LATER: "open"}
    works = run(journal, "check", LATE, "--works", "--effect", "asked two of them", "--by", "AM-1")
    assert (works.exit_code, works.output) == (0, f"{LATE}: recorded\n")
    assert listed(journal) == {LATER: "open"}
    assert listed(journal, "--all")[LATE] == "works"


def test_one_that_does_not_work_is_open_again(journal: Journal) -> None:
    run(journal, "done", LATE, "--evidence", "the letter", "--by", "IT-MGR")
    run(journal, "check", LATE, "--fails", "--effect", "nobody knew", "--by", "AM-1")
    assert listed(journal)[LATE] == "does not work"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("done", "INC-0001/7", "--evidence", "the letter", "--by", "IT-MGR"),
         "INC-0001 has no corrective action 7"),
        (("done", "2", "--evidence", "the letter", "--by", "IT-MGR"),
         "'2' names no action; right would be one like INC-0142/2"),
        (("done", LATE, "--evidence", " ", "--by", "IT-MGR"), "--evidence is ' '"),
        (("done", LATE, "--evidence", "the letter", "--by", "me"), "--by is 'me'"),
        (("check", LATE, "--works", "--effect", "seen", "--by", "AM-1"),
         "it is open; right would be one that is done"),
    ],
)  # fmt: skip
def test_what_can_not_be_recorded_says_why(
    journal: Journal, words: tuple[str, ...], why: str
) -> None:
    refused = run(journal, *words)
    assert refused.exit_code == 2
    assert why in refused.output
