"""Who is in charge of a step now: who took it first, until somebody relieved them (A20, E26).

A step is the ERT's lead ("ert") or an account manager's part ("am:AM-1"). It changes hands by a
question to the new one; until that one says yes, the old one remains responsible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, approvals, timeline
from kitart.journal.acknowledgements import TAKE
from kitart.journal.tables import Approval

KIND = "take-over"
WANTED, RELIEVED = "hand-over wanted", "relieved"
ERT = "ert"


@dataclass(frozen=True)
class Holder:
    """Who is in charge, and since when (UTC)."""

    person: str
    since: datetime


def holder(session: Session, incident: str, step: str) -> Holder | None:
    """Who is in charge of the step; ``None`` while nobody has taken it."""
    relieved = relieved_by(session, incident, step)
    if relieved is not None:
        return relieved
    first = acknowledgements.taken_by(session, incident, step)
    return Holder(first.person, first.at) if first else None


def relieved_by(session: Session, incident: str, step: str) -> Holder | None:
    """The last who took the step over; ``None`` while it is with the first who took it."""
    taken = [q for q in take_overs(session, incident, step) if q.answer == TAKE]
    if not taken:
        return None
    last = max(taken, key=lambda q: (q.answered_at, q.id))
    assert last.answered_by is not None
    assert last.answered_at is not None
    return Holder(last.answered_by, last.answered_at)


def take_overs(session: Session, incident: str, step: str) -> list[Approval]:
    """The questions to take the step over, in the order in which they were first put."""
    starts = f"{incident}:{KIND}:{step}:"
    query = sa.select(Approval).where(Approval.key.startswith(starts, autoescape=True))
    return list(session.scalars(query.order_by(Approval.id)))


def question_key(incident: str, step: str, to: str, occasion: str) -> str:
    """The key of the question whether somebody takes a step over; one for each occasion."""
    return f"{incident}:{KIND}:{step}:{to}:{occasion}"


def want(
    session: Session, incident: str, step: str, person: str, to: str, *, role: str, now: datetime
) -> bool:
    """Who is in charge wants to hand over; ``False`` when that is in the record and open."""
    if any(w.to == to for w in wanted(session, incident, step)):
        return False
    place = len(timeline.entries(session, incident, WANTED)) + 1
    added = timeline.append(
        session, incident, WANTED, f"The {role} asks to be relieved; leads until that is accepted",
        now=now, author=role, source="person",
        data={"person": person, "step": step, "to": to, "place": place},
        key=f"{WANTED}:{place}",
    )  # fmt: skip
    return added is not None


@dataclass(frozen=True)
class Wanted:
    """A wish of ``person``, who is in charge of ``step``, that ``to`` takes it over."""

    step: str
    person: str
    to: str
    occasion: str


def wanted(session: Session, incident: str, step: str | None = None) -> list[Wanted]:
    """The wishes that nobody has answered and that still come from who is in charge."""
    found = []
    for entry in timeline.entries(session, incident, WANTED):
        wish = Wanted(
            entry.data["step"], entry.data["person"], entry.data["to"],
            f"wanted-{entry.data['place']}",
        )  # fmt: skip
        if step not in (None, wish.step):
            continue
        asked = approvals.with_key(
            session, question_key(incident, wish.step, wish.to, wish.occasion)
        )
        by = holder(session, incident, wish.step)
        if (asked is None or asked.state == "open") and by and by.person == wish.person:
            found.append(wish)
    return found
