"""How far the after-action report of an incident is, as the record has it (requirements §8)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import approvals, documents, timeline
from kitart.journal.documents import INTERNAL
from kitart.journal.late_entries import CORRECTION
from kitart.journal.tables import Approval, Document, Incident
from kitart.plan.reviewed import NO_DISRUPTIONS

TYPE = "after-action-report"
WANTED, OVERDUE = "after-action report wanted", "after-action report overdue"
SENT_BACK = "after-action report sent back"
AS_OLD_AS = timedelta(days=60)
"""An incident that was closed longer ago is not taken up by itself: only by hand."""


def versions(session: Session, incident: str) -> list[Document]:
    """The report's versions, oldest first."""
    return [d for d in documents.of_incident(session, incident, INTERNAL) if d.type == TYPE]


def last_sent(session: Session, incident: str) -> Document | None:
    """The version that was sent last; ``None`` while none was."""
    sent = [d for d in versions(session, incident) if d.sent_at is not None]
    return sent[-1] if sent else None


def open_version(session: Session, incident: str) -> Document | None:
    """The version that waits for people, or to be sent; ``None`` where there is none."""
    waiting = [d for d in versions(session, incident) if d.state in ("draft", "approved")]
    return waiting[-1] if waiting else None


def questions_about(session: Session, document: Document) -> list[Approval]:
    """The questions about one version, in the order in which they were put."""
    return [
        q for q in approvals.of_incident(session, document.incident) if q.document_id == document.id
    ]


def sent_back(session: Session, incident: str) -> Document | None:
    """The newest version, where somebody sent it back; ``None`` where nobody did."""
    newest = versions(session, incident)[-1:]
    return newest[0] if newest and newest[0].state == "refused" else None


def corrections(session: Session, incident: str) -> int:
    """How many corrections the record has: each changes what results are worked out from."""
    return len(timeline.entries(session, incident, CORRECTION))


def wanting(session: Session, now: datetime) -> list[Incident]:
    """The closed incidents whose after-action report was never sent, oldest first (§8 row 7).

    Not for a false alarm or an exercise, and not for what was closed long ago.
    """
    sent = sa.select(Document.incident).where(
        Document.type == TYPE, Document.sent_at.is_not(None), Document.filed_at.is_not(None)
    )
    query = sa.select(Incident).where(
        Incident.state == "closed",
        Incident.settled_at.is_not(None),
        Incident.exercise.is_(False),
        Incident.kind.not_in(NO_DISRUPTIONS),
        Incident.closed_at > now - AS_OLD_AS,
        Incident.number.not_in(sent),
    )
    return list(session.scalars(query.order_by(Incident.seq)))
