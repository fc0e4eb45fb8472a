"""The commands ``kitart plan`` and ``kitart deadline`` as a person or a script uses them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kitart.cli import app

SAMPLE = Path(__file__).resolve().parents[2] / "config"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "config"))


@pytest.mark.covers("D27")
def test_the_sample_company_is_ready() -> None:
    result = run("plan", "check", str(SAMPLE))
    assert result.exit_code == 0
    assert "0 errors" in result.output


def test_without_a_folder_the_configured_one_is_checked() -> None:
    result = run("plan", "check", "--json")
    assert result.exit_code == 0
    assert json.loads(result.output)["ok"] is True


@pytest.mark.covers("A31")
def test_a_role_without_deputy_ends_the_check_with_one(folder: Path) -> None:
    path = folder / "people.yaml"
    path.write_text(path.read_text().replace("    deputy: IT-DEP\n", ""))
    result = run("plan", "check", str(folder), "--json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert found.keys() == {"ok", "problems"}
    assert found["ok"] is False
    (trouble,) = [p for p in found["problems"] if p["severity"] == "error"]
    assert trouble.keys() == {"severity", "where", "message", "code"}
    assert trouble["where"] == "config/people.yaml: people[7].deputy"
    assert "IT-MGR" in trouble["message"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02\xff", b"[", b"- a\n- b", b"people: 5", b"people: [[]]", b"limits: .nan",
     b"people: {1: 2}", b"? [a, b]\n: c", b"\xef\xbb\xbfpeople: []", b"true: 1", b"null: 1",
     b"people: [{id: \"\\ud800\"}]", b"agents: !!set {a, b}", b"a: 1\n---\nb: 2", b"%", b"&a *a",
     b"people: [" * 2000, b"limits: {rto: {x: 1}}", b"limits: 12345678901234567890123456789012345"],
)  # fmt: skip
def test_whatever_a_file_holds_the_check_answers_without_a_traceback(
    folder: Path, content: bytes
) -> None:
    for name in ("people.yaml", "limits.yaml"):
        (folder / name).write_bytes(content)
    result = run("plan", "check", str(folder), "--json")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    found = json.loads(result.output)
    assert found["ok"] is False
    assert all(p["where"].startswith("config") and p["message"] for p in found["problems"])


@pytest.mark.parametrize("kind", ["missing", "empty", "a file", "a folder named as a file"])
def test_a_folder_that_is_none_is_answered_plainly(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    if kind == "a file":
        place.write_bytes(b"\x00")
    elif kind != "missing":
        place.mkdir()
    if kind == "a folder named as a file":
        (place / "people.yaml").mkdir()
    result = run("plan", "check", str(place), "--json")
    assert result.exit_code == 1
    assert json.loads(result.output)["problems"]
    assert run("plan", "show", str(place)).exit_code == 1


@pytest.mark.covers("R50")
def test_show_gives_projects_roles_systems_policy_and_hash() -> None:
    result = run("plan", "show", str(SAMPLE))
    assert result.exit_code == 0
    for word in ("ALPHA", "Mon-Fri 08:00-20:00", "IT-MGR", "IT-DEP", "SHAREPOINT", "Plan hash: ",
                 "ERT acknowledges", "30 / 30 / 30 / 480", "News grouped, from 3"):  # fmt: skip
        assert word in result.output


def test_show_takes_names_as_they_are_written(folder: Path) -> None:
    path = folder / "company.yaml"
    text = path.read_text()
    path.write_text(text.replace("Sample Multilingual Contact Centre", '"[/bold] Centre"'))
    assert "[/bold] Centre" in run("plan", "show", str(folder)).output


def deadline(project: str, at: str, limit: str) -> dict[str, object]:
    result = run(
        "deadline", "--project", project, "--at", at, "--limit", limit, "--json",
        "--dir", str(SAMPLE),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.output)
    assert found.keys() == {"due_at", "in_hours", "rule"}
    return found


@pytest.mark.covers("R9", "R10", "E36", "E38")
@pytest.mark.parametrize(
    ("project", "at", "limit", "due", "in_hours"),
    [
        ("BRAVO", "2026-10-25T01:30+02:00", "rto-4", "2026-10-25T07:30:00+00:00", True),
        ("ALPHA", "2026-10-26T07:58+01:00", "ert", "2026-10-26T07:05:00+00:00", False),
        ("ALPHA", "2026-10-26T10:00+01:00", "ert", "2026-10-26T09:05:00+00:00", True),
        ("ALPHA", "2026-10-26T06:30+01:00", "rto-1", "2026-10-26T07:30:00+00:00", False),
        ("ALPHA", "2026-10-26T07:58+01:00", "am", "2026-10-26T07:03:00+00:00", False),
        ("ALPHA", "2026-10-26T07:58+01:00", "cmt", "2026-10-26T07:03:00+00:00", False),
        ("CHARLIE", "2026-11-17T09:12+01:00", "backup", "2026-11-17T08:42:00+00:00", True),
        ("CHARLIE", "2026-11-17T08:12Z", "ert", "2026-11-17T08:17:00+00:00", True),
    ],
)
def test_a_deadline_is_given_in_utc_with_its_rule(
    project: str, at: str, limit: str, due: str, in_hours: bool
) -> None:
    found = deadline(project, at, limit)
    assert (found["due_at"], found["in_hours"]) == (due, in_hours)
    assert found["rule"]


def test_a_deadline_for_people_is_shown_in_the_projects_time_too() -> None:
    result = run(
        "deadline", "--project", "ALPHA", "--at", "2026-10-26T10:00+01:00", "--limit", "ert"
    )
    assert "2026-10-26 09:05:00 UTC (2026-10-26 10:05:00 CET)" in result.output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--project", "OMEGA", "--at", "2026-10-26T10:00Z", "--limit", "ert"], "right would be"),
        (["--project", "ALPHA", "--at", "tomorrow", "--limit", "ert"], "'tomorrow'"),
        (["--project", "ALPHA", "--at", "2026-10-26T10:00", "--limit", "ert"], "without an offset"),
        (["--project", "ALPHA", "--at", "2026-10-26T10:00Z", "--limit", "rto-5"], "rto-4"),
        (["--project", "ALPHA", "--at", "9999-12-31T23:59Z", "--limit", "rto-4"], "9999"),
        (["--project", "ALPHA", "--at", "0001-01-01T00:00Z", "--limit", "ert"], "0001"),
    ],
)
def test_a_wrong_question_is_refused_in_plain_words(words: list[str], message: str) -> None:
    result = run("deadline", *words, "--dir", str(SAMPLE))
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert message in result.stderr


def test_wrong_settings_are_told_without_a_traceback() -> None:
    env = {**os.environ, "KITART_CLOCK_SPEED": "10"}
    command = [sys.executable, "-c", "from kitart.cli import app; app()", "plan", "check"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "The settings are wrong" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_starts_without_prefect() -> None:
    code = "import sys, kitart.cli; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
