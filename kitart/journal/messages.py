"""Messages: written before sending, completed after, never twice (DESIGN: at least once)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from kitart.clock import lasts
from kitart.journal.database import concerns
from kitart.journal.once import asked, id_if_new, locked, will_ask
from kitart.journal.tables import Incident, Message
from kitart.journal.words import storable
from kitart.language import SOURCE

# Real time after which a sender that never came back is taken for dead.
SENDER_DEAD_AFTER = timedelta(seconds=30)
# The states of a message that reached its reader, or may have.
SET_OUT = ("sending", "accepted", "delivered", "uncertain")
# The states of a message that the provider took and that did not fail to arrive, as far as known.
TAKEN = ("accepted", "delivered")
# What the provider said later, for good: nothing that comes after it changes it.
REPORTED = ("delivered", "undelivered")
# Real time between two tries of a message that failed: doubled each time, up to this.
LONGEST_PAUSE_S = 60
CLAIMED = "claimed messages"
"""Under this name a transaction knows those that it completes."""
NOT_KNOWN = "it is not known whether it went out"
"""Stands in the detail of a message of which an earlier try may have gone out: what goes out after
that says so, however many tries fail between."""
STOPPED = "the sender stopped between sending and recording"
# So often a message is tried before the next person, or nobody, is all that is left.
MOST_TRIES = 8


@dataclass(frozen=True)
class Outgoing:
    """A message to be sent; ``key`` names it once for all: incident, step, person, channel.

    ``language`` is the recipient's; it is not kept.
    """

    key: str
    incident: str
    purpose: str
    recipient: str
    role: str
    channel: str
    address: str
    subject: str
    text: str
    html: str | None = None
    document_id: int | None = None
    language: str = SOURCE


@dataclass(frozen=True)
class Claim:
    """The right to send a message now; ``repeat`` when an earlier try may have gone out.

    ``attempt`` counts the tries from 1.
    """

    message_id: int
    repeat: bool
    attempt: int = 1


def claim(
    session: Session, message: Outgoing, *, now: datetime, real_now: datetime
) -> Claim | None:
    """Claim the message for sending; ``None`` when it is sent, skipped or being sent, when its last
    try failed a moment ago, or when it is news that is held until a later moment than ``now``.

    A sender that died between sending and recording leaves the message ``sending``: after a
    while it may be claimed again, as a repeat. A client's document in that state becomes
    ``uncertain`` instead and waits for a person.
    """
    new = id_if_new(session, Message, **_fresh(message, now, real_now))
    if new is not None:
        return Claim(new, repeat=False)
    row = session.scalars(locked(sa.select(Message).where(Message.key == message.key))).one()
    if row.state == "sending":
        since = row.sending_since_real
        if since is not None and lasts(since, SENDER_DEAD_AFTER, real_now):
            return None
        if row.document_id is not None:
            row.state = "uncertain"
            row.detail = STOPPED
            return None
    elif row.state == "queued":
        if row.hold_until is None or row.hold_until > now:
            return None
    elif row.state != "failed" or failed_just_now(row, real_now):
        return None
    repeat = row.state == "sending" or NOT_KNOWN in row.detail
    if not repeat:
        # Nothing went out yet: what goes now is what the record has. A repeat has the same words.
        row.address, row.subject = message.address, message.subject
        row.text, row.html = message.text, message.html
    row.state, row.attempts, row.sending_since_real = "sending", row.attempts + 1, real_now
    return Claim(row.id, repeat=repeat, attempt=row.attempts)


def will_complete(session: Session, claim: Claim) -> None:
    """What several messages became is written in this transaction: the first ``complete`` asks for
    the rows of all."""
    will_ask(session, CLAIMED, claim.message_id)


def complete(
    session: Session,
    claim: Claim,
    state: str,
    *,
    now: datetime,
    provider_id: str | None = None,
    detail: str = "",
) -> Message:
    """Write what became of a claimed message: ``accepted``, ``failed``, ``skipped``, or for a
    client's document ``uncertain``.

    Where the provider's own report was faster, that one stays.
    """
    row: Message = asked(session, CLAIMED, claim.message_id, partial(_rows, session))
    if row.state in REPORTED:
        return row
    row.state, row.detail, row.provider_id = state, storable(detail), provider_id
    if state != "failed":
        row.sending_since_real = None  # a failed one keeps it: the next try waits from there
    if state == "accepted":
        row.sent_at = now
    return row


def _rows(session: Session, numbers: Sequence[int]) -> dict[int, Message]:
    # In the order of their numbers: two who want the same rows wait for one another in turn.
    query = sa.select(Message).where(Message.id.in_(numbers)).order_by(Message.id)
    return {row.id: row for row in session.scalars(locked(query))}


def leave_abandoned(session: Session, incident: str) -> None:
    """What a sender that died left behind in an incident that is over, and nobody sends any more:
    whether it left is not known. A sender that is alive after all still says what became of it."""
    session.execute(
        sa.update(Message)
        .where(Message.incident == incident, Message.state == "sending")
        .values(state="uncertain", sending_since_real=None, detail=STOPPED)
    )


def report(
    session: Session, key: str, provider_id: str, state: str, detail: str, *, now: datetime
) -> Message | None:
    """Write what the provider reports of a message it took: ``delivered`` or ``undelivered``.

    Returns the row if that was news. A repeat, what comes out of order and word of an earlier try
    change nothing. Word of a message whose sending got no answer shows that it was taken.
    """
    query = sa.select(Message).where(Message.key == key)
    row: Message | None = session.scalars(locked(query)).first()
    if row is None or row.state not in ("sending", "accepted", "failed"):
        return None
    if row.state == "accepted" and row.provider_id != provider_id:
        return None
    row.state, row.provider_id, row.sending_since_real = state, provider_id, None
    row.sent_at = row.sent_at or now
    row.detail = storable("; ".join(part for part in (row.detail, detail) if part))
    concerns(session, row.incident)
    return row


def _fresh(message: Outgoing, now: datetime, real_now: datetime) -> dict[str, Any]:
    kept = {name: value for name, value in asdict(message).items() if name != "language"}
    return {
        **kept,
        "state": "sending",
        "attempts": 1,
        "detail": "",
        "queued_at": now,
        "sending_since_real": real_now,
    }


def pause_s(row: Message) -> float:
    """Real seconds, from the beginning of its last try, before which a failed message may not be
    claimed again."""
    return float(min(2 ** (row.attempts - 1), LONGEST_PAUSE_S))


def left_sending(for_: timedelta, real_now: datetime) -> sa.ColumnElement[bool]:
    """Whose sender has not come back for so long; before the clock was set back counts as well."""
    since = Message.sending_since_real
    lasts = sa.and_(since > real_now - for_, since < real_now + for_)
    return sa.and_(Message.state == "sending", sa.not_(lasts))


def failed_just_now(row: Message, real_now: datetime) -> bool:
    """Whether the pause after the last failed try is not over yet."""
    pause = timedelta(seconds=pause_s(row))
    tried = row.sending_since_real
    return tried is not None and timedelta(0) <= real_now - tried < pause


def of_incident(session: Session, incident: str, *, whole: bool = False) -> list[Message]:
    """The incident's messages in the order they were first wanted; their texts, which may be long
    reports, only if ``whole``."""
    query = sa.select(Message).where(Message.incident == incident)
    if not whole:
        query = query.options(defer(Message.text), defer(Message.html))
    return list(session.scalars(query.order_by(Message.id)))


def to_person(session: Session, person: str, most: int = 200) -> list[Message]:
    """The newest messages to a person in incidents that are open, newest first."""
    query = (
        sa.select(Message)
        .join(Incident, Incident.number == Message.incident)
        .where(Message.recipient == person, Incident.closed_at.is_(None))
        .options(defer(Message.html))
    )
    return list(session.scalars(query.order_by(Message.id.desc()).limit(most)))


def last_to(session: Session, person: str) -> Message | None:
    """The newest message to a person that is not held back, of whichever incident."""
    query = (
        sa.select(Message)
        .where(Message.recipient == person, Message.state != "queued", Message.told_in.is_(None))
        .order_by(Message.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def of_purpose(session: Session, incident: str, purpose: str) -> list[Message]:
    """The incident's messages with this purpose, oldest first."""
    return [row for row in of_incident(session, incident, whole=True) if row.purpose == purpose]


def with_key(session: Session, key: str) -> Message | None:
    """The message with this key, if it was ever wanted."""
    return session.scalars(sa.select(Message).where(Message.key == key)).first()


def has_set_out(session: Session, document_id: int) -> bool:
    """Whether a report reached somebody at the client, or may have: it can't be called back."""
    query = sa.select(Message.id).where(
        Message.document_id == document_id,
        Message.state.in_(SET_OUT),
    )
    return session.scalars(query.limit(1)).first() is not None


def settle_uncertain(session: Session, document_id: int, arrived: bool, *, now: datetime) -> None:
    """A person said whether a report reached the client: then it is sent, or may be sent again."""
    query = sa.select(Message).where(
        Message.document_id == document_id, Message.state == "uncertain"
    )
    for row in session.scalars(query):
        row.state = "accepted" if arrived else "failed"
        row.sent_at = now if arrived else None
        row.detail = "a person says it arrived" if arrived else "a person wants it sent again"
