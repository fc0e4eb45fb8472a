"""The append-only timeline of an incident (D1-D3)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.database import concerns
from kitart.journal.hashing import (
    SALTED,
    broken_at,
    content_digest,
    first_hash,
    hash_of,
    plain,
)
from kitart.journal.once import locked, of_transaction
from kitart.journal.tables import Incident, TimelineEntry
from kitart.journal.words import storable

HELD, KEYS = "incidents held", "keys of entries"
"""Under these names a transaction knows them."""


def append(
    session: Session,
    incident: str,
    type: str,
    text: str,
    *,
    now: datetime,
    occurred_at: datetime | None = None,
    author: str = "Kitart",
    source: str = "system",
    data: dict[str, Any] | None = None,
    key: str | None = None,
) -> TimelineEntry | None:
    """Add one entry; with ``key``, only once: a repeat adds nothing and returns ``None``.

    ``occurred_at`` is when it happened, ``now`` when it is recorded; both are UTC (E39). Raises
    ``ValueError`` for a moment without a zone.
    """
    row = held(session, incident)
    if key is not None and _is_there(session, incident, key):
        return None
    fields: dict[str, Any] = {
        "incident": incident,
        "seq": row.entries + 1,
        "type": type,
        "occurred_at": occurred_at or now,
        "recorded_at": now,
        "author": storable(author),
        "source": source,
        "text": storable(text),
        "data": data or {},
        "key": key,
    }
    salt, previous = secrets.token_hex(16), row.head_hash
    entry = TimelineEntry(
        **fields,
        form=SALTED,
        salt=salt,
        content=content_digest(salt, fields),
        previous_hash=previous,
    )
    entry.hash = hash_of(plain(entry), SALTED, previous, entry.content or "")
    session.add(entry)
    row.entries, row.head_hash = entry.seq, entry.hash
    # Written with the transaction's next question: several entries go in one statement.
    concerns(session, incident)
    return entry


def will_append(session: Session, incident: str, key: str) -> None:
    """Several entries with a key are added in this transaction: the first ``append`` asks for all
    of them whether they are there."""
    of_transaction(session, KEYS)[incident, key] = None


def held(session: Session, incident: str) -> Incident:
    """The incident, which only this transaction may enter anything for; asked for once in each.
    Raises ``NoResultFound`` for one that there isn't."""
    rows = of_transaction(session, HELD)
    if incident not in rows:
        query = locked(sa.select(Incident).where(Incident.number == incident))
        rows[incident] = session.scalars(query).one()
    return rows[incident]  # type: ignore[no-any-return]


def entries(session: Session, incident: str, *types: str) -> list[TimelineEntry]:
    """The incident's entries in the order they were recorded; of some types only, if named."""
    query = sa.select(TimelineEntry).where(TimelineEntry.incident == incident)
    if types:
        query = query.where(TimelineEntry.type.in_(types))
    return list(session.scalars(query.order_by(TimelineEntry.seq)))


def has(session: Session, incident: str, key: str) -> bool:
    """Whether the entry with this key is there: how a repeated step finds itself done."""
    return _has(session, incident, key)


def first_broken(session: Session, incident: Incident) -> int | None:
    """The first entry that was tampered with, or ``None``; a cut-off end shows as well."""
    found = entries(session, incident.number)
    broken = broken_at(found, incident.number, incident.plan_hash)
    end = found[-1].hash if found else first_hash(incident.number, incident.plan_hash)
    if broken is None and end != incident.head_hash:
        return len(found) + 1
    return broken


def _is_there(session: Session, incident: str, key: str) -> bool:
    """As ``has``, for whoever holds the incident, and then adds the entry if it isn't there."""
    known: dict[tuple[str, str], bool | None] = of_transaction(session, KEYS)
    if (incident, key) not in known:
        return _has(session, incident, key)
    if known[incident, key] is None:
        wanted = [k for (number, k), there in known.items() if number == incident and there is None]
        query = sa.select(TimelineEntry.key).where(
            TimelineEntry.incident == incident, TimelineEntry.key.in_(wanted)
        )
        with session.no_autoflush:
            there = set(session.scalars(query))
        known |= {(incident, each): each in there for each in wanted}
    was_there, known[incident, key] = bool(known[incident, key]), True
    return was_there


def _has(session: Session, incident: str, key: str) -> bool:
    if any(
        isinstance(new, TimelineEntry) and (new.incident, new.key) == (incident, key)
        for new in session.new
    ):
        return True
    query = sa.select(TimelineEntry.id).where(
        TimelineEntry.incident == incident, TimelineEntry.key == key
    )
    with session.no_autoflush:
        return session.execute(query).first() is not None
