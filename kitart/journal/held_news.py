"""News that is held for a person: queued before anything, released once, told in one message.

Whatever counts here counts for one address of one person, and never across exercises and real
incidents (DESIGN, decision 10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from kitart.journal import messages
from kitart.journal.messages import MOST_TRIES, SENDER_DEAD_AFTER, SET_OUT, Outgoing
from kitart.journal.once import Turn, insert_once, locked, take_turn
from kitart.journal.tables import Incident, Message
from kitart.rules.flood import Thing

QUEUED = "queued"


@dataclass(frozen=True)
class Address:
    """One address of one person, for exercises or for real incidents."""

    recipient: str
    channel: str
    address: str
    exercise: bool


def address_of(session: Session, message: Outgoing) -> Address:
    """Where a message goes."""
    query = sa.select(Incident.exercise).where(Incident.number == message.incident)
    exercise = session.scalars(query).one()
    return Address(message.recipient, message.channel, message.address, exercise)


def one_at_a_time(session: Session, recipient: str) -> None:
    """Wait for whoever else decides on news to this person, until the transaction ends.

    Runs of many incidents tell the same people in the same second: each must see what the others
    have sent.
    """
    take_turn(session, Turn.NEWS, recipient)


def told(
    session: Session, to: Address, purposes: Collection[str], since: datetime
) -> dict[Thing, datetime]:
    """When news of each thing last went to an address, if after ``since``: by itself or in a
    message with other news. ``purposes`` are those that only inform."""
    by_itself = sa.and_(Message.told_in.is_(None), Message.state.in_(SET_OUT))
    whole = aliased(Message)
    together = whole.state.in_((QUEUED, *SET_OUT))
    at = sa.case((Message.told_in.is_(None), _gone_at(Message)), else_=_gone_at(whole))
    query = (
        sa.select(Message.incident, Message.purpose, sa.func.max(at, type_=at.type))
        .outerjoin(whole, whole.key == Message.told_in)
        .where(*_at(to), Message.purpose.in_(purposes), sa.or_(by_itself, together), at > since)
        .group_by(Message.incident, Message.purpose)
    )
    return {Thing(incident, kind): moment for incident, kind, moment in session.execute(query)}


def waiting(session: Session, to: Address) -> dict[Thing, datetime]:
    """Until when news of each thing is held for an address."""
    query = sa.select(Message).where(*_at(to), *_held()).order_by(Message.id)
    return {Thing(row.incident, row.purpose): _until(row) for row in session.scalars(query)}


def hold(
    session: Session, message: Outgoing, headline: str, *, until: datetime, now: datetime
) -> Message:
    """Keep the message until a moment of the plan's clock; one that is kept stays as it is."""
    insert_once(
        session, Message, **_kept(message), headline=headline, hold_until=until, queued_at=now
    )
    return session.scalars(sa.select(Message).where(Message.key == message.key)).one()


def due(session: Session, *, now: datetime, real_now: datetime) -> list[Address]:
    """The addresses that something is to be sent to now, of open and of closed incidents alike."""
    query = (
        sa.select(Message, Incident.exercise)
        .join(Incident, Incident.number == Message.incident)
        .where(*_wanted(now, real_now))
        .order_by(Message.id)
    )
    found = [
        Address(row.recipient, row.channel, row.address, exercise)
        for row, exercise in session.execute(query)
        if not _rests(row, real_now)
    ]
    return list(dict.fromkeys(found))


def to_be_joined(session: Session, to: Address, now: datetime) -> list[Message]:
    """The news whose time has come at an address, oldest first; nobody else may release it until
    the transaction ends."""
    query = sa.select(Message).where(*_at(to), *_held(), Message.hold_until <= now)
    return list(session.scalars(locked(query.order_by(Message.id))))


def join(
    session: Session, message: Outgoing, told_as: Iterable[tuple[Message, str]], *, now: datetime
) -> None:
    """Let one message take the place of several pieces of news, each with how it is told there.

    The message is queued in the same transaction, so that nothing is lost between.
    """
    insert_once(session, Message, **_kept(message), headline=None, hold_until=now, queued_at=now)
    for row, how in told_as:
        row.state, row.told_in, row.detail = "skipped", message.key, how


def to_be_sent(
    session: Session, to: Address, *, now: datetime, real_now: datetime
) -> list[Message]:
    """What goes out now: what was held or joined, what failed or was left half-sent."""
    query = sa.select(Message).where(*_at(to), *_wanted(now, real_now)).order_by(Message.id)
    return [row for row in session.scalars(query) if not _rests(row, real_now)]


def told_in(session: Session, key: str) -> list[Message]:
    """The pieces of news that a message took the place of, oldest first."""
    query = sa.select(Message).where(Message.told_in == key).order_by(Message.id)
    return list(session.scalars(query))


def _gone_at(row: type[Message]) -> sa.ColumnElement[datetime]:
    return sa.func.coalesce(
        row.sent_at, row.hold_until, row.queued_at, type_=Message.queued_at.type
    )


def _at(to: Address) -> tuple[sa.ColumnElement[bool], ...]:
    alike = sa.select(Incident.number).where(Incident.exercise == to.exercise)
    return (
        Message.recipient == to.recipient,
        Message.channel == to.channel,
        Message.address == to.address,
        Message.incident.in_(alike),
    )


def _held() -> tuple[sa.ColumnElement[bool], ...]:
    """Single pieces of news that wait; what joins several has no headline of its own."""
    return Message.state == QUEUED, Message.headline.is_not(None)


def _wanted(now: datetime, real_now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    left = messages.left_sending(SENDER_DEAD_AFTER, real_now)
    again = sa.and_(Message.state == "failed", Message.attempts < MOST_TRIES)
    return Message.hold_until <= now, sa.or_(Message.state == QUEUED, left, again)


def _rests(row: Message, real_now: datetime) -> bool:
    return row.state == "failed" and messages.failed_just_now(row, real_now)


def _until(row: Message) -> datetime:
    assert row.hold_until is not None, "what is queued is held until a moment"
    return row.hold_until


def _kept(message: Outgoing) -> dict[str, object]:
    kept = {name: value for name, value in asdict(message).items() if name != "language"}
    return {**kept, "state": QUEUED, "attempts": 0, "detail": ""}
