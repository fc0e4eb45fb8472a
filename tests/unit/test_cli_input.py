"""The commands of ``kitart input``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.alerts import expected_inputs
from kitart.cli import app
from kitart.clock import SteadyClock
from kitart.journal import incidents
from kitart.journal.database import Journal
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("A21")
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
    return CliRunner().invoke(app, ["input", *words], env=env)


def test_what_was_never_looked_for_is_shown_as_such(journal: Journal) -> None:
    shown = run(journal, "show")
    assert shown.exit_code == 0, shown.output
    assert "ROSTER-DAY         no look yet" in shown.output


def test_an_arrival_is_recorded_and_shown(journal: Journal) -> None:
    with journal.write() as session:
        expected_inputs.look(session, PLAN, now=SteadyClock().now())
    said = run(journal, "arrived", "ROSTER-DAY", "--by", "supervisor")
    assert said.exit_code == 0, said.output
    assert said.output.startswith("ROSTER-DAY: ")
    lines = [json.loads(line) for line in run(journal, "show", "--json").output.splitlines()]
    roster = next(line for line in lines if line["input"] == "ROSTER-DAY")
    assert roster["last_arrived_at"] is not None


def test_one_that_is_missing_opens_an_incident_and_prints_its_number(journal: Journal) -> None:
    with journal.write() as session:
        expected_inputs.look(session, PLAN, now=SteadyClock().now())
    for _ in range(2):
        said = run(journal, "missing", "ROSTER-DAY", "--seen", "It will not come today")
        assert (said.exit_code, said.output) == (0, "INC-0001\n")
    with journal.read() as session:
        assert incidents.get(session, "INC-0001").kind == "vital input missing"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["arrived", "NOTHING"], "INPUT is 'NOTHING'; right would be one of ROSTER-DAY"),
        (["missing", "NOTHING", "--seen", "It is not there"], "INPUT is 'NOTHING'"),
        (["missing", "ROSTER-DAY", "--seen", "x"], "--seen is too short or too long"),
        (["arrived", "ROSTER-DAY", "--at", "today"], "--at is 'today'"),
    ],
)
def test_what_can_t_be_is_refused_with_what_would_be_right(
    journal: Journal, words: list[str], said: str
) -> None:
    refused = run(journal, *words)
    assert refused.exit_code == 2
    assert said in refused.output


def test_what_is_still_to_come_has_not_arrived(journal: Journal) -> None:
    later = (SteadyClock().now() + timedelta(hours=1)).isoformat()
    refused = run(journal, "arrived", "ROSTER-DAY", "--at", later)
    assert refused.exit_code == 2
    assert "still to come" in refused.output
