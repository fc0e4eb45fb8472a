"""Forms of calls logged by hand in a pack, and their deletion in the end (R46, D22)."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from kitart.clock import real_now
from kitart.evidence.reading import ReadPack
from kitart.evidence.verifying import verify
from kitart.journal import call_forms, call_log, timeline
from kitart.journal.call_log import Call
from tests.unit.evidence.conftest import NOW, NUMBER, Case, closed

pytestmark = pytest.mark.covers("R46", "D22", "D1")

NAME, PHONE, WORDS = "Kiss Ilona", "+36301112233", "Her order +36301112233 did not arrive"


def logged(case: Case, *, incident: str | None = NUMBER, running: int = 1) -> int:
    with case.journal.write() as session:
        row, _ = call_log.take(
            session, f"form-{incident}-{running}",
            Call(
                agent="AG-017", day="2026-11-24", incident=incident, project="BRAVO",
                language="en", line="line-22", time_zone="Asia/Kuala_Lumpur", started_at=NOW,
                ended_at=None, urgent=True, written_by="AG-017",
                fields={"caller_name": NAME, "callback_number": PHONE, "description": WORDS,
                        "result": "callback", "reason": "order", "consent": "yes"},
            ),
            wanted=running, now=NOW,
        )  # fmt: skip
        return row.id


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is June of the next year, and forms are kept for 90 days."""
    monkeypatch.setenv("KITART_RETENTION__CALL_LOG_DAYS", "90")
    monkeypatch.setenv("KITART_MODE", "sandbox")
    monkeypatch.setenv("KITART_CLOCK_ANCHOR", real_now().isoformat())
    monkeypatch.setenv("KITART_CLOCK_START", "2027-06-01T00:00:00+00:00")


def test_forms_are_in_the_pack_with_callers_masked(case: Case) -> None:
    form = logged(case)
    with case.journal.write() as session:
        call_forms.enter(session, form, ticket="T-7", differences="says Kiss", by="SV-2", now=NOW)
        call_forms.call_back(session, form, result=f"{NAME} is content", done=True, by="SV-2",
                             now=NOW)  # fmt: skip
    files = case.files()
    assert verify(ReadPack(dict(files))).intact
    text = files["calls_by_hand.json"].decode() + files["calls_by_hand.csv"].decode("utf-8-sig")
    for private in (NAME, "Kiss", PHONE, "did not arrive"):
        assert private not in text
    (row,) = json.loads(files["calls_by_hand.json"])
    assert (row["number"], row["state"]) == ("AG-017-20261124-001", "entered")
    assert row["fields"]["result"] == "callback"
    assert row["fields"]["after"]["ticket"] == "T-7"
    assert row["fields"]["description"] == f"[left out: {len(WORDS)} letters]"
    head, cells = csv.reader(io.StringIO(files["calls_by_hand.csv"].decode("utf-8-sig")))
    assert dict(zip(head, cells, strict=True))["entered_by"] == "SV-2"
    manifest = json.loads(files["manifest.json"])
    assert manifest["calls_by_hand"]["forms"] == 1
    assert any("callers' data of 1 calls" in each["what"] for each in manifest["not_included"])


def test_with_addresses_they_are_as_they_were_written_and_the_digest_fits(case: Case) -> None:
    logged(case)
    files = case.files(with_addresses=True)
    (row,) = json.loads(files["calls_by_hand.json"])
    assert row["fields"]["caller_name"] == NAME
    with case.journal.read() as session:
        wanted = call_forms.digest(call_forms.of_incident(session, NUMBER))
    assert json.loads(files["manifest.json"])["calls_by_hand"]["sha256"] == wanted


def test_without_forms_a_pack_has_no_file_of_them(case: Case) -> None:
    assert not [name for name in case.files() if name.startswith("calls_by_hand")]


def test_an_exercises_forms_say_so_in_each_row(exercise: Case) -> None:
    logged(exercise)
    table = exercise.files()["calls_by_hand.csv"].decode("utf-8-sig")
    assert f",EXERCISE {NUMBER}," in table


def test_a_changed_form_is_found(case: Case) -> None:
    logged(case)
    files = case.files()
    changed = files["calls_by_hand.json"].replace(b"line-22", b"line-23")
    found = verify(ReadPack(files | {"calls_by_hand.json": changed})).findings
    assert [each.place for each in found] == ["calls_by_hand.json"]


def test_forms_are_deleted_by_command_and_the_record_keeps_count_and_digest(case: Case) -> None:
    logged(case)
    logged(case, running=2)
    with case.journal.read() as session:
        digest = call_forms.digest(call_forms.of_incident(session, NUMBER))
    order = (
        "incident",
        "erase",
        NUMBER,
        "--calls",
        "--reason",
        "kept 90 days",
        "--by",
        "IT manager",
    )
    assert "not closed and settled" in case.run(*order).output
    with case.journal.write() as session:
        closed(session)
    done = case.run(*order)
    assert done.exit_code == 0, done.output
    assert f"2 forms of calls deleted, SHA-256 {digest}" in done.output
    assert "Backups made before" in done.output
    with case.journal.read() as session:
        assert call_log.of_incident(session, NUMBER) == 0
        (entry,) = timeline.entries(session, NUMBER, call_forms.DELETED)
    assert (entry.data["forms"], entry.data["checksum"]) == (2, digest)
    assert "issued 2, entered 0, void 0, still to enter 2" in entry.text
    assert (entry.author, "kept 90 days" in entry.text) == ("IT manager", True)
    assert case.run("db", "check").exit_code == 0
    assert verify(ReadPack(dict(case.files()))).intact
    assert "no forms of calls" in case.run(*order).output


def test_what_is_due_is_deleted_and_what_is_not_stays(case: Case, late: None) -> None:
    logged(case)
    logged(case, incident=None, running=7)
    listed = case.run("evidence", "retain", "--dry-run").output
    assert "no incident: due since 2027-02-22: 1 calls logged by hand" in listed
    assert NUMBER not in listed, "it is not closed"
    with case.journal.write() as session:
        closed(session)
    done = case.run("evidence", "retain", "--delete-calls", "--by", "IT manager")
    assert done.exit_code == 0, done.output
    assert f"{NUMBER}: 1 forms of calls deleted on 2027-06-01 by IT manager" in done.output
    assert "no incident: 1 forms of calls deleted" in done.output
    assert "keep this line as the record" in done.output
    assert "Backups made before 2027-06-01" in done.output
    assert "Nothing is due." in case.run("evidence", "retain", "--delete-calls").output
    assert case.run("db", "check").exit_code == 0


def test_a_form_that_is_not_old_enough_stays(
    case: Case, late: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged(case)
    with case.journal.write() as session:
        closed(session)
    monkeypatch.setenv("KITART_CLOCK_START", (NOW + timedelta(days=89)).isoformat())
    assert "Nothing is due." in case.run("evidence", "retain", "--delete-calls").output


def test_without_a_period_nothing_is_deleted(case: Case) -> None:
    none = case.run("evidence", "retain", "--delete-calls")
    assert (none.exit_code, "no form falls due" in none.output) == (2, True)
    short = case.run("evidence", "retain", "--delete-calls", "--reason", "x")
    assert (short.exit_code, "--reason is too short" in short.output) == (2, True)


def test_a_person_is_erased_from_forms_too_and_it_is_said_where_the_code_still_stands(
    case: Case,
) -> None:
    logged(case)
    other = logged(case, running=2)
    with case.journal.write() as session:
        call_forms.void(session, other, reason="twice", by="SV-2", now=NOW)
        closed(session)
    done = case.run("incident", "erase", NUMBER, "--person", "AG-017", "--reason", "request")
    assert done.exit_code == 0, done.output
    assert "other rows: 2." in done.output
    assert f"still names AG-017: {NUMBER} began with it" in done.output
    with case.journal.read() as session:
        rows = call_forms.of_incident(session, NUMBER)
    assert len({row.agent for row in rows}) == 2
    assert "AG-017" not in json.dumps([call_forms.plain(row) for row in rows])
    again = case.run("incident", "erase", NUMBER, "--person", "SV-2", "--reason", "request")
    assert "other rows: 1." in again.output
