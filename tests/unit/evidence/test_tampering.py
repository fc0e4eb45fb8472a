"""Whatever is changed in a pack is found, and its place is named (D1)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kitart.evidence import packing, plainly
from kitart.evidence.findings import ADDED, CHANGED, REMOVED, REORDERED, Finding
from kitart.evidence.reading import ReadPack, read_pack
from kitart.evidence.verifying import Verdict, verify
from tests.unit.evidence.conftest import KEY, NOW, OTHER_KEY, Case

Files = dict[str, bytes]
ENTRIES, TABLE, CHAIN = "timeline.json", "timeline.csv", "chain.json"


@pytest.fixture
def files(case: Case) -> Files:
    return case.files()


def found(files: Files) -> list[Finding]:
    return list(verify(ReadPack(dict(files))).findings)


def entry_at(content: bytes, place: int) -> int:
    """The entry in whose line of ``timeline.json`` a byte stands; 0 for the brackets around."""
    line = content[:place].count(b"\n")
    lines = content.count(b"\n")
    return line if 0 < line < lines - 1 else 0


@pytest.mark.covers("D1")
def test_every_byte_of_the_timeline_is_watched_and_its_entry_named(files: Files) -> None:
    whole = files[ENTRIES]
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        told = found(files | {ENTRIES: changed})
        assert Finding(ENTRIES, CHANGED) in told, place
        assert {each.place for each in told} == {ENTRIES}, (place, told)
        entry = entry_at(whole, place)
        if entry:
            assert entry in {each.entry for each in told}, (place, told)


@pytest.mark.covers("D1")
@pytest.mark.parametrize("name", ["manifest.json", "manifest.sig", "SHA256SUMS", CHAIN, TABLE])
def test_every_byte_of_the_seals_and_the_table_is_watched(files: Files, name: str) -> None:
    whole = files[name]
    for place in range(0, len(whole), 1 if len(whole) < 2000 else 3):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        told = found(files | {name: changed})
        assert name in {each.place for each in told}, (place, told)
        # A changed manifest may name another file, key or head: these are told beside it.
        if name != "manifest.json":
            assert {each.place for each in told} == {name}, (place, told)


@settings(suppress_health_check=list(HealthCheck), max_examples=150)
@given(st.data())
def test_a_change_anywhere_names_its_file(files: Files, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(files)))
    whole = files[name]
    place = data.draw(st.integers(0, len(whole) - 1))
    kind = data.draw(st.sampled_from(["change", "cut", "add", "end"]))
    changed = {
        "change": whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))])
        + whole[place + 1 :],
        "cut": whole[:place] + whole[place + 1 :],
        "add": whole[:place] + b" " + whole[place:],
        "end": whole[:place],
    }[kind]  # fmt: skip
    assert name in {each.place for each in found(files | {name: changed})}


def lines_of(files: Files) -> list[str]:
    return files[ENTRIES].decode().split("\n")


def with_lines(files: Files, rows: list[str]) -> Files:
    body = ",\n".join(row.removesuffix(",") for row in rows)
    return files | {ENTRIES: f"[\n{body}\n]\n".encode()}


@pytest.mark.covers("D1")
def test_removed_added_and_reordered_entries_are_named(files: Files) -> None:
    rows = lines_of(files)[1:-2]
    for place in range(len(rows)):
        told = found(with_lines(files, rows[:place] + rows[place + 1 :]))
        assert Finding(ENTRIES, REMOVED, "", place + 1) in told
        told = found(with_lines(files, [*rows[: place + 1], rows[place], *rows[place + 1 :]]))
        assert any((t.what, t.entry) == (ADDED, place + 1) for t in told), told
    for place in range(len(rows) - 1):
        swapped = list(rows)
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        told = found(with_lines(files, swapped))
        assert Finding(ENTRIES, REORDERED, "", place + 1) in told
    short = found(with_lines(files, rows[:-2]))
    ends = {t.entry for t in short if t.what == REMOVED}
    assert ends == {len(rows) - 1, len(rows)}


@pytest.mark.covers("D1")
@pytest.mark.parametrize("field", ["text", "author", "occurred_at", "recorded_at", "source", "type",
                                   "key", "salt", "content", "previous_hash", "hash"])  # fmt: skip
def test_what_was_changed_in_an_entry_is_named(files: Files, field: str) -> None:
    rows = lines_of(files)[1:-2]
    entry = json.loads(rows[2].removesuffix(","))
    entry[field] = (entry[field] or "") + "0"
    told = found(with_lines(files, [*rows[:2], plainly.line(entry), *rows[3:]]))
    assert any((t.place, t.entry, t.what) == (ENTRIES, 3, CHANGED) and field in t.detail
               for t in told), told  # fmt: skip


@pytest.mark.covers("D1")
@pytest.mark.parametrize("form", [{}, {"indent": 2, "ensure_ascii": False}])
def test_a_timeline_written_anew_in_another_form_still_names_what_was_changed(
    files: Files, form: dict[str, Any]
) -> None:
    """As by a script that loads it, changes an entry and writes it all again."""

    def written(rows: list[dict[str, Any]]) -> list[str]:
        anew = {**files, "timeline.json": json.dumps(rows, **form).encode()}
        return [str(each) for each in found(anew)]

    rows = json.loads(files["timeline.json"])
    assert written(rows) == ["timeline.json: changed"]
    changed = [*rows[:2], {**rows[2], "text": "Nothing happened"}, *rows[3:]]
    assert "timeline.json, entry 3: changed: text" in written(changed)
    assert len(written(changed)) == 2
    assert "timeline.json, entry 3: removed" in written(rows[:2] + rows[3:])
    assert any("entry 3: added" in each for each in written(rows[:3] + rows[2:]))


def test_an_entry_put_in_is_named(files: Files) -> None:
    rows = lines_of(files)[1:-2]
    entry = json.loads(rows[2].removesuffix(","))
    entry["text"] = "something else"
    told = found(with_lines(files, [*rows[:3], plainly.line(entry), *rows[3:]]))
    assert any((t.place, t.what, t.entry) == (ENTRIES, ADDED, 3) for t in told), told


def test_removed_and_added_files_are_named(files: Files) -> None:
    for name in files:
        told = found({other: content for other, content in files.items() if other != name})
        assert Finding(name, REMOVED) in told, name
    assert found(files | {"more.json": b"[]"}) == [Finding("more.json", ADDED)]


def resigned(files: Files, key: object = KEY) -> Files:
    """The pack with its manifest made anew: what somebody could do who makes it all up."""
    from kitart.evidence.collecting import Contents

    outer = (packing.MANIFEST, packing.SIGNATURE, packing.SUMS, packing.PUBLIC_KEY)
    about = json.loads(files[packing.MANIFEST])
    kept = {name: content for name, content in files.items() if name not in outer}
    return packing.sealed(Contents(kept, about), key, exported_at=NOW, exported_by="x")  # type: ignore[arg-type]


def judged(files: Files) -> Verdict:
    return verify(ReadPack(dict(files)), KEY.public_key())


@pytest.mark.covers("D1")
def test_a_pack_signed_with_another_key_is_found_by_who_has_the_companys(files: Files) -> None:
    forged = resigned(files, OTHER_KEY)
    assert verify(ReadPack(dict(forged))).intact
    (told,) = judged(forged).findings
    assert (told.place, told.what) == ("manifest.sig", "signed with another key")
    assert judged(files).intact


def rewritten(files: Files, change: Callable[[list[dict[str, object]]], None]) -> Files:
    """The timeline rewritten, its chain worked out anew, and all of it signed again."""
    from kitart.journal.hashing import content_digest, first_hash, hash_of

    rows = json.loads(files[ENTRIES])
    change(rows)
    head = json.loads(files[CHAIN])[0]
    previous = first_hash(head["incident"], head["plan_hash"])
    for seq, row in enumerate(rows, start=1):
        row["seq"], row["previous_hash"] = seq, previous
        row["content"] = content_digest(row["salt"], row)
        row["hash"] = previous = hash_of(row, 2, previous, row["content"])
    head |= {"head": previous, "entries": len(rows)}
    about = json.loads(files["manifest.json"]) | {"head": previous, "entries": len(rows)}
    hashes = [{"seq": r["seq"], "form": r["form"], "hash": r["hash"]} for r in rows]
    return resigned(
        files
        | {
            ENTRIES: plainly.rows_file(rows),
            TABLE: plainly.timeline_csv(rows, exercise=False),
            CHAIN: plainly.rows_file([head, *hashes]),
            "manifest.json": plainly.one_file(about),
        }
    )


@pytest.mark.covers("D1", "D25")
def test_a_chain_rewritten_as_a_whole_does_not_fit_what_the_reports_say(files: Files) -> None:
    """Even signed with the right key: the mark in the reports' feet is of the old chain."""

    def change(rows: list[dict[str, object]]) -> None:
        rows[1]["text"] = "nothing happened"

    told = judged(rewritten(files, change)).findings
    assert {t.place.rpartition("_v")[2] for t in told} == {"1.html", "2.html"}
    assert all("its foot says that entry" in t.detail for t in told), told
    # One that was cut off before the report went out shows the same way.
    told = judged(rewritten(files, lambda rows: rows.__delitem__(slice(2, None)))).findings
    assert any("not there" in t.detail for t in told), told
    assert judged(rewritten(files, lambda rows: None)).intact


@pytest.mark.covers("D1", "D18")
def test_a_report_that_was_put_in_anothers_place_does_not_fit_the_record(files: Files) -> None:
    (name,) = [n for n in files if n.endswith("_v2.html")]
    page = files[name].replace(b"</h1>", b" </h1>")
    told = judged(resigned(files | {name: page})).findings
    assert {t.place for t in told} == {name}
    assert any("SHA-256 is not the one in the record" in t.detail for t in told), told


def test_a_zip_that_is_damaged_names_the_file(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "INC-0001.zip"
    packing.write_zip(files, path)
    content = bytearray(path.read_bytes())
    place = content.index(b"INC-0001/timeline.json") + 200
    content[place] ^= 0xFF
    path.write_bytes(content)
    assert "timeline.json" in {t.place for t in verify(read_pack(path)).findings}
    path.write_bytes(content[:500])
    with pytest.raises(packing.PackTrouble):
        read_pack(path)


def test_the_folder_around_a_pack_may_be_named(files: Files, tmp_path: Path) -> None:
    """As of ``-o DIR``, where the pack lies in DIR/INC-0142."""
    packing.write(files, tmp_path / "out" / "INC-0142")
    assert read_pack(tmp_path / "out").files == read_pack(tmp_path / "out" / "INC-0142").files
    (tmp_path / "out" / "INC-0142" / "more.json").write_text("[]")
    assert verify(read_pack(tmp_path / "out")).findings == (Finding("more.json", ADDED),)
    packing.write(files, tmp_path / "out" / "INC-0143")
    assert Finding("manifest.json", REMOVED) in verify(read_pack(tmp_path / "out")).findings


def test_a_file_that_leads_elsewhere_is_not_followed(files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    packing.write(files, folder)
    (folder / "README.txt").unlink()
    (folder / "README.txt").symlink_to("/etc/hostname")
    told = verify(read_pack(folder)).findings
    assert Finding("README.txt", CHANGED, "is no plain file") in told


@pytest.mark.parametrize("junk", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"files": 1}'])
def test_junk_in_any_file_is_a_finding_and_no_fault_of_ours(files: Files, junk: bytes) -> None:
    for name in files:
        assert name in {t.place for t in found(files | {name: junk})}
        if name != "manifest.json":
            judged(resigned(files | {name: junk}))
