"""The append-only timeline of an incident (D1-D3)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial
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
from kitart.journal.once import asked, locked, of_transaction, will_ask
from kitart.journal.tables import Incident, TimelineEntry
from kitart.journal.words import storable

HELD, KEYS = "incidents held", "keys of entries in"
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
    will_ask(session, _keys_of(incident), key)


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
    known = of_transaction(session, _keys_of(incident))
    if key not in known:
        return _has(session, incident, key)
    was_there = asked(session, _keys_of(incident), key, partial(_there, session, incident))
    known[key] = True
    return bool(was_there)


def _keys_of(incident: str) -> str:
    return f"{KEYS} {incident}"


def _has(session: Session, incident: str, key: str) -> bool:
    if any(
        isinstance(new, TimelineEntry) and (new.incident, new.key) == (incident, key)
        for new in session.new
    ):
        return True
    return _there(session, incident, [key])[key]


def _there(session: Session, incident: str, keys: Sequence[str]) -> dict[str, bool]:
    query = sa.select(TimelineEntry.key).where(
        TimelineEntry.incident == incident, TimelineEntry.key.in_(keys)
    )
    with session.no_autoflush:
        found = set(session.scalars(query))
    return {key: key in found for key in keys}
