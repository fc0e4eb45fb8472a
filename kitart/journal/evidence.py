"""An incident's rows as plain values, for a pack of evidence: read in one view, changed by nobody.

Moments are ISO texts in UTC; the rows of a table stand in the order in which they were made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.clock import as_utc
from kitart.journal import call_forms, timeline
from kitart.journal.hashing import plain
from kitart.journal.tables import (
    Acknowledgement,
    Alert,
    Approval,
    Base,
    CoverCall,
    Decision,
    Document,
    Incident,
    Message,
    Observation,
    OutageReport,
    Reply,
    RollCall,
    TimelineEntry,
)

Row = dict[str, Any]
# What only the driving of a run needs, and keys that make rows unique while they are open.
LEFT_OUT = {
    "lease_run", "lease_fence", "lease_until", "runs_requested", "run_requested_at",
    "requested_run", "open_key", "hold_key", "sending_since_real", "opened_at_real",
}  # fmt: skip
TABLES: dict[str, type[Base]] = {
    "acknowledgements": Acknowledgement,
    "alerts": Alert,
    "cover_calls": CoverCall,
    "documents": Document,
    "messages": Message,
    "observations": Observation,
    "outage_reports": OutageReport,
    "questions": Approval,
    "replies": Reply,
    "roll_calls": RollCall,
}


@dataclass(frozen=True)
class Record:
    """All that the journal has of an incident; ``tables`` by the names in ``TABLES``, and
    ``answers``: every answer that anybody gave to its questions."""

    incident: Row
    entries: list[Row]
    tables: dict[str, list[Row]]
    calls_by_hand: list[Row]
    """The forms of calls logged by hand; they hold callers' data."""
    calls_digest: str
    """The forms' digest, as the timeline has it."""
    broken_at: int | None


def read(session: Session, number: str) -> Record:
    """The incident's record; ``LookupError`` when there is no such incident."""
    row = session.scalars(sa.select(Incident).where(Incident.number == number)).one_or_none()
    if row is None:
        raise LookupError(f"there is no incident {number}")
    tables = {name: _rows(session, table, number) for name, table in TABLES.items()}
    asked = sa.select(Approval.id).where(Approval.incident == number)
    answers = sa.select(Decision).where(Decision.approval_id.in_(asked)).order_by(Decision.id)
    tables["answers"] = [_values(each) for each in session.scalars(answers)]
    forms = call_forms.of_incident(session, number)
    return Record(
        incident=_values(row),
        entries=[_entry(each) for each in timeline.entries(session, number)],
        tables=tables,
        calls_by_hand=[call_forms.plain(row) for row in forms],
        calls_digest=call_forms.digest(forms) if forms else "",
        broken_at=timeline.first_broken(session, row),
    )


def _rows(session: Session, table: Any, number: str) -> list[Row]:
    query = sa.select(table).where(table.incident == number).order_by(table.id)
    return [_values(row) for row in session.scalars(query)]


def _entry(row: TimelineEntry) -> Row:
    return plain(row) | {
        "form": row.form,
        "salt": row.salt,
        "content": row.content,
        "erased_at": _plain_value(row.erased_at),
        "previous_hash": row.previous_hash,
        "hash": row.hash,
    }


def _values(row: Base) -> Row:
    columns = row.__table__.columns
    return {c.key: _plain_value(getattr(row, c.key)) for c in columns if c.key not in LEFT_OUT}


def _plain_value(value: Any) -> Any:
    return as_utc(value).isoformat() if isinstance(value, datetime) else value
