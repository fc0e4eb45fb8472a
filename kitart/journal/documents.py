"""Versions of reports: drafted, approved, sent, filed; a stale one can't be sent (D6, D25)."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, undefer

from kitart.journal.messages import SET_OUT
from kitart.journal.tables import Document, Message

WHOLE = (undefer(Document.html), undefer(Document.facts))
INTERNAL = "internal"
"""Stands as the client of a document that stays in the company: no client's code is written so."""


def add(session: Session, document: Document) -> Document:
    """Keep a new version; earlier unsent versions of the same report are superseded."""
    session.execute(
        sa.update(Document)
        .where(
            Document.incident == document.incident,
            Document.client == document.client,
            Document.type == document.type,
            Document.running_number == document.running_number,
            Document.state.in_(("draft", "approved", "stale")),
        )
        .values(state="superseded")
    )
    session.add(document)
    session.flush()
    return document


def get(session: Session, document_id: int) -> Document:
    """The version with this number; ``LookupError`` when there is none."""
    row = session.get(Document, document_id, options=WHOLE)
    if row is None:
        raise LookupError(f"there is no document {document_id}")
    return row


def move(
    session: Session, document_id: int, *, from_states: tuple[str, ...], to: str, reason: str = ""
) -> bool:
    """Change a version's state by compare-and-set; ``False`` when it is in no such state."""
    values = {"state": to, "reason": reason} if reason else {"state": to}
    moved = session.execute(
        sa.update(Document)
        .where(Document.id == document_id, Document.state.in_(from_states))
        .values(**values)
    )
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]


def replaced(versions: Iterable[tuple[int, Hashable, int, bool]]) -> dict[int, int]:
    """Of versions (id, report, version, sent): which were replaced, and by which version (D25).

    A draft is replaced by any later version of its report, what was sent only by one that was sent.
    """
    known = list(versions)
    found = {}
    for id, report, version, sent in known:
        later = [v for _, other, v, went in known
                 if other == report and v > version and (went or not sent)]  # fmt: skip
        if later:
            found[id] = max(later)
    return found


def next_version(
    session: Session, incident: str, client: str, type: str, running_number: int
) -> int:
    """The number of the next version of one report of a client."""
    highest = session.scalar(
        sa.select(sa.func.max(Document.version)).where(
            Document.incident == incident,
            Document.client == client,
            Document.type == type,
            Document.running_number == running_number,
        )
    )
    return (highest or 0) + 1


def of_incident(
    session: Session, incident: str, client: str | None = None, *, whole: bool = False
) -> list[Document]:
    """An incident's report versions in the order they were made, or one client's.

    Waits ask this after every write, so page and facts are loaded only when first looked at, or
    at once with ``whole`` (for use when the session has ended).
    """
    query = sa.select(Document).where(Document.incident == incident)
    if client is not None:
        query = query.where(Document.client == client)
    if whole:
        query = query.options(*WHOLE)
    return list(session.scalars(query.order_by(Document.id)))


def sent(session: Session, incident: str, client: str) -> list[Document]:
    """What a client was sent, oldest first."""
    return [d for d in of_incident(session, incident, client) if d.sent_at is not None]


def any_for(session: Session, incident: str, client: str) -> bool:
    """Whether anything was ever drafted for a client in this incident."""
    drafted = sa.select(Document.id).where(Document.incident == incident, Document.client == client)
    return session.scalar(drafted.limit(1)) is not None


def half_sent(session: Session, incident: str, client: str) -> int | None:
    """The report that had set out to a client when its sender died, if there is one."""
    query = (
        sa.select(Document.id)
        .join(Message, Message.document_id == Document.id)
        .where(
            Document.incident == incident,
            Document.client == client,
            Document.state == "approved",
            Message.state.in_(SET_OUT),
        )
    )
    return session.scalars(query.order_by(Document.id).limit(1)).first()


def anything_unfiled(session: Session, incident: str) -> bool:
    """Whether something was sent and is not in the client's folder yet."""
    return session.execute(_unfiled(incident).limit(1)).first() is not None


def unfiled(session: Session, incident: str, *, whole: bool = False) -> list[Document]:
    """What was sent and is not in the client's folder yet; ``whole`` as in ``of_incident``."""
    query = _unfiled(incident)
    return list(session.scalars(query.options(*WHOLE) if whole else query))


def _unfiled(incident: str) -> sa.Select[tuple[Document]]:
    return (
        sa.select(Document)
        .where(
            Document.incident == incident,
            Document.sent_at.is_not(None),
            Document.filed_at.is_(None),
        )
        .order_by(Document.id)
    )


def filed_but_replaced(session: Session, incident: str) -> list[Document]:
    """What is filed and of which a newer version was sent: it is in force no longer (D25)."""
    return list(session.scalars(_filed_but_replaced(), {"of_incident": incident}))


@functools.cache
def _filed_but_replaced() -> sa.Select[tuple[Document]]:
    # Every run asks this at each write: put together anew it takes longer than the answer.
    newer = aliased(Document)
    replaced = sa.exists().where(
        newer.incident == Document.incident,
        newer.client == Document.client,
        newer.type == Document.type,
        newer.running_number == Document.running_number,
        newer.version > Document.version,
        newer.sent_at.is_not(None),
    )
    query = sa.select(Document).where(
        Document.incident == sa.bindparam("of_incident"), Document.filed_at.is_not(None), replaced
    )
    return query.order_by(Document.id)


def is_replaced(session: Session, document: Document) -> bool:
    """Whether a newer version of the same report was sent."""
    return any(
        each.version > document.version and each.sent_at is not None
        for each in of_incident(session, document.incident, document.client)
        if (each.type, each.running_number) == (document.type, document.running_number)
    )


def mark_filed(session: Session, document_id: int, url: str, *, now: datetime) -> None:
    """Record where a sent document was filed."""
    row = get(session, document_id)
    row.filed_at, row.filed_url = now, url
