"""The recovery time objectives that run, for a board: the same results as in the reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import cover_course, late_entries, looks
from kitart.journal.at_a_glance import OpenIncident
from kitart.journal.late_entries import Standing
from kitart.journal.looks import Seen
from kitart.journal.tables import Incident, TimelineEntry
from kitart.plan.schema import Plan
from kitart.reports import facts as f
from kitart.reports.course import ProjectCourse, course_of
from kitart.reports.gathering import effect, proofs_of, states
from kitart.rules.verdicts import Outcome, Verdict


@dataclass(frozen=True)
class Clock:
    """One objective of the projects that share it; ``due`` is ``None`` where none applies.

    ``begins`` is the start of the effect: the clock counts from there, also while it is to come.
    """

    projects: tuple[str, ...]
    begins: datetime | None
    due: datetime | None
    restored: datetime | None
    verdict: Verdict


@dataclass(frozen=True)
class SystemNow:
    """What an incident's system does now: "up", "down", "unstable" or "unknown", since when."""

    state: str
    since: datetime | None


@dataclass(frozen=True)
class Running:
    """The clocks of an incident, and its system as the looks that count show it."""

    clocks: tuple[Clock, ...]
    system: SystemNow


def running(plan: Plan, incident: OpenIncident, now: datetime) -> Running:
    """The clocks of an open incident at ``now``, from the effect (A17, E34-E36, E39)."""
    row = incident.row
    own = [look for look in incident.looks if look.system_id == row.system_id]
    proofs = [e for e in incident.entries if e.type == looks.PROVED]
    counted = looks.that_count(own, lambda: proofs)
    picture = looks.picture_of(plan, row.system_id, counted, lambda: own, now)
    facts = _facts(
        plan, row, counted, late_entries.in_force(incident.entries), now,
        unstable=picture.state == "unstable",
    )  # fmt: skip
    clients = dict.fromkeys(each.client_id for each in facts.effects)
    courses = [p for client in clients for p in course_of(facts, client, now).projects]
    return Running(_clocks(courses, now), SystemNow(picture.state, picture.since))


def of_cover(
    session: Session, plan: Plan, number: str, entries: Sequence[TimelineEntry], now: datetime
) -> tuple[Clock, ...]:
    """The clocks of an incident in which agents can't work: one for each queue that callers miss
    somebody in, by the same course as in the reports (A16, A17)."""
    standing = late_entries.standing(entries)
    found = []
    for queue in cover_course.of_incident(session, plan, number, standing, now):
        # A shortage that was prevented has a clock, which met its objective as it began (E36).
        over = [each.over_at for each in queue.course.shortages]
        over = over or [each.start for each in queue.clocks]
        for over_at, clock in zip(over, queue.clocks, strict=True):
            found.append(
                Clock(
                    projects=(queue.course.queue,),
                    begins=clock.start,
                    due=clock.results[-1].due if clock.results else None,
                    restored=over_at,
                    verdict=clock.verdict,
                )
            )
        if not queue.course.shortages and queue.coming_at is not None:
            coming = Verdict(Outcome.RUNNING)
            found.append(Clock((queue.course.queue,), queue.coming_at, None, None, coming))
    return tuple(sorted(found, key=lambda each: (each.due is None, each.due or now)))


def _facts(
    plan: Plan,
    row: Incident,
    counted: Sequence[Seen],
    entries: list[Standing],
    now: datetime,
    *,
    unstable: bool,
) -> f.IncidentFacts:
    """As much of the facts as the course of an incident is worked out from."""
    system = plan.system(row.system_id)
    return f.IncidentFacts(
        number=row.number,
        kind=row.kind,
        system=f.SystemFacts(
            id=system.id, name=system.name, managed_by=system.managed_by,
            carries_calls=system.carries_calls, probe=system.probe,
        ),
        reported_at=row.reported_at,
        detected_by=row.reported_by,
        clients=(),
        effects=tuple(
            effect(plan, project, row, entries)
            for project in plan.projects_affected_by(row.system_id)
        ),
        rto_minutes=plan.limits.rto[1],
        stable_minutes=plan.limits.stable_before_recovered,
        states=states(counted, now, unstable=unstable),
        proofs=proofs_of(plan, entries),
        normal_at=row.recovered_at,
    )  # fmt: skip


def _clocks(courses: Sequence[ProjectCourse], now: datetime) -> tuple[Clock, ...]:
    """Projects with the same end and the same result stand together; the earliest end first."""
    together: dict[tuple[object, ...], list[ProjectCourse]] = {}
    for course in courses:
        key = (course.effect.effect_start, _due(course), course.restored, course.verdict)
        together.setdefault(key, []).append(course)
    made = [
        Clock(
            projects=tuple(c.effect.project_id for c in group),
            begins=group[0].effect.effect_start,
            due=_due(group[0]),
            restored=group[0].restored,
            verdict=group[0].verdict,
        )
        for group in together.values()
    ]
    return tuple(sorted(made, key=lambda clock: (clock.due is None, clock.due or now)))


def _due(course: ProjectCourse) -> datetime | None:
    """The end of the objective that counts: the last that is in force."""
    return course.rto[-1].due if course.rto else None
