"""The forms of calls logged by hand for a pack: counted and dated, callers masked (R46, D22)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from kitart.evidence import plainly
from kitart.evidence.masking import Mask
from kitart.evidence.plainly import Row
from kitart.journal.call_forms import AFTER
from kitart.plan.addresses import masked
from kitart.rules.call_form import FIELDS

CALLER = ("caller_name", "callback_number", "email", "preferred", "customer_number")
WORDS = ("description", "product", "promise", "promise_due", "differences", "void", "result")
"""What a person typed: it may name anybody."""
COLUMNS = (
    "number", "incident", "project", "language", "line", "agent", "day", "started_at", "ended_at",
    "time_zone", "urgent", "state", "written_by", "recorded_at",
)  # fmt: skip
LATER = ("entered_by", "entered_at", "ticket", "differences", "checked_by", "checked_at", "void",
         "void_by", "void_at")  # fmt: skip


def shown(row: Mapping[str, Any], mask: Mask, *, show: bool) -> dict[str, Any]:
    """A form as it stands in the pack: with ``show`` as it is, else nobody can be known by it."""
    if show:
        return dict(row)
    fields = dict(row["fields"])
    after = fields.pop(AFTER, None)
    hidden: dict[str, Any] = {name: _hidden(name, value) for name, value in fields.items()}
    if after is not None:
        hidden[AFTER] = {
            name: [each | {"result": _left_out(each["result"])} for each in value]
            if name == "callbacks"
            else _left_out(value) if name in WORDS else value
            for name, value in after.items()
        }  # fmt: skip
    return {**mask({name: value for name, value in row.items() if name != "fields"}),
            "fields": mask(hidden)}  # fmt: skip


def _hidden(name: str, value: str) -> str:
    if not value:
        return value
    if name in CALLER:
        return masked(value)
    # What came of a call is one of our own words; what it was about is the caller's.
    return _left_out(value) if name in WORDS and name != "result" else value


def _left_out(text: str) -> str:
    return f"[left out: {len(text)} letters]" if text else text


def as_table(rows: Sequence[Row], exercise: bool) -> bytes:
    """The same as a table for a spreadsheet: UTF-8 with its mark, one row a form; of an exercise
    each says so (D4)."""
    names = [field.name for field in FIELDS if field.name != "urgency"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *names, *LATER, "callbacks"])
    for row in rows:
        after = row["fields"].get(AFTER, {})
        marked = f"EXERCISE {row['incident']}" if exercise else row["incident"]
        cells = [marked if name == "incident" else row[name] for name in COLUMNS]
        cells += [row["fields"].get(name, "") for name in names]
        cells += [after.get(name, "") for name in LATER]
        cells.append(plainly.line({"callbacks": after.get("callbacks", [])})
                     if after.get("callbacks") else "")  # fmt: skip
        writer.writerow([_cell(value) for value in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in plainly.FORMULA else text
