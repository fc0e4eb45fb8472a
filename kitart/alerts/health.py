"""From our own looks to an incident, the way a monitor's alert goes (R43, E34)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.alerts.opening import open_or_join
from kitart.journal import health, incidents, looks, observations, timeline
from kitart.journal.incidents import Opened
from kitart.journal.tables import Incident
from kitart.plan.schema import Plan, System
from kitart.rules.health import outage_since
from kitart.rules.system_state import Look

REPORTED_BY = "monitor health watch"
LOOKED_BACK = timedelta(hours=2)
"""An outage is open long before its first failed look is older than this."""


def own_incident(session: Session, system_id: str) -> Incident | None:
    """The open incident of the system itself."""
    found = incidents.open_incidents(session)
    return next((row for row in found if row.system_id == system_id and not row.exercise), None)


def conclude(session: Session, plan: Plan, system: System, *, now: datetime) -> Opened | None:
    """Open an incident, or join that of the same fault, when the looks show an outage.

    Within ``incidents.one_at_a_time``. T0 is the first failed look; the looks since then are the
    incident's. ``None`` while there is nothing to open, or it is in an incident already. An outage
    that people closed opens no other one until the system was seen up.
    """
    if own_incident(session, system.id) is not None:
        return None
    closed_at = health.last_closed_at(session, system.id)
    if closed_at is not None and health.closed_while_down(session, system.id, closed_at):
        return None
    rows = health.probes(session, [system.id], now - LOOKED_BACK)
    since = outage_since(
        [Look(row.at, row.state) for row in rows],
        down_looks=plan.limits.health_down_looks,
        of_looks=plan.limits.health_of_looks,
        closed_at=closed_at,
    )
    if since is None or _is_in_one(session, plan, system):
        return None
    failed = [row for row in rows if row.at >= since and row.state == "down"]
    opened = open_or_join(
        session, plan, system.id,
        reported_by=REPORTED_BY, seen=f"{len(failed)} looks failed, the last: {failed[-1].detail}",
        cause_at=since, now=now,
    )  # fmt: skip
    number = opened.incident.number
    health.into_incident(session, number, system.id, since)
    if opened.incident.system_id == system.id:
        timeline.append(
            session, number, "system down", f"{system.name}: {failed[0].detail}",
            now=now, occurred_at=since, source=looks.OWN_CHECK, data={"system": system.id},
        )  # fmt: skip
        incidents.seen(session, number, False)
    return opened


def _is_in_one(session: Session, plan: Plan, system: System) -> bool:
    """Whether its failure joined the open incident of the same fault before."""
    others = plan.one_fault_with(system.id)
    return any(
        observations.of_incident(session, row.number, system.id, health.PROBE)
        for row in incidents.open_incidents(session)
        if row.system_id in others
    )
