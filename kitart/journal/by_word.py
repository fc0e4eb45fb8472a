"""What people said of a system that no probe watches, of logging by hand, and of the client."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import approvals, incidents, timeline
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval, Observation, TimelineEntry

ASSESSED = "assessed"
LOGGING_STARTED, LOGGING_ENDED = "manual logging started", "manual logging ended"
ACKNOWLEDGED, NOT_REACHED = "client acknowledged", "client contact not reached"
UNACKNOWLEDGED = "not acknowledged"
WORKS = "works"
SAID_OVER = ("monitor resolved", "input arrived")


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


def recorded(session: Session, answer: Approval) -> bool:
    """Whether what this answer means was written into the record: a run may die in between."""
    entries = timeline.entries(session, answer.incident)
    return kept(session, answer) or any(e.data.get("answer_of") == answer.id for e in entries)


def _settled(session: Session, incident: str, kind: str, about: str = "") -> list[Approval]:
    query = sa.select(Approval).where(
        Approval.incident == incident, Approval.kind == kind, Approval.state != "open",
        Approval.key.startswith(f"{incident}:{kind}:{about}", autoescape=True),
    )  # fmt: skip
    found = session.scalars(query.order_by(Approval.id))
    return [row for row in found if row.state == "void" or recorded(session, row)]


def next_time(session: Session, incident: str, kind: str, about: str = "") -> int:
    """The number of the next question of a kind.

    One that is open, or whose answer is not yet in the record, is gone on with: never asked
    twice, and no answer lost that came while no run was there to hear it.
    """
    return len(_settled(session, incident, kind, about)) + 1


def last_settled_at(session: Session, incident: str, kind: str) -> datetime | None:
    """When a question of this kind was last answered, and the answer recorded."""
    answers = [row.answered_at for row in _settled(session, incident, kind) if row.answered_at]
    return max(answers, default=None)


def monitor_said_over(session: Session, incident: str, since: datetime) -> bool:
    """Whether a monitor has said since then that it is over, or what was missing has arrived: a
    reason to ask a person."""
    entries = timeline.entries(session, incident, *SAID_OVER)
    return any(entry.recorded_at > since for entry in entries)


def said_over_after(session: Session, incident: str, seq: int) -> bool:
    """As ``monitor_said_over``, after the entry of that number, whatever the clock showed."""
    return any(e.seq > seq for e in timeline.entries(session, incident, *SAID_OVER))


def last_entry_before(session: Session, question: Question) -> int:
    """The number of the entry by which a question was first put to somebody; while it was not yet,
    of the incident's last one."""
    row = approvals.with_key(session, question.key)
    asked = [
        entry.seq
        for entry in timeline.entries(session, question.incident, "decision requested")
        if row is not None and entry.data.get("approval") == row.id
    ]
    return min(asked, default=incidents.get(session, question.incident).entries)


def logging_by_hand(session: Session, incident: str) -> bool:
    """Whether calls are being logged by hand now."""
    course = timeline.entries(session, incident, LOGGING_STARTED, LOGGING_ENDED)
    return bool(course) and course[-1].type == LOGGING_STARTED


def acknowledged(session: Session, incident: str, client: str) -> bool:
    """Whether somebody at the client said that they have our report (A14, E46)."""
    entries = timeline.entries(session, incident, ACKNOWLEDGED)
    return any(entry.data.get("client") == client for entry in entries)


def start_of_logging(session: Session, incident: str) -> int | None:
    """The answer that started the logging by hand that goes on now."""
    course = timeline.entries(session, incident, LOGGING_STARTED, LOGGING_ENDED)
    if not course or course[-1].type != LOGGING_STARTED:
        return None
    return int(course[-1].data["answer_of"])


def stretches_of_logging(
    session: Session, since: datetime
) -> list[tuple[str, datetime, datetime | None]]:
    """When calls were logged by hand: incident, start, end (``None`` while it goes on), of what
    ended after ``since`` (UTC) or hasn't ended."""
    query = sa.select(TimelineEntry).where(TimelineEntry.type.in_((LOGGING_STARTED, LOGGING_ENDED)))
    open_since: dict[str, datetime] = {}
    found: list[tuple[str, datetime, datetime | None]] = []
    for entry in session.scalars(query.order_by(TimelineEntry.id)):
        if entry.type == LOGGING_STARTED:
            open_since.setdefault(entry.incident, entry.occurred_at)
        elif began := open_since.pop(entry.incident, None):
            found.append((entry.incident, began, entry.occurred_at))
    found = [each for each in found if each[2] and each[2] > since]
    return [*found, *((incident, began, None) for incident, began in open_since.items())]
