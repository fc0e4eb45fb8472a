"""The commands ``kitart contact test`` and ``kitart contact show``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kitart.alerts.opening import open_or_join
from kitart.cli import app
from kitart.clock import HandClock, SteadyClock
from kitart.journal import contact_tests, incidents, timeline
from kitart.journal.contact_tests import EVALUATED
from kitart.journal.database import Journal
from kitart.plan.checks import check_plan
from kitart.plan.contact_list import contact_list
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

PLAN = load_plan(HOUSE / "config")


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
    return CliRunner().invoke(app, ["contact", *words], env=env)


def evaluated(journal: Journal, number: str, at: datetime) -> None:
    """Write the end of a test in which the first of the list answered and the second did not."""
    first, second = contact_list(PLAN)[:2]
    line = {"role": first.person.kind, "place": 0, "minutes": None, "why": ""}
    lines = [
        line | {"person": first.person.id, "channel": first.channel.kind, "outcome": "answered"},
        line
        | {"person": second.person.id, "channel": second.channel.kind, "outcome": "silent"}
        | {"why": "accepted by the provider, not answered"},
    ]
    data: dict[str, Any] = {
        "lines": lines, "answered": 1, "tried": 2, "share": 0.5, "passed": False,
        "ert_met": True, "ert_limit": 5, "silent_deputies": [],
    }  # fmt: skip
    with journal.write() as session:
        timeline.append(session, number, EVALUATED, "1 of 2 answered", now=at, data=data)
        contact_tests.keep_verified(session, first.address, number, at=at)
        incidents.close(session, number, "evaluated", now=at)


@pytest.mark.covers("R50")
def test_a_test_is_written_to_the_journal_and_a_second_start_joins_it(journal: Journal) -> None:
    first = run(journal, "test", "--roles", "ert", "--roles", "cmt", "--minutes", "20", "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout) == {"incident": "INC-0001", "new": True}
    with journal.read() as session:
        row = incidents.get(session, "INC-0001")
        (planned,) = timeline.entries(session, "INC-0001", "test planned")
    assert row.exercise
    assert row.kind == "contact test"
    assert planned.data == {"roles": ["cmt", "ert"], "minutes": 20}
    again = run(journal, "test")
    assert "INC-0001 (a test runs already; joined)" in again.output
    assert "running" in run(journal, "show").output


def test_an_unknown_role_is_refused_with_those_that_are_right(journal: Journal) -> None:
    result = run(journal, "test", "--roles", "boss")
    assert result.exit_code == 2
    assert "'boss'" in result.output
    assert "account_manager" in result.output


@pytest.mark.covers("E40")
def test_no_test_begins_while_a_real_incident_is_open(journal: Journal) -> None:
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with journal.write() as session:
        open_or_join(
            session, PLAN, "VCC", reported_by="operator", seen="It is down", cause_at=None, now=now
        )
    result = run(journal, "test")
    assert result.exit_code == 1
    assert "INC-0001 is open" in result.output


@pytest.mark.covers("D27", "D28")
def test_what_a_test_verified_is_shown_and_no_more_called_doubtful(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run(journal, "show")
    assert "has not been tested yet" in before.output
    at = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)  # when all dates of the plan are too old
    monkeypatch.setattr(SteadyClock, "now", lambda _: at + timedelta(days=1))
    number = json.loads(run(journal, "test", "--json").stdout)["incident"]
    evaluated(journal, number, at)
    shown = run(journal, "show")
    assert f"{number}, 2027-06-02" in shown.output
    assert "1 of 2 answered, 1 gap, 0 not tried; criteria not all met" in shown.output
    assert "Gaps of INC-0001" in shown.output
    found = json.loads(run(journal, "show", "--json").stdout)
    first, second, *_ = found["contacts"]
    assert (first["verified"], first["by_test"], first["doubtful"]) == ("2027-06-01", True, False)
    assert (second["verified"], second["by_test"]) == ("2026-10-30", False)
    assert second["doubtful"]
    assert found["last_evaluated"]["gaps"][0]["person"] == second["person"]
    env = {"KITART_DATABASE_URL": str(journal.engine.url)}
    checked = CliRunner().invoke(app, ["plan", "check"], env=env)
    assert checked.exit_code == 0
    assert "sms of SV-1" not in checked.output
    assert f"{second['channel']} of SV-1" in checked.output


@pytest.mark.covers("D28")
def test_a_stopped_test_is_shown_but_does_not_count(journal: Journal) -> None:
    number = json.loads(run(journal, "test", "--json").stdout)["incident"]
    with journal.write() as session:
        incidents.close(session, number, "stopped", now=datetime(2026, 11, 24, tzinfo=UTC))
    found = json.loads(run(journal, "show", "--json").stdout)
    assert found["last_test"]["state"] == "stopped"
    assert found["last_evaluated"] is None


@pytest.mark.covers("D27")
def test_of_the_plans_date_and_a_tests_the_newer_counts() -> None:
    day = HandClock(datetime(2026, 11, 1, 9, 0, tzinfo=UTC)).now()
    entry = contact_list(PLAN)[0]
    old = {entry.address: day - timedelta(days=400)}
    assert check_plan(PLAN, day.date(), verified=old) == check_plan(PLAN, day.date())
    other = {(entry.person.id, entry.channel.kind, "+15550100"): day + timedelta(days=300)}
    later = (day + timedelta(days=300)).date()
    assert check_plan(PLAN, later, verified=other) == check_plan(PLAN, later)


@pytest.mark.parametrize("role", ["ert", "it_manager"])
def test_the_list_of_a_role_has_its_people_on_each_channel(role: str) -> None:
    entries = contact_list(PLAN, [role])
    assert {entry.person.kind for entry in entries} == {role}
    assert len(entries) == sum(len(person.channels) for person in PLAN.people_of_kind(role))
