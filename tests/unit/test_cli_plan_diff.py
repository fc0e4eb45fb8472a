"""``kitart plan diff`` as a person or a script uses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.journal import incidents, plans
from kitart.journal.database import Journal
from kitart.journal.incidents import Report
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import settings
from tests.new_journal import make_tables

SAMPLE = Path(__file__).resolve().parents[2] / "config"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def run(*words: str, journal: Journal | None = None) -> Result:
    env = {"COLUMNS": "200"}
    if journal is not None:
        env["KITART_DATABASE_URL"] = journal.url
    settings.cache_clear()
    try:
        return CliRunner().invoke(app, ["plan", "diff", *words], env=env)
    finally:
        settings.cache_clear()


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The sample company with other seats and another phone of a supervisor's."""
    folder = Path(shutil.copytree(SAMPLE, tmp_path / "config"))
    for file, old, new in (
        ("projects.yaml", "min_level: B2, seats: {day: 2", "min_level: B2, seats: {day: 4"),
        ("people.yaml", "+447700900101", "+447700900777"),
    ):
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))
    return folder


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(found)
    yield found
    found.close()


def keep(journal: Journal, plan: Plan) -> str:
    """An incident that began under a plan; its number."""
    with journal.write() as session:
        plans.keep(session, plan.hash, plan.snapshot(), now=NOW)
        report = Report(
            kind="vital systems offline", system_id="VCC", title="VCC offline", cause_at=NOW,
            reported_at=NOW, reported_by="monitor", priority_proposed="P2", plan_hash=plan.hash,
        )  # fmt: skip
        return incidents.open_or_join(session, report, now=NOW, real_now=NOW).incident.number


@pytest.mark.covers("R51", "D30")
def test_two_folders_that_say_the_same_end_with_0() -> None:
    result = run(str(SAMPLE), str(SAMPLE))
    version = load_plan(SAMPLE).version
    assert result.exit_code == 0
    assert result.output == f"Nothing differs: version {version} and {version}.\n"


@pytest.mark.covers("R51", "D30")
def test_what_differs_is_said_part_by_part_and_ends_with_1(changed: Path) -> None:
    result = run(str(SAMPLE), str(changed))
    assert result.exit_code == 1
    old, new = load_plan(SAMPLE).version, load_plan(changed).version
    assert result.output.splitlines() == [
        "Projects",
        "  ALPHA: seats de on day 2 → 4",
        "Role holders",
        "  SV-1: channel SMS, address: +44…01 → +44…77",
        f"2 changes from version {old} to {new}.",
    ]


@pytest.mark.covers("R51", "D26")
def test_it_is_said_in_hungarian_too(changed: Path) -> None:
    result = run(str(SAMPLE), str(changed), "--language", "hu")
    assert result.exit_code == 1
    assert result.output.splitlines()[:2] == ["Projektek", "  ALPHA: de helyek, day: 2 → 4"]


@pytest.mark.covers("R51", "D22")
def test_a_script_gets_each_change_with_addresses_masked(changed: Path) -> None:
    result = run(str(SAMPLE), str(changed), "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found["same"] is False
    assert found["new"] == load_plan(changed).hash
    seats, phone = found["changes"]
    assert seats == {
        "section": "projects", "about": "ALPHA", "path": ["queues", "de", "seats", "day"],
        "kind": "changed", "old": 2, "new": 4, "text": "ALPHA: seats de on day 2 → 4",
    }  # fmt: skip
    assert (phone["old"], phone["new"]) == ("+44…01", "+44…77")
    assert "7700900" not in result.output


@pytest.mark.covers("R51", "D30")
def test_plans_of_the_journal_are_named_by_an_incident_or_the_beginning_of_a_hash(
    journal: Journal, changed: Path
) -> None:
    plan = load_plan(SAMPLE)
    number = keep(journal, plan)
    for named in (number, number.lower(), plan.hash, plan.hash[:6], plan.version.upper()):
        result = run(named, str(changed), journal=journal)
        assert result.exit_code == 1, result.output
        assert "ALPHA: seats de on day 2 → 4" in result.output
    assert run(plan.version, journal=journal).exit_code == 0  # the configured one is the sample


@pytest.mark.covers("R51")
def test_what_names_no_plan_ends_with_2_and_says_what_would_be_right(
    journal: Journal, tmp_path: Path
) -> None:
    plan = load_plan(SAMPLE)
    keep(journal, plan)
    cases = {
        "INC-0777": f"no incident and no plan in the journal is 'INC-0777'; the newest plans: "
        f"{plan.hash[:12]}",
        "abc": "'abc' is too short for a plan's hash; right would be at least 4 letters",
        "no/where": "OLD is 'no/where': there is no such folder",
    }
    for named, said in cases.items():
        result = run(named, str(SAMPLE), journal=journal)
        assert result.exit_code == 2
        assert said in result.output
    (tmp_path / "empty").mkdir()
    result = run(str(SAMPLE), str(tmp_path / "empty"))
    assert result.exit_code == 2
    assert "can't be read" in result.output


@pytest.mark.covers("R51")
def test_a_beginning_that_fits_several_plans_is_refused(journal: Journal) -> None:
    with journal.write() as session:
        for hash in ("abcd1" + "0" * 59, "abcd2" + "0" * 59):
            plans.keep(session, hash, {}, now=NOW)
    result = run("abcd", str(SAMPLE), journal=journal)
    assert result.exit_code == 2
    assert "'abcd' begins 2 plans: abcd10000000, abcd20000000; write more of it" in result.output


@pytest.mark.covers("R51")
def test_a_plan_of_the_journal_that_is_none_any_more_ends_with_2(journal: Journal) -> None:
    with journal.write() as session:
        plans.keep(session, "abcd1" + "0" * 59, {"company": {}}, now=NOW)
    result = run("abcd1", str(SAMPLE), journal=journal)
    assert result.exit_code == 2
    assert "is not one that this Kitart reads" in result.output


@pytest.mark.covers("R51")
def test_a_journal_that_can_not_be_used_ends_with_2_as_well(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'other.db'}")
    result = run("INC-0001", str(SAMPLE), journal=journal)
    journal.close()
    assert result.exit_code == 2
    assert "run 'kitart db upgrade'" in result.output


def test_another_language_is_refused_with_those_that_are_right() -> None:
    result = run(str(SAMPLE), str(SAMPLE), "--language", "de")
    assert result.exit_code == 2
    assert "--language is 'de'; right would be one of en, hu" in result.output
