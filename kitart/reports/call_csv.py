"""Forms of calls as CSV: for a spreadsheet, in which no cell may become a formula (R46)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from kitart.journal import call_forms, call_log
from kitart.journal.tables import LoggedCall
from kitart.language import in_language, phrase
from kitart.rules.call_form import FIELDS, LATER

# A spreadsheet takes a cell that begins so for a formula, also behind blanks.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
HEAD = (
    phrase("Form number"), phrase("Incident"), phrase("Project"), phrase("Language"),
    phrase("Agent"), phrase("Day"), phrase("Start"), phrase("End"), phrase("Time zone"),
    phrase("Line"), phrase("Urgency"),
)  # fmt: skip
AFTER = (phrase("Written by"), phrase("Recorded at (UTC)"), *LATER)


def as_csv(rows: Iterable[LoggedCall], language: str) -> str:
    """The forms, a line each, with a head in the reader's language; times as on the form."""
    fields = [field for field in FIELDS if field.name != "urgency"]
    head = [in_language(word, language) for word in (*HEAD, *(f.label for f in fields), *AFTER)]
    made = io.StringIO()
    # Excel takes a file for UTF-8 by this mark alone.
    made.write("\ufeff")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([plain(cell) for cell in _cells(row, [field.name for field in fields])])
    return made.getvalue()


def plain(cell: str) -> str:
    """A cell that no spreadsheet reads as a formula: an apostrophe says that it is text."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _cells(row: LoggedCall, names: list[str]) -> list[str]:
    here = ZoneInfo(row.time_zone)
    return [
        call_log.number(row), row.incident or "", row.project, row.language, row.agent, row.day,
        f"{row.started_at.astimezone(here):%H:%M}",
        f"{row.ended_at.astimezone(here):%H:%M}" if row.ended_at else "",
        row.time_zone, row.line, "urgent" if row.urgent else "normal",
        *(str(row.fields.get(name, "")) for name in names),
        row.written_by, f"{row.recorded_at:%Y-%m-%d %H:%M:%S}", *_later(call_forms.after(row)),
    ]  # fmt: skip


def _later(after: dict[str, Any]) -> list[str]:
    """The cells of ``LATER``; of a void form who said so and why."""
    if "void" in after:
        return [f"void: {after['void']} ({after['void_by']}, {after['void_at']})", "", "", ""]
    entered = f"{after['entered_by']}, {after['entered_at']}" if "entered_at" in after else ""
    checked = [after[name] for name in ("checked_by", "differences") if after.get(name)]
    callbacks = [
        f"{each['at']} {each['by']}: {each['result']}{' (done)' if each['done'] else ''}"
        for each in after.get("callbacks", [])
    ]
    return [entered, after.get("ticket", ""), "; ".join(checked), "; ".join(callbacks)]
