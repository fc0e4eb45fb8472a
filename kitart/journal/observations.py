"""What looks at systems said, one row a look."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from kitart.clock import not_before
from kitart.journal.tables import Incident, Observation

PERSON, PROBE = "person", "probe"


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
    recorded_at: datetime | None = None,
) -> Observation:
    """Record one look at a system: ``up``, ``down``, ``degraded`` or ``unknown``.

    ``now`` is when it was looked, ``recorded_at`` what the clock shows, where that is later. After
    the clock was set back, the look within an incident counts as later than the one before: what
    was seen last holds.
    """
    at = now
    if incident is not None and source in (PERSON, PROBE):
        last = latest(session, system_id, source, [incident])
        if last is not None and last.at > (recorded_at or now):
            at = not_before(now, last.at)
    row = Observation(
        incident=incident,
        system_id=system_id,
        at=at,
        state=state,
        source=source,
        detail=detail,
        latency_s=latency_s,
    )
    session.add(row)
    session.flush()
    return row


def move(session: Session, old: str, new: str, system_id: str, source: str, detail: str) -> None:
    """Looks that belong to another incident than they were recorded in (E33)."""
    session.execute(
        sa.update(Observation)
        .where(
            Observation.incident == old, Observation.system_id == system_id,
            Observation.source == source, Observation.detail == detail,
        )
        .values(incident=new)
    )  # fmt: skip


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


def last_probed(
    session: Session, systems: Collection[str], within: Collection[str]
) -> dict[str, str]:
    """What our probe saw last of each system in these incidents; not those it never looked at."""
    return _last(
        session, systems, within, Observation.source == PROBE, newest=[Observation.id.desc()]
    )


def last_told(
    session: Session, systems: Collection[str], within: Collection[str]
) -> dict[str, str]:
    """What people and monitors said last of each system in these incidents, the newest of which
    has the last word.

    In an incident of its own only a person's word ends a failure; where it joined the incident of
    another system, the monitor that saw it fail may end it, for nobody is asked about it.
    """
    counts = sa.or_(
        Observation.state == "down", Observation.source == PERSON,
        Incident.system_id != Observation.system_id,
    )  # fmt: skip
    newest: list[sa.ColumnElement[Any]] = [
        Incident.seq.desc(),
        Observation.at.desc(),
        Observation.id.desc(),
    ]
    return _last(session, systems, within, counts, newest=newest)


def _last(
    session: Session,
    systems: Collection[str],
    within: Collection[str],
    counts: sa.ColumnElement[bool],
    *,
    newest: list[sa.ColumnElement[Any]],
) -> dict[str, str]:
    """The state of the newest look that counts, of each system: one question for all, however many
    incidents are open, because each message asks it before it leaves."""
    place = sa.func.row_number().over(partition_by=Observation.system_id, order_by=newest)
    ranked = (
        sa.select(Observation.system_id, Observation.state, place.label("place"))
        .join(Incident, Incident.number == Observation.incident)
        .where(
            _among(session, Observation.incident, within),
            _among(session, Observation.system_id, systems),
            counts,
        )
        .subquery()
    )
    query = sa.select(ranked.c.system_id, ranked.c.state).where(ranked.c.place == 1)
    return {system: state for system, state in session.execute(query)}


def _among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str]
) -> sa.ColumnElement[bool]:
    """On PostgreSQL as one value: a list of a hundred makes a question that has to be read anew by
    driver and server each time it is put."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    return column == sa.any_(sa.literal(list(values), ARRAY(sa.String)))
