"""When the leads are warned that a queue's recovery time is running out (reports §9, step 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import cover_course, incidents, late_entries, timeline
from kitart.plan.schema import Plan
from kitart.rules.cover.clocks import warning_moments

WARNED = "recovery time of a queue"


@dataclass(frozen=True)
class QueueWarning:
    """At ``at`` this share of the queue's recovery time (``minutes``) has gone by without cover."""

    queue: str
    project: str
    at: datetime
    share: float
    minutes: int
    started_at: datetime

    @property
    def key(self) -> str:
        """The same for the same share of the same time."""
        return f"warned:{self.queue}:{self.started_at.isoformat()}:{self.minutes}:{self.share}"


def open_warnings(session: Session, plan: Plan, incident: str, now: datetime) -> list[QueueWarning]:
    """The warnings of every shortage that goes on and were not given yet, the soonest first."""
    standing = late_entries.standing(timeline.entries(session, incident))
    found = [
        QueueWarning(
            record.course.queue, record.project, warning.at, warning.share,
            int(warning.limit.total_seconds() // 60), shortage.start,
        )
        for record in cover_course.of_incident(session, plan, incident, standing, now)
        for shortage in record.course.shortages
        if shortage.over_at is None
        for warning in warning_moments(shortage, record.levels, plan.limits)
    ]  # fmt: skip
    given = [each for each in found if not timeline.has(session, incident, each.key)]
    return sorted(given, key=lambda each: (each.at, each.queue, each.share))


def tightest(
    session: Session, plan: Plan, incident: str, now: datetime
) -> tuple[datetime, datetime]:
    """From when to when the recovery time runs that ends first, of the queues still short; of the
    incident as a whole while none is."""
    row = incidents.get(session, incident)
    standing = late_entries.standing(timeline.entries(session, incident))
    running = [
        (clock.start, clock.results[-1].due)
        for record in cover_course.of_incident(session, plan, incident, standing, now)
        for shortage, clock in zip(record.course.shortages, record.clocks, strict=True)
        if shortage.over_at is None and clock.results
    ]
    half_hour = timedelta(minutes=plan.limits.rto[1])
    return min(running, key=lambda each: each[1], default=(row.cause_at, row.cause_at + half_hour))
