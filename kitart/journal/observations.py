"""What looks at systems said, one row a look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.tables import Observation


def add(
    session: Session,
    system_id: str,
    state: str,
    source: str,
    detail: str,
    *,
    now: datetime,
    incident: str | None = None,
    latency_s: float | None = None,
) -> Observation:
    """Record one look at a system: ``up``, ``down``, ``degraded`` or ``unknown``."""
    row = Observation(
        incident=incident,
        system_id=system_id,
        at=now,
        state=state,
        source=source,
        detail=detail,
        latency_s=latency_s,
    )
    session.add(row)
    session.flush()
    return row


def of_incident(
    session: Session, incident: str, system_id: str, source: str | None = None
) -> list[Observation]:
    """The looks at a system within an incident, oldest first; of one source if given."""
    query = sa.select(Observation).where(
        Observation.incident == incident, Observation.system_id == system_id
    )
    if source is not None:
        query = query.where(Observation.source == source)
    return list(session.scalars(query.order_by(Observation.at, Observation.id)))


def latest(
    session: Session, system_id: str, source: str, within: Collection[str] | None = None
) -> Observation | None:
    """The last look at a system by one source: of these incidents, or of any."""
    query = sa.select(Observation).where(
        Observation.system_id == system_id, Observation.source == source
    )
    if within is not None:
        query = query.where(Observation.incident.in_(within))
    return session.scalars(query.order_by(Observation.id.desc()).limit(1)).first()
