"""The reports of a pack against its chain: the mark in their foot, their checksums (D1, D18)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from kitart.evidence.entries import rows_in
from kitart.evidence.findings import UNTRUE, Finding
from kitart.evidence.packing import digest

IN_PAGE = re.compile(r'<p class="record">([^<]*)</p>')
# "Record INC-0142, entry 57, 3f9a…": the words are the report's own language.
MARK = re.compile(r"(INC-\d+)\D{1,40}(\d+)\D{1,40}?([0-9a-f]{16})…")
PLACE = "documents.json"
AS_SENT = ("report sent", "document filed")
AS_DRAFTED = ("notification drafted",)


class KeptMark(BaseModel):
    """The mark that the journal kept of a version."""

    model_config = ConfigDict(strict=True)

    entry: int
    head: str


class DocumentRow(BaseModel):
    """What a verification needs of a version's row."""

    model_config = ConfigDict(strict=True)

    id: int
    state: str
    checksum: str
    sent_at: str | None
    html: str
    text: str
    pdf: str | None
    record: KeptMark | None


def documents_in(content: bytes) -> tuple[list[DocumentRow], list[Finding]]:
    """The rows of the versions, and those that are none."""
    rows, odd = [], []
    for place, row in enumerate(rows_in(content), start=1):
        try:
            rows.append(DocumentRow.model_validate(row))
        except ValidationError:
            odd.append(Finding(PLACE, UNTRUE, f"row {place} describes no document"))
    return rows, odd


def mark_in(text: str) -> tuple[str, int, str] | None:
    """Incident, entry and beginning of the hash, from the last mark that a text holds."""
    found = MARK.findall(text)
    return (found[-1][0], int(found[-1][1]), found[-1][2]) if found else None


def check_documents(
    rows: Sequence[DocumentRow],
    files: Mapping[str, bytes],
    entries: Sequence[Mapping[str, Any]],
    hashes: Sequence[str],
    incident: str,
) -> Iterator[Finding]:
    """Whether each version says the chain's own hash, and is the one that the record speaks of."""
    for row in rows:
        html, text = files.get(row.html), files.get(row.text)
        if html is None or text is None:
            continue  # said already: it was removed
        yield from _marks(row, html.decode(errors="replace"), text.decode(errors="replace"),
                          hashes, incident)  # fmt: skip
        yield from _checksums(row, html, files, entries)


def _marks(
    row: DocumentRow, html: str, text: str, hashes: Sequence[str], incident: str
) -> Iterator[Finding]:
    kept = row.record
    wanted = (incident, kept.entry, kept.head) if kept else None
    page = IN_PAGE.search(html)
    printed = mark_in(page[1]) if page else None
    for place, found in ((row.html, printed), (row.text, _last(text))):
        if found != wanted:
            yield Finding(place, UNTRUE, f"its foot names {_shown(found)}, the journal kept "
                          f"{_shown(wanted)}")  # fmt: skip
    for found in {printed, wanted} - {None}:
        number, entry, head = found  # type: ignore[misc]
        right = hashes[entry - 1] if 1 <= entry <= len(hashes) else ""
        if number == incident and not right.startswith(head or "-"):
            yield Finding(row.html, UNTRUE, f"its foot says that entry {entry} is {head}…, "
                          f"in the chain it is {right[:16] + '…' if right else 'not there'}",
                          entry)  # fmt: skip


def _last(text: str) -> tuple[str, int, str] | None:
    lines = text.rstrip().rsplit("\n", 1)
    return mark_in(lines[-1])


def _shown(mark: tuple[str, int, str] | None) -> str:
    return f"{mark[0]}, entry {mark[1]}, {mark[2]}…" if mark else "no entry"


def _checksums(
    row: DocumentRow,
    html: bytes,
    files: Mapping[str, bytes],
    entries: Sequence[Mapping[str, Any]],
) -> Iterator[Finding]:
    own = digest(html)
    if own != row.checksum:
        yield Finding(row.html, UNTRUE, "its SHA-256 is not the one that the journal kept")
    # One that is approved and not sent yet carries the approval, and no entry about it so far.
    types = AS_SENT if row.sent_at else () if row.state == "approved" else AS_DRAFTED
    mine = [e for e in entries if e["data"].get("document") == row.id]
    for entry in mine:
        kept = entry["data"].get("checksum")
        if entry["type"] in types and kept is not None and kept != own:
            yield Finding(row.html, UNTRUE, "its SHA-256 is not the one in the record",
                          entry["seq"])  # fmt: skip
        name = row.pdf or ""
        pdf = files.get(name)
        kept = entry["data"].get("pdf_checksum")
        if pdf is not None and kept is not None and digest(pdf) != kept:
            yield Finding(name, UNTRUE, "its SHA-256 is not the one in the record",
                          entry["seq"])  # fmt: skip
