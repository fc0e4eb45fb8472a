"""When a client is to be told that agents can't work: the effect, and what its contract says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import cover_course, incidents, late_entries, outage_reports, timeline
from kitart.plan.schema import Plan


@dataclass(frozen=True)
class Felt:
    """How far an incident has come for a client's callers, by its own queues alone.

    ``since``: when they first missed somebody. ``coming``: when they will, as things stand.
    ``tell_from``: the moment that the first notice is counted from, once the client is to be told
    at all; a smaller outage stays an internal record.
    """

    since: datetime | None
    coming: datetime | None
    tell_from: datetime | None


def felt_by(session: Session, plan: Plan, incident: str, client: str, now: datetime) -> Felt:
    """What the client's callers feel at ``now``; moments in UTC."""
    standing = late_entries.standing(timeline.entries(session, incident))
    queues = cover_course.of_incident(session, plan, incident, standing, now)
    since, coming = cover_course.effect_of_client(queues, plan, client)
    enough = plan.client(client).report.notice_from_seats
    hit = cover_course.hit_at(queues, plan, client, enough)
    if since is None or hit is None:
        return Felt(since, coming, None)
    known = [
        report.recorded_at
        for report in outage_reports.of_incident(session, incident)
        if plan.project(report.project).client == client
    ]
    # The effect is confirmed by who reports it: nobody is told late for what nobody knew.
    return Felt(since, coming, max(since, hit, min(known, default=hit)))


def clients_of(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """The clients of the incident's projects, as far as projects have joined by now."""
    projects = incidents.get(session, incident).projects or ()
    return tuple(dict.fromkeys(plan.project(code).client for code in projects))
