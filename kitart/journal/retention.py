"""What names people and was kept as long as it should be: listed, never erased by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import call_forms, call_log, incidents
from kitart.journal.tables import Message, OutageReport, Reply

ERASED = "erased"
CALLS = "calls logged by hand"


@dataclass(frozen=True)
class Due:
    """What of an incident is due, since when, and how many rows there are of each kind; forms of
    calls may belong to none."""

    incident: str | None
    since: datetime
    rows: dict[str, int]


def due(session: Session, *, personal_days: int, call_log_days: int, now: datetime) -> list[Due]:
    """What was kept longer than these days after its incident was closed, or after it was recorded
    where it belongs to none; 0 days: never due."""
    found = []
    for row in incidents.closed_before(session, now):
        closed = row.closed_at or now
        for days, counts in (
            (personal_days, _personal), (call_log_days, _calls),
        ):  # fmt: skip
            since = closed + timedelta(days=days)
            if days and since <= now:
                rows = {name: n for name, n in counts(session, row.number).items() if n}
                if rows:
                    found.append(Due(row.number, since, rows))
    if call_log_days:
        forms = call_forms.without_incident(session, now - timedelta(days=call_log_days))
        if forms:
            since = min(each.recorded_at for each in forms) + timedelta(days=call_log_days)
            found.append(Due(None, since, {CALLS: len(forms)}))
    return found


def _personal(session: Session, number: str) -> dict[str, int]:
    return {
        "messages": _count(session, Message, number, Message.recipient),
        "replies": _count(session, Reply, number, Reply.sender),
        "outage reports": _count(session, OutageReport, number, OutageReport.agent),
    }


def _calls(session: Session, number: str) -> dict[str, int]:
    return {CALLS: call_log.of_incident(session, number)}


def _count(session: Session, table: Any, number: str, who: Any) -> int:
    query = sa.select(sa.func.count()).select_from(table)
    return session.scalar(query.where(table.incident == number, who != ERASED)) or 0
