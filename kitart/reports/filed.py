"""What stands in SharePoint beside the files: the register's columns, and those of each file (D18).

The library's own columns are the row of a document: version and checksum cannot come apart from
the file they speak of (docs/adr/0015). Their names inside begin with our own, since a library has
hidden columns such as ``Language`` already, and a new one of that name would become ``Language0``.
"""

from __future__ import annotations

import re
from typing import Final

from kitart.clock import as_utc
from kitart.connectors.microsoft.columns import Column
from kitart.journal import register
from kitart.journal.tables import Document

APPROVED, SUPERSEDED = "approved", "superseded"
STATUS: Final = "KitartStatus"
LIBRARY = (
    Column("KitartIncident", label="Incident"),
    Column("KitartClient", label="Client"),
    Column("KitartType", label="Document type"),
    Column("KitartNumber", "number", "Running number"),
    Column("KitartVersion", "number", "Version"),
    Column(STATUS, "choice", "Status", choices=(APPROVED, SUPERSEDED), also=("text",)),
    Column("KitartLanguage", label="Language"),
    Column("KitartSentAt", "dateTime", "Sent at", also=("text",)),
    Column("KitartSHA256", label="SHA-256"),
    Column("KitartFiledLate", "boolean", "Written offline, filed late"),
    Column("KitartExercise", "boolean", "Exercise"),
)
REGISTER = tuple(
    # A register that was made by hand has text in all of them, and a moment is written so that
    # both kinds take it.
    Column(name, "dateTime", also=("text",)) if name in register.MOMENTS
    # A state or a priority is text: a list of choices would have to be kept in step with the code.
    else Column(name, "lines" if name in ("Subject", "Projects") else "text")
    for name in register.COLUMNS
)  # fmt: skip
FOLDER = "Incidents"
"""The library's folder; below it one per incident, below that one per client (D23)."""
_LANGUAGE = re.compile(r'<html[^>]*\blang="([a-z]{2})')

Card = dict[str, str | int | bool | None]


def card(
    document: Document, *, checksum: str, late: bool, superseded: bool, exercise: bool
) -> Card:
    """The columns of a file of ``document`` (with its page), whose own SHA-256 is ``checksum``."""
    language = _LANGUAGE.search(document.html)
    return {
        "KitartIncident": document.incident,
        "KitartClient": document.client,
        "KitartType": document.type,
        "KitartNumber": document.running_number,
        "KitartVersion": document.version,
        STATUS: SUPERSEDED if superseded else APPROVED,
        "KitartLanguage": language[1] if language else None,
        "KitartSentAt": register.written_moment(
            as_utc(document.sent_at) if document.sent_at else None
        ),
        "KitartSHA256": checksum,
        "KitartFiledLate": late,
        "KitartExercise": exercise,
    }
