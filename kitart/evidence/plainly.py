"""How a pack writes values: JSON with one row a line, so that a changed row shows by its line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a cell that begins so for a formula."""

COLUMNS = (
    "incident", "seq", "type", "occurred_at", "recorded_at", "author", "source", "text", "data",
    "corrects", "corrected_by", "erased_at", "key", "form", "salt", "content", "previous_hash",
    "hash",
)  # fmt: skip


def line(row: Row) -> str:
    """One row in the one way that a pack writes it."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))


def rows_file(rows: Iterable[Row]) -> bytes:
    """A JSON array with one row a line."""
    return ("[\n" + ",\n".join(line(row) for row in rows) + "\n]\n").encode()


def one_file(value: Any) -> bytes:
    """A JSON object that people may read too."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1)
    return (text + "\n").encode()


def corrections(entries: Sequence[Row]) -> dict[int, int]:
    """By which later entry each corrected one was corrected last."""
    found: dict[int, int] = {}
    for entry in entries:
        corrects = entry["data"].get("corrects")
        if entry["type"] == "correction" and isinstance(corrects, int):
            found[corrects] = entry["seq"]
    return found


def timeline_csv(entries: Sequence[Row], exercise: bool) -> bytes:
    """The timeline as a table for a spreadsheet: UTF-8 with its mark, one row an entry.

    Cells are the values as they are recorded; one that a spreadsheet would take for a formula
    has an apostrophe before it. Of an exercise each row begins with EXERCISE (D4).
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        writer.writerow([cell(entry, name, exercise) for name in COLUMNS])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def cell(entry: Row, name: str, exercise: bool) -> str:
    """One value of an entry as the table has it."""
    if name == "incident" and exercise:
        return f"EXERCISE {entry['incident']}"
    if name == "corrects":
        corrects = entry["data"].get("corrects")
        return str(corrects) if entry["type"] == "correction" else ""
    value = entry[name]
    if value is None:
        return ""
    text = line(value) if isinstance(value, Mapping) else str(value)
    return f"'{text}" if text[:1] in FORMULA else text
