"""Agents called out for a seat: held by one incident at a time, and what became of each (D8, D12).

``reserve`` is the one place where an agent is taken: the unique hold makes two who want the same
agent in the same instant one who gets them, on both databases (E3).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.clock import not_before
from kitart.journal import incidents, timeline
from kitart.journal.once import id_if_new, locked
from kitart.journal.tables import CoverCall, Incident

ASKED, ACCEPTED, LIVE, LATER = "asked", "accepted", "live", "later"
DECLINED, LAPSED, NO_SHOW, LOST = "declined", "lapsed", "no-show", "lost"
STOOD_DOWN, ENDED = "stood down", "ended"
HOLDING = (ASKED, ACCEPTED, LIVE)
YES, NO = "yes", "no"
PHONE_SYSTEM = "phone system"


def reserve(
    session: Session,
    incident: str,
    agent: str,
    queue: str,
    rung: str,
    *,
    now: datetime,
    hold: timedelta,
    due_at: datetime,
) -> CoverCall | None:
    """Take an agent for a seat of a queue ("BRAVO/es"); ``None`` when somebody else has them.

    The hold lapses ``hold`` after ``now`` unless the agent answers; an older hold that has lapsed
    by now gives way. An exercise never takes an agent from a real incident, nor the other way.
    """
    key = _hold_key(agent, incidents.get(session, incident).exercise)
    session.execute(
        sa.update(CoverCall)
        .where(CoverCall.hold_key == key, CoverCall.state == ASKED, CoverCall.held_until <= now)
        .values(hold_key=None, state=LAPSED, ended_at=now)
    )
    # A run that died between the closing and the thanks must not keep an agent for ever.
    over = sa.select(Incident.number).where(Incident.closed_at.is_not(None))
    session.execute(
        sa.update(CoverCall)
        .where(CoverCall.hold_key == key, CoverCall.incident.in_(over))
        .values(hold_key=None, state=ENDED, ended_at=now)
    )
    new = id_if_new(
        session, CoverCall, incident=incident, agent=agent, queue=queue, rung=rung, state=ASKED,
        hold_key=key, held_until=now + hold, asked_at=now, due_at=due_at,
    )  # fmt: skip
    return None if new is None else held(session, new)


def get(session: Session, number: int) -> CoverCall | None:
    """The call with this number."""
    return session.get(CoverCall, number)


def held(session: Session, number: int) -> CoverCall:
    """The call, which nobody else may change until this transaction ends."""
    query = locked(sa.select(CoverCall).where(CoverCall.id == number))
    row: CoverCall = session.scalars(query).one()
    return row


def of_incident(session: Session, incident: str) -> list[CoverCall]:
    """Everybody who was called out for an incident, in the order of the asking."""
    query = sa.select(CoverCall).where(CoverCall.incident == incident)
    return list(session.scalars(query.order_by(CoverCall.id)))


def waiting_for(session: Session, agent: str, now: datetime) -> list[CoverCall]:
    """What an agent was asked in incidents that are open and may still answer, newest first."""
    query = (
        sa.select(CoverCall)
        .join(Incident, Incident.number == CoverCall.incident)
        .where(
            CoverCall.agent == agent, CoverCall.state.in_((ASKED, LAPSED)),
            CoverCall.answered_at.is_(None), Incident.closed_at.is_(None),
        )
    )  # fmt: skip
    return list(session.scalars(query.order_by(CoverCall.id.desc())))


def promised_by(session: Session, agent: str) -> list[CoverCall]:
    """What an agent has said yes or "later" to in incidents that are open, newest first."""
    query = (
        sa.select(CoverCall)
        .join(Incident, Incident.number == CoverCall.incident)
        .where(
            CoverCall.agent == agent, CoverCall.state.in_((ACCEPTED, LATER)),
            Incident.closed_at.is_(None),
        )
    )  # fmt: skip
    return list(session.scalars(query.order_by(CoverCall.id.desc())))


def held_by_others(session: Session, incident: Incident) -> list[CoverCall]:
    """Who is held by another incident of the same kind of record, real or exercise (E2, E3)."""
    query = (
        sa.select(CoverCall)
        .join(Incident, Incident.number == CoverCall.incident)
        .where(
            CoverCall.hold_key.is_not(None), CoverCall.incident != incident.number,
            Incident.exercise == incident.exercise,
        )
    )  # fmt: skip
    return list(session.scalars(query.order_by(CoverCall.id)))


def holding(session: Session) -> list[CoverCall]:
    """Who is asked, coming or live in real incidents, in the order of the asking."""
    query = (
        sa.select(CoverCall)
        .join(Incident, Incident.number == CoverCall.incident)
        .where(CoverCall.state.in_(HOLDING), Incident.exercise.is_(False))
    )
    return list(session.scalars(query.order_by(CoverCall.id)))


def touching(
    session: Session,
    queues: Collection[str],
    agents: Collection[str],
    since: datetime,
    *,
    exercise: bool,
) -> list[CoverCall]:
    """The calls for a seat of some queues, or of some agents, not over at ``since`` (UTC),
    in exercises or in real incidents: those queues' seats are worked out from them (E5, D4, D8)."""
    query = (
        sa.select(CoverCall)
        .join(Incident, Incident.number == CoverCall.incident)
        .where(
            Incident.exercise == exercise,
            sa.or_(CoverCall.ended_at.is_(None), CoverCall.ended_at >= since),
            sa.or_(CoverCall.queue.in_(queues), CoverCall.agent.in_(agents)),
        )
    )
    return list(session.scalars(query.order_by(CoverCall.id)))


def seat_of(session: Session, agent: str, *, exercise: bool = False) -> CoverCall | None:
    """The seat that an agent has promised to take or sits in, as a backup."""
    query = sa.select(CoverCall).where(
        CoverCall.hold_key == _hold_key(agent, exercise), CoverCall.state.in_((ACCEPTED, LIVE))
    )
    return session.scalars(query).first()


def called_since(session: Session, since: datetime) -> dict[str, int]:
    """How often each agent was called out since a moment, in whatever incident."""
    query = (
        sa.select(CoverCall.agent, sa.func.count(CoverCall.id))
        .where(CoverCall.asked_at >= since)
        .group_by(CoverCall.agent)
    )
    return {agent: int(count) for agent, count in session.execute(query)}


def answer(
    session: Session,
    number: int,
    said: str,
    *,
    via: str,
    now: datetime,
    starts_at: datetime | None = None,
) -> str:
    """Take an agent's answer: ``yes``, ``no`` or ``later`` (with ``starts_at``).

    Returns what became of it: ``accepted``, ``declined``, ``later``; ``already`` when the agent has
    answered; ``too late`` when the seat is no longer theirs. Silence is no "no": a late "yes"
    counts while nobody else holds the agent (E7, E8).
    """
    row = held(session, number)
    if row.answered_at is not None:
        return "already"
    if row.state not in (ASKED, LAPSED):
        return "too late"
    if said == NO:
        row.answered_at, row.via = now, via
        end(row, DECLINED, now=now)
        return DECLINED
    if said == LATER:
        row.answered_at, row.via = now, via
        row.state, row.hold_key = LATER, None
        row.due_at = starts_at or row.due_at
        return LATER
    if row.state == LAPSED and not hold_again(session, row):
        return "too late"
    row.answered_at, row.via, row.state, row.ended_at = now, via, ACCEPTED, None
    return ACCEPTED


def hold_again(session: Session, row: CoverCall) -> bool:
    """Hold the agent of a lapsed or late call once more; ``False`` when another seat has them."""
    if taken_elsewhere(session, row):
        return False
    row.hold_key = _hold_key(row.agent, incidents.get(session, row.incident).exercise)
    session.flush()
    return True


def seat_again(session: Session, row: CoverCall, *, now: datetime) -> CoverCall | None:
    """The agent of a seat that was lost is back in it, as a call of its own: the time between stays
    a gap. ``None`` when another seat has them by now."""
    again = reserve(
        session, row.incident, row.agent, row.queue, row.rung, now=now,
        hold=timedelta(0), due_at=now,
    )  # fmt: skip
    if again is not None:
        again.answered_at, again.via = now, PHONE_SYSTEM
        live(again, by=PHONE_SYSTEM, now=now)
    return again


def give_back(session: Session, number: int, *, now: datetime) -> bool:
    """The agent can't take the seat after all: as if the answer had been "no".

    ``False`` when there was no promise to take back, or the agent sits there already.
    """
    row = held(session, number)
    if row.state not in (ACCEPTED, LATER):
        return False
    end(row, DECLINED, now=now)
    return True


def taken_elsewhere(session: Session, row: CoverCall) -> bool:
    """Whether another seat has the agent by now, so that a late "yes" would not count."""
    key = _hold_key(row.agent, incidents.get(session, row.incident).exercise)
    taken = session.scalars(sa.select(CoverCall.id).where(CoverCall.hold_key == key)).first()
    return taken is not None and taken != row.id


def end(row: CoverCall, how: str, *, now: datetime) -> None:
    """The agent is free again: declined, a no-show, stood down, lost or at the end of standby."""
    ended_at = not_before(now, row.asked_at, row.live_at)
    row.state, row.hold_key, row.held_until, row.ended_at = how, None, None, ended_at


def live(row: CoverCall, *, by: str, now: datetime) -> None:
    """The agent sits in the seat: seen by the phone system, or by a person's word."""
    live_at = row.live_at or not_before(now, row.asked_at)
    row.state, row.live_at, row.live_by, row.held_until = LIVE, live_at, by, None


def note(
    session: Session,
    row: CoverCall,
    type: str,
    text: str,
    *,
    now: datetime,
    at: datetime | None = None,
    source: str = "system",
) -> None:
    """Put what became of a call into the timeline, once; it happened ``at``, else now."""
    timeline.append(
        session, row.incident, type, f"{row.queue}: {text}", now=now, occurred_at=at,
        source=source,
        data={"agent": row.agent, "queue": row.queue, "project": row.queue.partition("/")[0],
              "rung": row.rung, "call": row.id},
        key=f"{type}:{row.id}",
    )  # fmt: skip


def _hold_key(agent: str, exercise: bool) -> str:
    return f"{'EXERCISE:' if exercise else ''}{agent}"
