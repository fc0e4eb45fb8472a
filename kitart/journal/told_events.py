"""How far each incident's timeline was told to Prefect as events.

The timeline itself is the queue: what Prefect has not taken waits there, however long it is away.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from kitart.journal.once import insert_once
from kitart.journal.tables import Incident, TimelineEntry, ToldEvents

_SO_FAR = sa.func.coalesce(ToldEvents.seq, 0)


def untold(session: Session, limit: int) -> list[tuple[Incident, TimelineEntry]]:
    """The entries that were not told yet, each incident's in order, at most ``limit``; without
    words and author, which nobody is told."""
    query = (
        sa.select(Incident, TimelineEntry)
        .join(TimelineEntry, TimelineEntry.incident == Incident.number)
        .outerjoin(ToldEvents, ToldEvents.incident == Incident.number)
        .where(Incident.entries > _SO_FAR, TimelineEntry.seq > _SO_FAR)
        .order_by(TimelineEntry.id)
        .limit(limit)
        .options(
            load_only(
                TimelineEntry.incident, TimelineEntry.seq, TimelineEntry.type,
                TimelineEntry.occurred_at, TimelineEntry.recorded_at, TimelineEntry.data,
                TimelineEntry.hash,
            )
        )
    )  # fmt: skip
    return [(incident, entry) for incident, entry in session.execute(query)]


def told(session: Session, up_to: Mapping[str, int]) -> None:
    """Note up to which entry each incident was told; what another gateway told meanwhile stays."""
    for incident, seq in up_to.items():
        if not insert_once(session, ToldEvents, incident=incident, seq=seq):
            session.execute(
                sa.update(ToldEvents)
                .where(ToldEvents.incident == incident, ToldEvents.seq < seq)
                .values(seq=seq)
            )


def waiting(session: Session) -> int:
    """How many entries were not told yet."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(Incident.entries - _SO_FAR), 0))
        .select_from(Incident)
        .outerjoin(ToldEvents, ToldEvents.incident == Incident.number)
        .where(Incident.entries > _SO_FAR)
    )
    return int(session.scalar(query) or 0)
