"""The commands ``kitart exercise plan|start|confirm|stop|list``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.clock import SteadyClock
from kitart.journal import exercises, incidents
from kitart.journal.database import Journal
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, settings
from tasks.exercise import ExerciseWanted
from tests.new_journal import make_tables


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
    return CliRunner().invoke(app, ["exercise", *words], env=env)


@pytest.mark.covers("R52", "R53")
def test_an_exercise_is_planned_for_its_notice_and_joined_when_planned_again(
    journal: Journal,
) -> None:
    assert run(journal, "plan", "LEVEL-3-TO-4").stdout.strip() == "INC-0001"
    assert json.loads(run(journal, "plan", "LEVEL-3-TO-4", "--json").stdout) == {
        "incident": "INC-0001", "new": False,
    }  # fmt: skip
    with journal.read() as session:
        record = exercises.get(session, "INC-0001")
    assert timedelta(days=13) < record.starts_at - SteadyClock().now() < timedelta(days=15)


def test_a_code_that_is_none_and_a_date_that_is_past_are_named(journal: Journal) -> None:
    unknown = run(journal, "plan", "LEVEL-5")
    assert unknown.exit_code == 2
    assert "exercise is 'LEVEL-5'; right would be one of CONTACT-CALL" in unknown.stderr
    past = run(journal, "plan", "LEVEL-3-TO-4", "--at", "2020-01-01T10:00+01:00")
    assert past.exit_code == 2
    assert "which is past" in past.stderr


@pytest.mark.covers("R53")
def test_a_coordinator_confirms_and_nobody_else(journal: Journal) -> None:
    run(journal, "start", "LEVEL-3-TO-4")
    wrong = run(journal, "confirm", "INC-0001", "--by", "ERT-1")
    assert wrong.exit_code == 2
    assert "right would be one of IT-MGR, AM-1" in wrong.stderr
    assert run(journal, "confirm", "INC-0001", "--by", "IT-MGR").exit_code == 0
    with journal.read() as session:
        assert exercises.get(session, "INC-0001").confirmed == ("IT-MGR",)


@pytest.mark.covers("D28")
def test_one_that_is_stopped_does_not_count(journal: Journal) -> None:
    run(journal, "plan", "LEVEL-3-TO-4")
    assert "stopped" in run(journal, "stop", "INC-0001", "--by", "AM-1", "--why", "a fair").stdout
    again = run(journal, "stop", "INC-0001", "--by", "AM-1")
    assert again.exit_code == 1
    assert "over already" in again.stderr
    assert "there is no incident INC-0009" in run(journal, "stop", "INC-0009", "--by", "x").stderr
    rows = [json.loads(line) for line in run(journal, "list", "--json").stdout.splitlines()]
    (row,) = [row for row in rows if row["exercise"] == "LEVEL-3-TO-4"]
    assert (row["last"], row["open"]) == (None, None)


@pytest.mark.covers("R52", "D28")
def test_the_list_says_when_each_is_due(journal: Journal) -> None:
    run(journal, "plan", "LEVEL-3-TO-4")
    ended = datetime(2026, 10, 13, 9, 0, tzinfo=UTC)
    with journal.write() as session:
        exercises.end(session, "INC-0001", now=ended)
        incidents.get(session, "INC-0001").state = exercises.EVALUATED_STATE
    run(journal, "plan", "SUDDEN-SWITCH")
    said = run(journal, "list").stdout
    assert "LEVEL-3-TO-4         tabletop      due 2027-10-13, last INC-0001" in said
    assert "never held; INC-0002 planned" in said


@pytest.mark.covers("R52")
def test_each_exercise_has_a_schedule_of_its_cycle() -> None:
    deployments = yaml.safe_load((HOUSE / "prefect.yaml").read_text("utf-8"))["deployments"]
    (deployment,) = [d for d in deployments if d["name"] == "exercise"]
    times = {
        s["parameters"]["exercise"]["exercise"]: len(s["cron"].split()[3].split(","))
        for s in deployment["schedules"]
    }
    assert all(
        ExerciseWanted.model_validate(s["parameters"]["exercise"]) for s in deployment["schedules"]
    )
    (contact,) = [d for d in deployments if d["name"] == "contact-list"]
    calls = sum(len(s["cron"].split()[3].split(",")) for s in contact["schedules"])
    for entry in load_plan(HOUSE / "config").exercises:
        held = calls if entry.kind == "contact-call" else times[entry.id]
        assert held * entry.every_months >= 12, entry.id
