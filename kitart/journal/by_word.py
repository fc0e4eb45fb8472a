"""What people said of a system that no probe watches, of logging by hand, and of the client."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import timeline
from kitart.journal.tables import Approval, Observation

ASSESSED = "assessed"
LOGGING_STARTED, LOGGING_ENDED = "manual logging started", "manual logging ended"
ACKNOWLEDGED, NOT_REACHED = "client acknowledged", "client contact not reached"
UNACKNOWLEDGED = "not acknowledged"
WORKS = "works"


def assessed(session: Session, incident: str) -> bool:
    """Whether somebody has looked at the system and said what was found (R44)."""
    return bool(timeline.entries(session, incident, ASSESSED))


def last_said_works(session: Session, incident: str) -> Approval:
    """The last answer that it works; ``LookupError`` when nobody said so."""
    query = sa.select(Approval).where(Approval.incident == incident, Approval.answer == WORKS)
    row = session.scalars(query.order_by(Approval.answered_at.desc()).limit(1)).first()
    if row is None:
        raise LookupError(f"nobody has said that the system of {incident} works")
    return row


def detail_of(answer: Approval) -> str:
    """How a look names the answer that it comes from."""
    return f"question {answer.id}"


def kept(session: Session, answer: Approval) -> bool:
    """Whether the look that this answer speaks of is in the journal already."""
    query = sa.select(Observation.id).where(
        Observation.incident == answer.incident, Observation.detail == detail_of(answer)
    )
    return session.scalars(query.limit(1)).first() is not None


def next_time(session: Session, incident: str, kind: str, about: str = "") -> int:
    """The number of the next question of a kind: one that is open is asked on, never twice."""
    start = f"{incident}:{kind}:{about}"
    query = sa.select(sa.func.count()).where(
        Approval.incident == incident, Approval.kind == kind, Approval.state != "open",
        Approval.key.startswith(start, autoescape=True),
    )  # fmt: skip
    return (session.scalar(query) or 0) + 1


def last_settled_at(session: Session, incident: str, kind: str) -> datetime | None:
    """When a question of this kind was last answered."""
    return session.scalar(
        sa.select(sa.func.max(Approval.answered_at)).where(
            Approval.incident == incident, Approval.kind == kind
        )
    )


def monitor_said_over(session: Session, incident: str, since: datetime) -> bool:
    """Whether a monitor has said since then that it is over: a reason to ask a person."""
    entries = timeline.entries(session, incident, "monitor resolved")
    return any(entry.recorded_at > since for entry in entries)


def logging_by_hand(session: Session, incident: str) -> bool:
    """Whether calls are being logged by hand now."""
    course = timeline.entries(session, incident, LOGGING_STARTED, LOGGING_ENDED)
    return bool(course) and course[-1].type == LOGGING_STARTED


def acknowledged(session: Session, incident: str, client: str) -> bool:
    """Whether somebody at the client said that they have our report (A14, E46)."""
    entries = timeline.entries(session, incident, ACKNOWLEDGED)
    return any(entry.data.get("client") == client for entry in entries)
