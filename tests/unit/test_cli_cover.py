"""The command ``kitart cover propose`` as a person or a script uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app

SAMPLE = str(Path(__file__).resolve().parents[2] / "config")
TUESDAY = "2026-11-17T09:12+01:00"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["cover", "propose", *words], env={"COLUMNS": "200"})


def asked(at: str, *out: str) -> dict[str, Any]:
    words = [word for code in out for word in ("--out", code)]
    result = run("--at", at, *words, "--plan", SAMPLE, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.mark.covers("R19")
def test_one_agent_out_gives_level_1_and_the_lined_up_native() -> None:
    found = asked(TUESDAY, "AG-014")
    assert found.keys() == {"level", "queues"}
    assert found["level"] == 1
    assert len(found["queues"]) == 15
    (short,) = [queue for queue in found["queues"] if queue["level"] is not None]
    candidates = short.pop("candidates")
    assert short == {
        "project": "CHARLIE", "language": "hu", "needed": 2, "live": 1, "level": 1,
        "assigned": ["AG-016"], "uncovered": 0,
    }  # fmt: skip
    assert all(each.keys() == {"agent", "rung", "eligible", "reason"} for each in candidates)
    assert [each["agent"] for each in candidates if each["eligible"]] == ["AG-016"]
    assert all(each["reason"] for each in candidates)


def test_nobody_out_means_no_level() -> None:
    found = asked("2026-11-17T10:00+01:00")
    assert found["level"] is None
    assert all(q["uncovered"] == 0 and q["candidates"] == [] for q in found["queues"])


def test_the_same_question_has_the_same_answer_whatever_its_order_and_offset() -> None:
    storm = ("AG-023", "AG-024", "AG-027")
    one = asked("2026-11-22T02:40Z", *storm)
    assert one == asked("2026-11-22T03:40+01:00", *reversed(storm), "AG-023")
    assert one["level"] == 2


def test_several_who_are_out_may_stand_in_one_value() -> None:
    storm = ("AG-023", "AG-024", "AG-027")
    assert asked("2026-11-22T02:40Z", *storm) == asked("2026-11-22T02:40Z", "AG-023, AG-024,AG-027")


@pytest.mark.covers("E15", "D11")
def test_for_people_it_says_what_is_missing_who_and_why() -> None:
    result = run("--at", TUESDAY, "--out", "AG-014", "--plan", SAMPLE)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines == [
        "Out: 1 of 27 agents on shift.",
        "CHARLIE/hu: 1 of 2 seats live, level 1",
        "  AG-016 (native): hu native, on standby in HU-BA, usually live in 15 minutes; "
        "standby ends 12:00 CET",
        "14 other queues: nothing short.",
        "Cover level 1 (CHARLIE 1). The account manager decides.",
    ]
    late = run("--at", "2026-11-17T17:00+01:00", "--out", "AG-012", "--project", "CHARLIE",
               "--plan", SAMPLE).output  # fmt: skip
    for words in ("1 seat uncovered: calls of this queue alone go to voicemail",
                  "AG-010 is not on standby now", "Contact the CMT", "2 other queues"):  # fmt: skip
        assert words in late


def test_a_gap_of_the_roster_is_called_so() -> None:
    said = run("--at", "2026-11-17T17:00+01:00", "--plan", SAMPLE).output
    assert "BRAVO/en: 0 of 1 seats live, level 1\n  the roster itself leaves 1 seat empty" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", TUESDAY, "--out", "AG-14"], ["--out is 'AG-14'", "right would be AG-014"]),
        (["--at", TUESDAY, "--out", "zz"], ["--out is 'zz'", "right would be one of AG-001"]),
        (["--at", TUESDAY, "--out", ""], ["--out is ''", "right would be"]),
        (["--at", TUESDAY, "--project", "ALFA"], ["--project is 'ALFA'", "ALPHA"]),
        (["--at", "2026-11-17T09:12"], ["--at is '2026-11-17T09:12'", "+01:00"]),
        (["--at", "soon"], ["--at is 'soon'", "right would be"]),
        (["--out", "AG-014"], ["--at"]),
    ],
)
def test_bad_input_is_answered_with_option_value_and_what_is_right(
    words: list[str], said: list[str]
) -> None:
    result = run(*words, "--plan", SAMPLE)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert all(each in result.output for each in said)


@pytest.mark.parametrize("kind", ["missing", "empty", "a file"])
def test_a_folder_without_a_plan_is_named_with_its_option(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "empty":
        place.mkdir()
    elif kind == "a file":
        place.write_text("")
    result = run("--at", TUESDAY, "--out", "AG-014", "--plan", str(place), "--json")
    assert result.exit_code == 2
    assert f"--plan is '{place}'" in result.output
    assert "company.yaml" in result.output


def test_a_plan_with_errors_is_told_by_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "company.yaml").write_text("company: 5")
    result = run("--at", TUESDAY, "--out", "AG-014", "--plan", str(tmp_path))
    assert result.exit_code == 1
    assert "company" in result.output


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No journal is made: the answer comes from the plan alone."""
    monkeypatch.setenv("KITART_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert asked(TUESDAY, "AG-014")["level"] == 1
    assert not list(tmp_path.iterdir())
