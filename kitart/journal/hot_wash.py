"""The participants' word right after an exercise: what to keep, what to change (t17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.late_entries import CORRECTION, NotTaken, Writer, in_force
from kitart.journal.tables import TimelineEntry
from kitart.plan.roles import role_name

HOT_WASH, ASKED = "hot wash", "hot wash asked"
LOOKED_BACK = timedelta(days=14)
"""A word is taken for some hours; what was asked for longer ago waits for nobody."""


@dataclass(frozen=True)
class Word:
    """What a participant said; reports show the role alone (D22)."""

    seq: int
    person: str
    role: str
    keep: str
    change: str
    at: datetime


def asked(session: Session, number: str) -> tuple[str, ...]:
    """The codes of who was asked."""
    rows = timeline.entries(session, number, ASKED)
    return tuple(rows[0].data["people"]) if rows else ()


def until(session: Session, number: str) -> datetime | None:
    """The moment (UTC) up to which a word is taken; ``None`` before anybody was asked."""
    rows = timeline.entries(session, number, ASKED)
    return datetime.fromisoformat(rows[0].data["until"]) if rows else None


def note_asked(
    session: Session, number: str, people: tuple[str, ...], hours: int, *, now: datetime
) -> datetime:
    """Record that the participants are asked, once; until when their word is taken (UTC)."""
    timeline.append(
        session, number, ASKED,
        f"{len(people)} participants are asked what to keep and what to change, for {hours} hours",
        now=now, key=ASKED,
        data={"people": list(people), "until": (now + timedelta(hours=hours)).isoformat()},
    )  # fmt: skip
    end = until(session, number)
    assert end is not None
    return end


def say(
    session: Session, number: str, writer: Writer, keep: str, change: str, *, now: datetime
) -> bool:
    """A participant's word, one of each person; ``False`` if this one has said it before.

    Raises ``NotTaken`` for somebody who was not asked, and once the time is over.
    """
    incidents.held(session, number)
    end = until(session, number)
    if writer.person not in asked(session, number) or end is None:
        raise NotTaken(f"{writer.person} was not asked about {number}")
    if now > end:
        raise NotTaken(f"the hot wash of {number} was over at {end:%Y-%m-%d %H:%M} UTC")
    entry = timeline.append(
        session, number, HOT_WASH,
        f"{role_name(writer.role)}: keep: {keep or 'nothing said'}; "
        f"change: {change or 'nothing said'}",
        now=now, author=role_name(writer.role), source="person", key=f"hot-wash:{writer.person}",
        data={"person": writer.person, "role": writer.role, "keep": keep, "change": change},
    )  # fmt: skip
    return entry is not None


def words(session: Session, number: str) -> list[Word]:
    """What was said, in the order in which it came; what was erased or withdrawn is left out."""
    return [
        Word(e.seq, e.data["person"], e.data["role"], e.data["keep"], e.data["change"],
             e.recorded_at)
        for e in in_force(timeline.entries(session, number, HOT_WASH, CORRECTION))
        if e.original.erased_at is None
    ]  # fmt: skip


def silent(session: Session, number: str) -> tuple[str, ...]:
    """The codes of those who were asked and have said nothing."""
    heard = {each.person for each in words(session, number)}
    return tuple(person for person in asked(session, number) if person not in heard)


def waiting_for(session: Session, person: str, now: datetime) -> list[tuple[str, datetime]]:
    """The exercises of which a person's word is still taken and not said, with the moment (UTC) up
    to which it is; the first asked first."""
    query = sa.select(TimelineEntry).where(
        TimelineEntry.type == ASKED, TimelineEntry.recorded_at > now - LOOKED_BACK
    )
    found = []
    for entry in session.scalars(query.order_by(TimelineEntry.id)):
        end = datetime.fromisoformat(entry.data["until"])
        if now <= end and person in silent(session, entry.incident):
            found.append((entry.incident, end))
    return found


def over(session: Session, number: str, now: datetime) -> bool:
    """Whether nothing more can come: all have answered, or the time is over."""
    end = until(session, number)
    return end is not None and (now >= end or not silent(session, number))
