"""What people send us by SMS: each taken once, with what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_once, locked
from kitart.journal.tables import Reply
from kitart.journal.words import storable

RECEIVED = "received"


def with_sid(session: Session, sid: str) -> Reply | None:
    """The reply that the provider has by this number."""
    return session.scalars(sa.select(Reply).where(Reply.sid == sid)).first()


def keep(
    session: Session,
    sid: str,
    sender: str,
    body: str,
    *,
    person: str | None,
    incident: str | None,
    reading: Mapping[str, Any],
    now: datetime,
) -> Reply:
    """Keep a reply with what it was taken for; one that is there stays as it was taken first."""
    insert_once(
        session, Reply,
        sid=sid, sender=storable(sender), body=storable(body), person=person, incident=incident,
        reading=dict(reading), outcome=RECEIVED, said="", received_at=now,
    )  # fmt: skip
    row: Reply = session.scalars(locked(sa.select(Reply).where(Reply.sid == sid))).one()
    return row


def finish(session: Session, sid: str, outcome: str, said: str) -> bool:
    """Write what became of a reply and what is said to it; ``False`` if that is there already."""
    done = session.execute(
        sa.update(Reply)
        .where(Reply.sid == sid, Reply.outcome == RECEIVED)
        .values(outcome=outcome, said=storable(said))
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def heard_from(session: Session, sender: str, since: datetime) -> bool:
    """Whether a number that belongs to nobody has written to us since a moment."""
    query = sa.select(Reply.id).where(
        Reply.sender == sender, Reply.person.is_(None), Reply.received_at >= since
    )
    return session.scalars(query.limit(1)).first() is not None
