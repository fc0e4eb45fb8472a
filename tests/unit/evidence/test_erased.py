"""An erased entry in a pack is told from a changed one (D1, D22)."""

from __future__ import annotations

import json

import pytest

from kitart.evidence import plainly
from kitart.evidence.findings import CHANGED
from kitart.evidence.reading import ReadPack
from kitart.evidence.verifying import verify
from tests.unit.evidence.conftest import NUMBER, Case, closed


@pytest.mark.covers("D1", "D22")
def test_erased_by_command_and_verified(case: Case) -> None:
    erase = ("incident", "erase", NUMBER, "--entry", "2", "--reason", "request of 3 May")
    assert "not closed and settled" in case.run(*erase).output
    with case.journal.write() as session:
        closed(session)
    done = case.run(*erase, "--by", "data protection officer")
    assert done.exit_code == 0, done.output
    assert "entries erased: 2; other rows: 0." in done.output
    files = case.files()
    verdict = verify(ReadPack(dict(files)))
    assert verdict.intact, verdict.findings
    assert verdict.erased == (2,)
    assert case.run("db", "check").exit_code == 0
    # The same mark without the entry that says who erased it and why is a change.
    rows = files["timeline.json"].decode().split("\n")[1:-2]
    entry = json.loads(rows[0].removesuffix(","))
    entry |= {"erased_at": "2027-01-01T00:00:00+00:00", "text": "erased", "salt": None}
    forged = "[\n" + ",\n".join([plainly.line(entry), *(r.rstrip(",") for r in rows[1:])]) + "\n]\n"
    told = verify(ReadPack(files | {"timeline.json": forged.encode()})).findings
    assert any((t.entry, t.what) == (1, CHANGED) and "no entry says" in t.detail for t in told)


def test_the_command_wants_one_of_both_and_a_reason(case: Case) -> None:
    neither = case.run("incident", "erase", NUMBER, "--reason", "request")
    assert (neither.exit_code, "one of --entry, --person and --calls" in neither.output) == (
        2,
        True,
    )
    short = case.run("incident", "erase", NUMBER, "--entry", "2", "--reason", "x")
    assert (short.exit_code, "--reason is too short" in short.output) == (2, True)
    gone = case.run("incident", "erase", "INC-0099", "--entry", "2", "--reason", "request")
    assert gone.exit_code == 2, gone.output


def test_what_is_due_is_listed_and_nothing_else(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert case.run("evidence", "retain").exit_code == 2
    assert "No period is set" in case.run("evidence", "retain", "--dry-run").output
    monkeypatch.setenv("KITART_RETENTION__PERSONAL_DAYS", "1")
    assert "Nothing is due." in case.run("evidence", "retain", "--dry-run").output
    with case.journal.write() as session:
        closed(session)
    monkeypatch.setenv("KITART_MODE", "sandbox")
    monkeypatch.setenv("KITART_CLOCK_ANCHOR", "2020-01-01T00:00:00+00:00")
    monkeypatch.setenv("KITART_CLOCK_START", "2027-06-01T00:00:00+00:00")
    told = case.run("evidence", "retain", "--dry-run")
    assert f"{NUMBER}: due since 2026-11-25: 1 messages" in told.output
    rows = json.loads(case.run("evidence", "retain", "--dry-run", "--json").output)
    assert rows == [
        {"incident": NUMBER, "since": "2026-11-25T14:00:00+00:00", "rows": {"messages": 1}}
    ]
