"""Where an incident stands in the SharePoint register, and what was last written there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal.tables import RegisterRow

COLUMNS = (
    "Subject", "System", "State", "Priority", "ReportedAt", "RecoveredAt", "ClosedAt", "Projects",
    "PlanHash",
)  # fmt: skip
"""The columns that the list needs beside ``Title``."""
MOMENTS = ("ReportedAt", "RecoveredAt", "ClosedAt")
"""Those of them that hold a moment."""


def written_moment(moment: datetime | None) -> str | None:
    """A moment (UTC) as the register has it: a column for dates takes it, and so does one of text,
    which a register has that was made by hand."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def written(session: Session, incident: str) -> RegisterRow | None:
    """The incident's row as it was last written, if it ever was."""
    return session.get(RegisterRow, incident)


def keep(session: Session, incident: str, item_id: str, etag: str, fields: dict[str, Any]) -> None:
    """Remember the row, its version and what stands in it."""
    session.merge(RegisterRow(incident=incident, item_id=item_id, etag=etag, fields=fields))
