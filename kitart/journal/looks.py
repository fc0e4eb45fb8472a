"""A system's picture from what the journal holds of it, and what may be said of the effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import incidents, observations, timeline
from kitart.journal.tables import Observation
from kitart.plan.schema import Plan
from kitart.rules.system_state import Look, Picture, picture

RECOVERED, REOPENED = "recovery declared", "reopened"
PROVED = "success factor proved"


def system_looks(session: Session, incident: str, system_id: str) -> list[Observation]:
    """The looks that count: our own probes, and monitors or people that saw it fail.

    A monitor's "it is over" does not count: recovery is seen by ourselves or by a person. And a
    probe that never saw the failure can't see its end: what a person or a monitor reports stays
    so until a call has proved otherwise.
    """
    rows = observations.of_incident(session, incident, system_id)
    counted = [r for r in rows if r.source == "probe" or (r.state == "down" and _alert(r))]
    if any(r.source == "probe" and r.state == "down" for r in rows):
        return counted
    proved = timeline.entries(session, incident, PROVED)
    since = proved[0].recorded_at if proved else None
    return [r for r in counted if r.state == "down" or (since is not None and r.at >= since)]


def system_picture(session: Session, plan: Plan, incident: str, now: datetime) -> Picture:
    """The incident's system as the looks show it at ``now`` (E34)."""
    row = incidents.get(session, incident)
    looks = [Look(r.at, r.state) for r in system_looks(session, incident, row.system_id)]
    limits = plan.limits
    return picture(
        sorted(looks, key=lambda look: look.at),
        stable_minutes=limits.stable_before_recovered,
        unstable_changes=limits.unstable_changes,
        unstable_window_minutes=limits.unstable_window,
        now=now,
    )


def seen_up_since(session: Session, plan: Plan, incident: str, now: datetime) -> datetime | None:
    """Since when a recovery may be under way: by the picture, or by a probe that sees nothing
    wrong and saw nothing wrong before; either still has to be proved by calls."""
    seen = system_picture(session, plan, incident, now)
    if seen.up_since is not None:
        return seen.up_since if seen.spans else None
    row = incidents.get(session, incident)
    probes = observations.of_incident(session, incident, row.system_id, "probe")
    if not probes or any(look.state != "up" for look in probes):
        return None
    return probes[0].at if row.priority is not None else None


def effect_confirmed(session: Session, incident: str) -> bool:
    """Whether more than a monitor says so: our probe saw it fail, or a person classified it."""
    row = incidents.get(session, incident)
    if row.priority is not None:
        return True
    probes = observations.of_incident(session, incident, row.system_id, "probe")
    return any(look.state == "down" for look in probes)


def declared_at(session: Session, incident: str) -> datetime | None:
    """When the recovery that holds was declared: seen, proved, stable, and no relapse since."""
    course = timeline.entries(session, incident, RECOVERED, REOPENED)
    return course[-1].recorded_at if course and course[-1].type == RECOVERED else None


def recovery_declared(session: Session, incident: str) -> bool:
    """Whether a recovery is declared and holds (E35)."""
    return declared_at(session, incident) is not None


def _alert(look: Observation) -> bool:
    return look.source.startswith("alert ") or look.source == "person"
