"""What is in a pack of evidence, and that it is the same each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from kitart.evidence import documents, packing
from kitart.evidence.reading import ReadPack, read_pack
from kitart.evidence.verifying import verify
from kitart.journal import timeline
from kitart.reports.pdf import PdfNotMade
from tests.unit.evidence.conftest import LINK, NOW, NUMBER, PHONE, Case

STAMPED = {"manifest.json", "manifest.sig", "SHA256SUMS"}


def rows(files: dict[str, bytes], name: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(files[name])
    return found


@pytest.mark.covers("D1", "D25")
def test_a_pack_holds_the_whole_record(case: Case) -> None:
    files = case.files()
    entries = rows(files, "timeline.json")
    assert [e["seq"] for e in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["corrected_by"] == len(entries)
    table = list(csv.DictReader(io.StringIO(files["timeline.csv"].decode("utf-8-sig"))))
    assert [row["text"] for row in table] == [e["text"] for e in entries]
    assert {row["recorded_at"] for row in table} == {e["recorded_at"] for e in entries}
    assert table[-1]["corrects"] == "1"
    assert len(rows(files, "chain.json")) == len(entries) + 1
    # Each version, also the one that was never sent.
    versions = rows(files, "documents.json")
    assert [(v["version"], v["state"]) for v in versions] == [(1, "superseded"), (2, "sent")]
    for version in versions:
        assert files[str(version["html"])].startswith(b"<!DOCTYPE html>")
        assert str(version["text"]) in files
    # Every answer that anybody gave, also the one that came too late.
    (question,) = rows(files, "questions.json")
    answers = question["answers"]
    assert isinstance(answers, list)
    assert [a["outcome"] for a in answers] == ["counted", "not asked"]
    assert rows(files, "acknowledgements.json")[0]["person"] == "ERT-1"
    assert rows(files, "alerts.json")[0]["body"] == '{"alerts": []}'
    assert rows(files, "messages.json")[0]["state"] == "accepted"
    manifest = json.loads(files["manifest.json"])
    assert (manifest["incident"], manifest["record"]) == (NUMBER, "whole")
    assert manifest["head"] == entries[-1]["hash"]


@pytest.mark.covers("D22")
def test_addresses_are_masked_unless_wanted_and_links_are_never_told(case: Case) -> None:
    hidden, shown = case.files(), case.files(with_addresses=True)
    assert PHONE.encode() not in b"".join(hidden.values())
    for name in ("messages.json", "questions.json", "plan.json"):
        assert PHONE.encode() in shown[name]
    for files in (hidden, shown):
        content = files["messages.json"].decode()
        assert LINK not in content
        assert "4711" not in content
        assert "https://kitart.example/d/[left out]" in content
        assert verify(ReadPack(dict(files))).intact


def test_the_same_journal_gives_the_same_bytes_but_for_the_stamp(case: Case) -> None:
    first, second = case.files(), case.files(by="AM-1")
    assert first == case.files()
    assert {name for name in first if first[name] != second[name]} == STAMPED


@pytest.mark.covers("D4")
def test_an_exercise_says_so_in_names_and_first_lines(exercise: Case) -> None:
    assert exercise.run("evidence", "key").exit_code == 0
    done = exercise.run("incident", "export", NUMBER, "-o", str(exercise.folder), "--zip")
    assert done.exit_code == 0, done.output
    folder = exercise.folder / f"EXERCISE_{NUMBER}"
    assert folder.with_suffix(".zip").is_file()
    assert (folder / "README.txt").read_text("utf-8").startswith("EXERCISE - no real incident")
    assert "GYAKORLAT" in (folder / "README.txt").read_text("utf-8")
    table = (folder / "timeline.csv").read_text("utf-8-sig").splitlines()
    assert all(line.startswith("EXERCISE ") for line in table[1:])
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["exercise"] is True


@pytest.mark.covers("D1")
def test_from_key_to_verified_pack_by_the_commands(case: Case, tmp_path: Path) -> None:
    out, public = tmp_path / "out", tmp_path / "public.pem"
    export = ("incident", "export", NUMBER, "-o", str(out), "--zip", "--by", "IT-1")
    assert "run 'kitart evidence key'" in case.run(*export).output
    made = case.run("evidence", "key", "-o", str(public))
    assert made.exit_code == 0, made.output
    key = tmp_path / "data" / "evidence-key.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert public.read_text() in case.run("evidence", "key").output
    assert case.run(*export).exit_code == 0
    assert "is there already" in case.run(*export).output
    for pack in (out / NUMBER, out / f"{NUMBER}.zip"):
        done = case.run("evidence", "verify", str(pack), "--public-key", str(public))
        assert done.exit_code == 0, done.output
        assert f"{NUMBER}: intact." in done.output
        assert "by IT-1" in done.output
    told = case.run("evidence", "verify", str(out / NUMBER), "--json")
    assert json.loads(told.output)["intact"] is True
    key.chmod(0o640)
    assert "may be read by others" in case.run("evidence", "key").output


def test_the_usual_programs_verify_it_too(case: Case, tmp_path: Path) -> None:
    """As README.txt in the pack says it."""
    packing.write(case.files(), tmp_path / "pack")
    for command in (
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "public-key.pem", "-rawin",
         "-in", "manifest.json", "-sigfile", "manifest.sig"],
    ):  # fmt: skip
        done = subprocess.run(command, cwd=tmp_path / "pack", capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr


def test_a_zip_is_the_same_each_time(case: Case, tmp_path: Path) -> None:
    files = case.files()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        packing.write_zip(files, tmp_path / name / "INC-0001.zip")
    one, other = (tmp_path / name / "INC-0001.zip" for name in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()
    assert set(zipfile.ZipFile(one).namelist()) == {f"INC-0001/{name}" for name in files}
    assert read_pack(one).files == files


@pytest.mark.covers("D1")
def test_a_broken_record_is_exported_and_said_to_be_broken(case: Case, tmp_path: Path) -> None:
    case.run("evidence", "key")
    with sqlite3.connect(tmp_path / "journal.db") as database:
        database.execute("UPDATE timeline SET text = 'nothing happened' WHERE seq = 2")
    database.close()
    done = case.run("incident", "export", NUMBER, "-o", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "broken from entry 2 on" in done.output
    verdict = case.run("evidence", "verify", str(tmp_path / "out" / NUMBER))
    assert "timeline.json, entry 2: changed" in verdict.output


def test_a_missing_incident_is_named(case: Case, tmp_path: Path) -> None:
    case.run("evidence", "key")
    done = case.run("incident", "export", "INC-0099", "-o", str(tmp_path / "out"))
    assert (done.exit_code, "there is no incident INC-0099" in done.output) == (2, True)


@pytest.mark.covers("D3", "D18")
@pytest.mark.parametrize("outcome", ["same", "other", "none"])
def test_a_pdf_is_in_it_only_if_it_is_the_filed_one(
    case: Case, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    def printed(html: str, moment: object, **_: object) -> bytes:
        if outcome == "none":
            raise PdfNotMade("no Pango here")
        return b"%PDF as filed" if outcome == "same" else b"%PDF with other fonts"

    monkeypatch.setattr(documents, "pdf_of", printed)
    wanted = hashlib.sha256(b"%PDF as filed").hexdigest()
    with case.journal.write() as session:
        timeline.append(
            session, NUMBER, "document filed", "filed", now=NOW,
            data={"document": 2, "pdf": "x.pdf", "pdf_checksum": wanted},
        )  # fmt: skip
    files = case.files()
    pdfs = {name for name in files if name.endswith(".pdf")}
    missing = json.loads(files["manifest.json"])["not_included"]
    assert verify(ReadPack(dict(files))).intact
    if outcome == "same":
        assert (len(pdfs), missing) == (1, [])
        return
    assert not pdfs
    (said,) = missing
    assert said["sha256_of_the_filed_one"] == wanted
    assert ("no Pango here" if outcome == "none" else "not the same byte for byte") in said["why"]
