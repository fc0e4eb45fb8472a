"""Alerts as they came, also those that nobody could read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.tables import Alert


@dataclass(frozen=True)
class Reading:
    """One alert of a post, as its source's reader understood it."""

    source: str
    dedup_key: str
    status: str
    title: str
    severity: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    reason: str = ""

    @property
    def episode(self) -> str:
        """Tells one run of a problem from the next; empty where the source gives no start."""
        return self.started_at.isoformat() if self.started_at else ""


def keep(
    session: Session, reading: Reading, body: str, *, outcome: str, now: datetime
) -> tuple[Alert, bool]:
    """Keep the alert; the same one again is counted, not kept twice.

    Returns the row and whether its status is news: a repeat or a replay is not.
    """
    row = session.scalars(
        sa.select(Alert).where(
            Alert.source == reading.source,
            Alert.dedup_key == reading.dedup_key,
            Alert.episode == reading.episode,
        )
    ).first()
    if row is None:
        row = Alert(
            source=reading.source,
            dedup_key=reading.dedup_key,
            episode=reading.episode,
            status=reading.status,
            outcome=outcome,
            reason=reading.reason,
            title=reading.title,
            severity=reading.severity,
            labels=dict(reading.labels),
            started_at=reading.started_at,
            received_at=now,
            last_received_at=now,
            times_received=1,
            body=body,
        )
        session.add(row)
        session.flush()
        return row, True
    # A resolved episode stays resolved: a replayed firing of it is an old letter, not news.
    news = row.status != reading.status and not (row.status == "resolved" and reading.episode)
    # A rule was added for it meanwhile: what was nobody's is now somebody's.
    news = news or (row.outcome, outcome) == ("unmatched", "matched")
    row.times_received += 1
    row.last_received_at = now
    if news:
        row.status, row.outcome, row.body = reading.status, outcome, body
    return row, news


@dataclass(frozen=True)
class LastPost:
    """The newest alert that a source sent and that could be read, on the plan's clock."""

    at: datetime
    title: str
    outcome: str


def last_of(session: Session, source: str) -> LastPost | None:
    """The last alert accepted from a source; an unreadable post is none."""
    query = sa.select(Alert).where(Alert.source == source, Alert.outcome != "unreadable")
    row = session.scalars(query.order_by(Alert.last_received_at.desc()).limit(1)).first()
    return LastPost(row.last_received_at, row.title, row.outcome) if row else None


def of_incident(session: Session, incident: str) -> list[Alert]:
    """The alerts that led to the incident, in the order they came."""
    query = sa.select(Alert).where(Alert.incident == incident)
    return list(session.scalars(query.order_by(Alert.id)))
