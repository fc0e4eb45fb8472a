"""The timeline of a pack against its chain: which entry was changed, removed or added (D1)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kitart.evidence import plainly
from kitart.evidence.findings import ADDED, CHANGED, REMOVED, REORDERED, Finding
from kitart.journal.hashing import CONTENT, ERASED, FRAME, SALTED, WHOLE, content_digest, hash_of

PLACE, TABLE = "timeline.json", "timeline.csv"
TEXTS = (*FRAME[2:], "author", "text", "previous_hash", "hash")


def rows_in(content: bytes) -> list[dict[str, Any] | None]:
    """The rows of a file with one a line; ``None`` for a line that can't be read as one.

    A file that was written anew in another form has none such: its rows are taken as they are, so
    that what was changed in them is still found. That it was changed, its checksum says.
    """
    text = content.decode("utf-8", "replace")
    lines = text.split("\n")
    body = lines[1:-2] if len(lines) > 2 else []
    rows = [_row(line.removesuffix(",")) for line in body if line]
    if any(row is not None for row in rows):
        return rows
    try:
        anew = json.loads(text)
    except (ValueError, RecursionError):
        return rows
    if not isinstance(anew, list):
        return rows
    return [row if isinstance(row, dict) else None for row in anew]


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
        # Written in another way it says the same, and yet somebody's hand was on it.
        return row if isinstance(row, dict) and plainly.line(row) == line else None
    except (ValueError, RecursionError):
        return None


def check_entries(
    content: bytes, hashes: Sequence[str], first: str, table: bytes
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """The entries that can be read, and what is wrong with them.

    ``hashes`` are those of the chain from its first entry on, ``first`` what the first one is
    chained to, ``table`` the same timeline as CSV, by which changed fields are named.
    """
    read = [row if row is not None and _is_entry(row) else None for row in rows_in(content)]
    rows = [row for row in read if row is not None]
    place_of = {hash: place for place, hash in enumerate(hashes, start=1)}
    good = {row["hash"] for row in rows if _own_hash(row) == row["hash"]}
    erased = {n for row in rows if row["type"] == ERASED for n in _numbers(row)}
    corrected, copies = plainly.corrections(rows), _cells(table)
    found: list[Finding] = []
    order: list[int] = []
    for row in rows:
        place, whole = _place(row, place_of, hashes, good)
        if place is None or place in order:
            twice = "is there twice" if place else f"no such entry is in the chain ({row['type']})"
            found.append(Finding(PLACE, ADDED, twice, row["seq"]))
            continue
        order.append(place)
        previous = hashes[place - 2] if place > 1 else first
        if not whole or row["previous_hash"] != previous:
            found.append(Finding(PLACE, CHANGED, _what(row, copies.get(place)), place))
        elif row["erased_at"] is not None and place not in erased:
            said = "marked as erased, and no entry says who erased it and why"
            found.append(Finding(PLACE, CHANGED, said, place))
        elif row["corrected_by"] != corrected.get(place):
            found.append(Finding(PLACE, CHANGED, "corrected_by", place))
    missing = [place for place in range(1, len(hashes) + 1) if place not in order]
    for _ in range(len(read) - len(rows)):
        # What can't be read stands where one is missing.
        place = missing.pop(0) if missing else None
        found.append(Finding(PLACE, CHANGED, "it can't be read as it was written", place))
    found += [Finding(PLACE, REMOVED, "", place) for place in missing]
    found += [Finding(PLACE, REORDERED, "", place) for place in _out_of_order(order)]
    return rows, found


def check_table(rows: Sequence[Mapping[str, Any]], table: bytes, exercise: bool) -> list[Finding]:
    """Whether the CSV says what the entries say; the first row that does not."""
    right = plainly.timeline_csv(rows, exercise)
    if right == table:
        return []
    for wanted, found in zip(_lines(right), _lines(table), strict=False):
        if wanted != found:
            entry = int(wanted[1]) if len(wanted) > 1 and wanted[1].isdecimal() else None
            names = [n for n, a, b in zip(plainly.COLUMNS, wanted, found, strict=False) if a != b]
            return [Finding(TABLE, CHANGED, ", ".join(names) or "its columns", entry)]
    wanted_rows, found_rows = len(_lines(right)), len(_lines(table))
    if found_rows < wanted_rows:
        return [Finding(TABLE, REMOVED, "it ends too early", found_rows or None)]
    if found_rows > wanted_rows:
        return [Finding(TABLE, ADDED, "it has more rows than there are entries", wanted_rows)]
    return [Finding(TABLE, CHANGED, "the same cells, written in another way")]


def _place(
    row: Mapping[str, Any], place_of: Mapping[str, int], hashes: Sequence[str], good: set[str]
) -> tuple[int | None, bool]:
    """Which entry of the chain a row is or was, and whether it is as it was recorded."""
    own = _own_hash(row)
    if own is not None and own in place_of:
        return place_of[own], own == row["hash"]
    if row["hash"] in place_of and row["hash"] not in good:
        return place_of[row["hash"]], False
    seq = row["seq"]
    if 1 <= seq <= len(hashes) and hashes[seq - 1] not in good:
        return seq, False
    return None, False


def _own_hash(row: Mapping[str, Any]) -> str | None:
    """The hash of what a row says now; ``None`` when its content is not what was digested."""
    if row["form"] == SALTED and row["erased_at"] is None:
        if row["salt"] is None or content_digest(row["salt"], row) != row["content"]:
            return None
    elif row["erased_at"] is not None and row["form"] == WHOLE:
        return None
    return hash_of(row, row["form"], row["previous_hash"], row["content"] or "")


def _is_entry(row: Mapping[str, Any]) -> bool:
    """Whether it has an entry's fields, each of its kind, and no others."""
    return (
        set(row) == {*FRAME, *CONTENT, "form", "salt", "content", "erased_at", "corrected_by",
                     "previous_hash", "hash"}
        and type(row["seq"]) is int
        and row["form"] in (WHOLE, SALTED) and type(row["form"]) is int
        and isinstance(row["data"], dict)
        and all(isinstance(row[name], str) for name in ("incident", *TEXTS))
        and all(row[name] is None or isinstance(row[name], str)
                for name in ("key", "salt", "content", "erased_at"))
        and _is_moment(row["erased_at"])
    )  # fmt: skip


def _is_moment(text: str | None) -> bool:
    try:
        return text is None or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _numbers(row: Mapping[str, Any]) -> list[Any]:
    named = row["data"].get("entries")
    return [n for n in named if isinstance(n, int)] if isinstance(named, list) else []


def _what(row: Mapping[str, Any], copy: Mapping[str, str] | None) -> str:
    """The fields in which the entry differs from its copy in the CSV."""
    if copy is None:
        return ""
    names = [n for n in plainly.COLUMNS[1:] if copy.get(n) != plainly.cell(row, n, False)]
    return ", ".join(names) or "also in timeline.csv"


def _cells(table: bytes) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for cells in _lines(table)[1:]:
        if len(cells) == len(plainly.COLUMNS) and cells[1].isdecimal():
            found[int(cells[1])] = dict(zip(plainly.COLUMNS, cells, strict=True))
    return found


def _lines(table: bytes) -> list[list[str]]:
    csv.field_size_limit(2**31 - 1)
    text = io.StringIO(table.decode("utf-8-sig", "replace"), newline="")
    try:
        return list(csv.reader(text))
    except csv.Error:
        return []


def _out_of_order(order: Sequence[int]) -> list[int]:
    found, highest = [], 0
    for place in order:
        if place < highest:
            found.append(place)
        highest = max(highest, place)
    return found
