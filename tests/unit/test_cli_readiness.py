"""The command ``kitart readiness``: its exit codes, its text, its JSON, what it keeps."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app
from kitart.journal import readiness
from kitart.journal.database import Journal
from kitart.rules.readiness.result import from_data
from kitart.settings import HOUSE, settings
from tests.new_journal import make_tables

pytestmark = pytest.mark.covers("D27", "R7")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    settings.cache_clear()
    yield made
    settings.cache_clear()
    made.close()


def run(journal: Journal, *words: str) -> Result:
    env = {"COLUMNS": "200", "KITART_DATABASE_URL": str(journal.engine.url)}
    return CliRunner().invoke(app, ["readiness", *words], env=env)


def test_the_sample_has_serious_findings_so_it_ends_with_one(journal: Journal) -> None:
    result = run(journal)
    assert result.exit_code == 1
    for said in (
        "deputy-in-same-area, people[AM-1].deputy (since ",
        "-> find a reserve in another area",
        "What would help most: one more native speaker on standby",
        "The weakest hours, area out (Europe/Budapest)",
        "CHARLIE/ro",
    ):
        assert said in result.output, said


def test_what_is_out_can_be_chosen(journal: Journal) -> None:
    result = run(journal, "--out", "client:CL-3")
    assert "The weakest hours, client:CL-3 out" in result.output
    assert "level 4  CHARLIE/hu" in result.output
    wrong = run(journal, "--out", "area:HU-5")
    assert wrong.exit_code == 2
    assert "--out is 'area:HU-5', which the plan hasn't; right would be area:HU-05" in wrong.output


def test_json_holds_everything_and_can_be_read_back(journal: Journal) -> None:
    result = run(journal, "--json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    found = from_data(data)
    assert found.outlook.hours == 720
    assert {each["code"] for each in data["findings"]} >= {"reserve-of-one", "queue-in-one-area"}
    assert data["findings"][0]["what"].keys() == {"en", "hu"}


def test_a_plan_that_cannot_be_read_ends_with_two(journal: Journal, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    shutil.copytree(HOUSE / "config", folder)
    (folder / "rotas.yaml").write_text("rotas: [{id: ROTA-A")
    result = run(journal, "--plan", str(folder))
    assert result.exit_code == 2
    assert "rotas.yaml" in result.output


def test_a_plan_with_nothing_serious_ends_with_zero(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kitart.rules.readiness.result.Readiness.serious", 0)
    assert run(journal).exit_code == 0


def test_it_is_kept_only_when_asked_for(journal: Journal) -> None:
    without = run(journal, "--keep")
    assert without.exit_code == 2
    assert "Nothing can be kept" in without.output
    assert "kitart db upgrade" in without.output
    make_tables(journal)
    run(journal)
    with journal.read() as session:
        assert readiness.latest(session) is None
    assert run(journal, "--keep").exit_code == 1
    with journal.read() as session:
        kept = readiness.latest(session)
    assert kept is not None
    assert kept.outlook.hours == 720


def test_another_plan_is_never_kept_as_the_companys(journal: Journal) -> None:
    result = run(journal, "--keep", "--plan", str(HOUSE / "config"))
    assert result.exit_code == 2
    assert "--keep goes with the configured plan" in result.output


def test_without_a_journal_that_can_be_read_the_ages_are_said_to_be_unknown(
    journal: Journal, tmp_path: Path
) -> None:
    (tmp_path / "journal.db").write_text("a letter to my aunt, and certainly no database. " * 50)
    result = run(journal)
    assert result.exit_code == 1
    assert "Every finding counts as found today: " in result.stderr
    assert "can't be opened" in result.stderr
    assert run(journal, "--keep").exit_code == 2
