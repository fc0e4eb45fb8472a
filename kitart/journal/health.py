"""Our looks of each minute: the single ones for two days, then by the hour (R43, D19).

The single looks are observations of the source "probe". Those of an incident stay with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import observations, timeline
from kitart.journal.tables import HealthHour, Incident, Observation, WatchMark

PROBE, VENDOR = "probe", "vendor"
KEPT = timedelta(hours=48)
HOURS_KEPT = timedelta(days=400)
VENDOR_STATUS = "vendor status"
WATCH, HEARTBEAT = "health watch", "heartbeat"


def probes(session: Session, systems: Iterable[str], since: datetime) -> list[Observation]:
    """Our looks at these systems since a moment, oldest first, in whichever incident or none."""
    query = sa.select(Observation).where(
        Observation.system_id.in_(list(systems)),
        Observation.source == PROBE,
        Observation.at >= since,
    )
    return list(session.scalars(query.order_by(Observation.at, Observation.id)))


def into_incident(session: Session, number: str, system_id: str, since: datetime) -> None:
    """Give the looks since the first failed one to the incident that they opened or joined."""
    session.execute(
        sa.update(Observation)
        .where(
            Observation.system_id == system_id, Observation.source == PROBE,
            Observation.at >= since, Observation.incident.is_(None),
        )
        .values(incident=number)
    )  # fmt: skip


def last_closed_at(session: Session, system_id: str) -> datetime | None:
    """When the last incident of a system was closed."""
    query = sa.select(sa.func.max(Incident.closed_at)).where(
        Incident.system_id == system_id, Incident.exercise.is_(False)
    )
    return session.scalar(query)


def closed_while_down(session: Session, system_id: str, closed_at: datetime) -> bool:
    """Whether the last incident of a system was closed while it was down, and it was not seen up
    since: people know of this outage."""
    ours = (Observation.system_id == system_id, Observation.source == PROBE)
    before = session.scalars(
        sa.select(Observation.state)
        .where(*ours, Observation.at <= closed_at, Observation.state.in_(("up", "down")))
        .order_by(Observation.at.desc(), Observation.id.desc())
        .limit(1)
    ).first()
    if before != "down":
        return False
    looked_up = sa.exists().where(*ours, Observation.at > closed_at, Observation.state == "up")
    hour_up = sa.exists().where(
        HealthHour.system_id == system_id, HealthHour.hour > closed_at, HealthHour.up > 0
    )
    return not session.scalar(sa.select(sa.or_(looked_up, hour_up)))


def announced(session: Session, system_id: str) -> Observation | None:
    """What its maker announced last; ``at`` is when we first read it."""
    return observations.latest(session, system_id, VENDOR)


def keep_announced(
    session: Session, system_id: str, state: str, detail: str, *, now: datetime
) -> Observation:
    """Record what a maker announces, once for as long as it says the same."""
    last = announced(session, system_id)
    # Why it can't be read is said in other words each time: one row for that.
    if last is not None and last.state == state and (last.detail == detail or state == "unknown"):
        return last
    return observations.add(session, system_id, state, VENDOR, detail, now=now)


def who_knew_first(
    session: Session, number: str, system_id: str, said: Observation, *, now: datetime
) -> None:
    """Put into an open incident's record, once for each state, what the maker announces beside
    our own first failed look. It decides nothing."""
    if said.state not in ("down", "degraded", "up"):
        return
    failed = next(
        (look for look in observations.of_incident(session, number, system_id, PROBE)
         if look.state == "down"), None,
    )  # fmt: skip
    if failed is None:
        return
    if said.state == "up":
        text, when = f"{said.detail}: the maker announces no fault yet", now
    else:
        text, when = f"{said.detail}: {_beside(said.at, failed.at)}", min(said.at, now)
    timeline.append(
        session, number, VENDOR_STATUS, text, now=now, occurred_at=when,
        author="the maker's own page", source="monitor", data={"system": system_id},
        key=f"vendor:{system_id}:{said.state}",
    )  # fmt: skip


def _beside(announced_at: datetime, failed_at: datetime) -> str:
    minutes = round((announced_at - failed_at).total_seconds() / 60)
    if minutes == 0:
        return "at the same time as our own look"
    if minutes > 0:
        return f"our own look knew first, by {minutes} minutes"
    return f"the maker knew first, by {-minutes} minutes"


def mark(
    session: Session, name: str, ok: bool, said: str, *, now: datetime, real_now: datetime
) -> None:
    """Where a watch stands now."""
    row = session.get(WatchMark, name)
    if row is None:
        row = WatchMark(name=name, at=now, at_real=real_now, ok=ok, said=said)
        session.add(row)
    row.at, row.at_real, row.ok, row.said = now, real_now, ok, said
    session.flush()


def marks(session: Session) -> dict[str, WatchMark]:
    """Where each watch stands, by its name."""
    return {row.name: row for row in session.scalars(sa.select(WatchMark))}


def hours(session: Session, system_id: str, since: datetime) -> list[HealthHour]:
    """A system by the hour, oldest first."""
    query = sa.select(HealthHour).where(HealthHour.system_id == system_id, HealthHour.hour >= since)
    return list(session.scalars(query.order_by(HealthHour.hour)))


def thin(session: Session, *, now: datetime) -> int:
    """Put single looks older than two days together by the hour, and delete them; how many.

    Looks that belong to an incident are counted in their hour and stay in its record.
    """
    until = (now - KEPT).replace(minute=0, second=0, microsecond=0)
    old = sa.and_(
        Observation.incident.is_(None), Observation.at < until,
        Observation.source.in_((PROBE, VENDOR)),
    )  # fmt: skip
    first = session.scalar(sa.select(sa.func.min(Observation.at)).where(old))
    if first is None:
        return 0
    since = first.replace(minute=0, second=0, microsecond=0)
    rows = session.scalars(
        sa.select(Observation).where(
            Observation.source == PROBE, Observation.at >= since, Observation.at < until
        )
    )
    by_hour: dict[tuple[str, datetime], list[Observation]] = defaultdict(list)
    for row in rows:
        by_hour[row.system_id, row.at.replace(minute=0, second=0, microsecond=0)].append(row)
    for (system_id, hour), found in by_hour.items():
        if session.get(HealthHour, (system_id, hour)) is None:
            session.add(_hour(system_id, hour, found))
    gone = session.execute(sa.delete(Observation).where(old))
    session.execute(sa.delete(HealthHour).where(HealthHour.hour < now - HOURS_KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _hour(system_id: str, hour: datetime, rows: Sequence[Observation]) -> HealthHour:
    states = [row.state for row in rows]
    took = [row.latency_s for row in rows if row.latency_s is not None]
    up, down = states.count("up"), states.count("down")
    return HealthHour(
        system_id=system_id, hour=hour, up=up, down=down, unknown=len(states) - up - down,
        latency_mean_s=sum(took) / len(took) if took else None,
        latency_most_s=max(took, default=None),
    )  # fmt: skip
