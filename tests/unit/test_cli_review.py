"""``kitart review`` and ``kitart contact log`` as a person or a script uses them (R51, D27)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.journal import contact_tests, incidents, plans, reviews, timeline
from kitart.journal.contact_tests import EVALUATED
from kitart.journal.database import Journal
from kitart.plan.contact_list import contact_list
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("R51")
PLAN = load_plan(HOUSE / "config")
NOW = datetime.now(UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(made)
    settings.cache_clear()
    yield made
    settings.cache_clear()
    made.close()


def run(journal: Journal, *words: str) -> Result:
    env = {"COLUMNS": "200", "KITART_DATABASE_URL": str(journal.engine.url)}
    return CliRunner().invoke(app, list(words), env=env)


def known_since(journal: Journal, days: int) -> None:
    with journal.write() as session:
        plans.keep(session, PLAN.hash, PLAN.snapshot(), now=NOW - timedelta(days=days))


def a_test(journal: Journal) -> str:
    """A test of the contact list that two of the list were tried in."""
    with journal.write() as session:
        plans.keep(session, PLAN.hash, PLAN.snapshot(), now=NOW)
        opened = contact_tests.open_or_join(session, PLAN, (), 60, "operator", now=NOW,
                                            real_now=NOW)  # fmt: skip
        number = opened.incident.number
        contact_tests.begin(session, number, now=NOW)
        first, second = contact_list(PLAN)[:2]
        line = {"place": 0, "why": ""}
        lines = [
            line | {"person": first.person.id, "role": first.person.kind, "minutes": 2.5,
                    "channel": first.channel.kind, "outcome": "answered"},
            line | {"person": second.person.id, "role": second.person.kind, "minutes": None,
                    "channel": second.channel.kind, "outcome": "silent", "place": 1,
                    "why": "accepted by the provider, not answered"},
        ]  # fmt: skip
        timeline.append(session, number, EVALUATED, "x", now=NOW,
                        data={"lines": lines, "passed": False})  # fmt: skip
        incidents.close(session, number, "evaluated", now=NOW)
    return number


def test_a_review_is_begun_once_and_a_second_begin_adds_its_reason(journal: Journal) -> None:
    first = run(
        journal, "review", "begin", "The auditor asks for it", "--reason", "audit", "--json"
    )
    assert first.exit_code == 0, first.output
    found = json.loads(first.output)
    assert (found["incident"], found["new"]) == ("INC-0001", True)
    assert found["page"].endswith("/review")
    second = run(journal, "review", "begin", "A new contract", "--reason", "law")
    assert "INC-0001 (a review is open already; joined)" in second.output
    with journal.read() as session:
        reasons = reviews.written(timeline.entries(session, "INC-0001")).reasons
    assert [(r.reason, r.reference) for r in reasons] == [
        ("audit", "The auditor asks for it"), ("law", "A new contract"),
    ]  # fmt: skip


def test_a_wrong_reason_is_refused_with_those_that_are_right(journal: Journal) -> None:
    result = run(journal, "review", "begin", "x", "--reason", "mood")
    assert result.exit_code == 2
    assert "--reason is 'mood'; right would be one of request, law, audit" in result.output
    assert run(journal, "review", "begin", "  ").exit_code == 2


@pytest.mark.covers("D27")
def test_what_is_due_is_shown_with_why_and_an_overdue_review_ends_with_1(journal: Journal) -> None:
    known_since(journal, 30)
    result = run(journal, "review", "show")
    assert result.exit_code == 0, result.output
    assert "No version was put into force by a review yet." in result.output
    failed = a_test(journal)
    found = json.loads(run(journal, "review", "show", "--json").output)
    assert [(r["reason"], r["about"]) for r in found["reasons"]] == [("test", failed)]


@pytest.mark.covers("D27")
def test_an_overdue_review_ends_with_1(journal: Journal) -> None:
    known_since(journal, 370)
    result = run(journal, "review", "show")
    assert result.exit_code == 1
    assert ": it is overdue." in result.output
    checked = run(journal, "plan", "check")
    assert checked.exit_code == 0
    assert "review of the plan: overdue since" in checked.output
    assert "(scheduled); 'kitart review begin' begins it" in checked.output


def test_the_record_is_written_in_either_language(journal: Journal, tmp_path: Path) -> None:
    assert run(journal, "review", "record").exit_code == 1
    run(journal, "review", "begin", "New year")
    result = run(journal, "review", "record", "--language", "hu", "--html", "--out", str(tmp_path))
    assert result.exit_code == 0, result.output
    text = Path(result.output.strip()).read_text()
    assert "A terv felülvizsgálati jegyzőkönyve" in text
    assert "tervezet" in text
    result = run(journal, "review", "record", "--out", str(tmp_path))
    assert Path(result.output.strip()).read_bytes().startswith(b"%PDF")
    assert run(journal, "review", "record", "--language", "de").exit_code == 2


@pytest.mark.covers("R50", "D22")
def test_the_log_says_of_each_contact_when_it_was_tested_by_whom_and_with_what_result(
    journal: Journal,
) -> None:
    assert "No test of the contact list was evaluated yet" in run(journal, "contact", "log").output
    number = a_test(journal)
    first, second = json.loads(run(journal, "contact", "log", "--json").output)
    assert (first["person"], first["channel"], first["address"]) == ("SV-1", "sms", "+44…01")
    assert (first["result"], first["minutes"], first["by"], first["test"]) == (
        "answered", 2.5, "operator", number,
    )  # fmt: skip
    assert datetime.fromisoformat(first["tested_at"]) == NOW
    assert (second["result"], second["channel"]) == ("silent", "voice")
    shown = run(journal, "contact", "log").output
    assert "no answer: accepted by the provider, not answered" in shown
    assert "7700900" not in shown
