"""The course of cover of an incident's queues, out of the journal (A16, A17, E36, E39).

What people corrected counts as they say it was: the time that an agent left, came or went again.
A corrected entry names its report (``report``) or its call-out (``call``) in its data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import cover, incidents, late_entries, outage_reports
from kitart.journal.cover_marks import (
    Away,
    Voicemail,
    away_of,
    level_history,
    moments_of_calls,
    moments_of_reports,
    voicemail_of,
)
from kitart.journal.late_entries import Standing
from kitart.journal.tables import CoverCall, Incident, OutageReport
from kitart.plan.hours import in_utc
from kitart.plan.schema import Plan
from kitart.rules.cover.clocks import Clock, LevelStep, clocks_of
from kitart.rules.cover.course import QueueCourse, course_of_queue
from kitart.rules.cover.rungs import Rung
from kitart.rules.cover.stretches import Absence, Sitting, stretches


@dataclass(frozen=True)
class QueueRecord:
    """A queue of the incident: its course, its call-outs, the levels of its project.

    ``coming_at``: when callers will first miss somebody, as things stand, while the effect is still
    to come (E36). ``out``: how many own agents are out now, on shift or not. ``away``: when all its
    callers were sent to voicemail or to a notice (A16).
    """

    project: str
    language: str
    course: QueueCourse
    calls: tuple[CoverCall, ...]
    levels: tuple[LevelStep, ...]
    clocks: tuple[Clock, ...]
    voicemail: Voicemail
    coming_at: datetime | None
    out: tuple[str, ...]
    away: tuple[Away, ...]

    @property
    def touched(self) -> bool:
        """Whether anybody of this queue was, or is about to be, missed in a seat."""
        return self.course.threatened_at is not None or self.coming_at is not None

    @property
    def expected(self) -> tuple[CoverCall, ...]:
        """Who has said yes and is not there yet, the soonest first (b5)."""
        return tuple(
            sorted((c for c in self.calls if c.state == cover.ACCEPTED), key=lambda c: c.due_at)
        )


def of_incident(
    session: Session, plan: Plan, number: str, standing: Sequence[Standing], now: datetime
) -> tuple[QueueRecord, ...]:
    """The queues of the incident's projects at ``now``, in the plan's order.

    ``standing`` are the incident's entries as they stand (``late_entries.standing``). Seats are
    seen whole: who is out or covers for another incident of the same kind of record counts too
    (E5).
    """
    row = incidents.get(session, number)
    entries = [each for each in standing if not each.withdrawn]
    steps = level_history(entries)
    began = min(row.cause_at, row.reported_at)
    reports, calls = _seen_whole(session, plan, row, standing, began)
    absences, sittings = _absences(reports, standing), _sittings(calls, standing)
    mine = [call for call in calls if call.incident == number]
    corrected = moments_of_reports(standing)
    first = min([began, *(
        at for r in reports if r.incident == number and (at := corrected.get(r.id, (None,))[0])
    )])  # fmt: skip
    return tuple(
        _queue(
            plan, project.id, queue.lang, absences, sittings, mine, entries,
            tuple(steps.get(project.id, ())), first, now,
        )
        for project in plan.projects
        if project.id in (row.projects or ())
        for queue in project.queues
    )  # fmt: skip


def effect_of_client(
    queues: Sequence[QueueRecord], plan: Plan, client: str
) -> tuple[datetime | None, datetime | None]:
    """Since when a client's callers miss somebody, and from when they will if nothing changes."""
    mine = [each for each in queues if plan.project(each.project).client == client]
    felt = [each.course.effect_at for each in mine if each.course.effect_at is not None]
    coming = [each.coming_at for each in mine if each.coming_at is not None]
    return min(felt, default=None), min(coming, default=None)


def hit_at(queues: Sequence[QueueRecord], plan: Plan, client: str, seats: int) -> datetime | None:
    """The first moment at which the outage had taken so many of a client's seats at once, covered
    or not: what its contract's ``notice_from_seats`` is about; ``None`` while it has not."""
    mine = [each.course for each in queues if plan.project(each.project).client == client]
    for moment in sorted({stretch.start for course in mine for stretch in course.stretches}):
        seen = [course.at(moment) for course in mine]
        if sum(each.taken for each in seen if each is not None) >= seats:
            return moment
    return None


def _seen_whole(
    session: Session, plan: Plan, row: Incident, standing: Sequence[Standing], since: datetime
) -> tuple[list[OutageReport], list[CoverCall]]:
    keys = {f"{p.id}/{q.lang}" for p in plan.projects if p.id in (row.projects or ())
            for q in p.queues}  # fmt: skip
    agents = [agent.id for agent in plan.agents if agent.queue in keys]
    reports = outage_reports.of_agents(session, agents, since, exercise=row.exercise)
    never = {e.data.get("report") for e in standing
             if e.withdrawn and e.type == "agent offline"}  # fmt: skip
    return (
        [report for report in reports if report.id not in never],
        cover.touching(session, keys, agents, since, exercise=row.exercise),
    )


def _absences(reports: Sequence[OutageReport], standing: Sequence[Standing]) -> tuple[Absence, ...]:
    corrected = moments_of_reports(standing)
    found = []
    for report in reports:
        began, ended = corrected.get(report.id, (None, None))
        start = began or report.occurred_at
        end = ended or report.ended_at
        if end is None or end > start:
            found.append(Absence(report.agent, start, end))
    return tuple(found)


def _sittings(calls: Sequence[CoverCall], standing: Sequence[Standing]) -> tuple[Sitting, ...]:
    corrected = moments_of_calls(standing)
    found = []
    for call in calls:
        came, went = corrected.get(call.id, (None, None))
        start = came or call.live_at
        end = went or (None if call.state == cover.LIVE else call.ended_at)
        if start is not None and (end is None or end > start):
            found.append(Sitting(call.agent, call.queue, Rung(call.rung), start, end))
    return tuple(found)


def _queue(
    plan: Plan,
    project: str,
    language: str,
    absences: Sequence[Absence],
    sittings: Sequence[Sitting],
    calls: Sequence[CoverCall],
    entries: Sequence[Standing],
    levels: tuple[LevelStep, ...],
    first: datetime,
    now: datetime,
) -> QueueRecord:
    key = f"{project}/{language}"
    lines = {line.id for line in plan.lines_of(project) if line.lang == language}
    away = away_of(entries, key, lines)
    counts_after = timedelta(minutes=plan.limits.cover_counts_after)
    found = stretches(
        plan, key, (*absences, *_unheard(plan, key, away)), _heard(sittings, key, away), first, now
    )
    course = _as_said(course_of_queue(key, found, counts_after=counts_after), project, entries)
    own = {agent.id for agent in plan.agents if agent.queue == key}
    return QueueRecord(
        project=project,
        language=language,
        course=course,
        calls=tuple(call for call in calls if call.queue == key),
        levels=levels,
        clocks=clocks_of(course, levels, plan.limits, now),
        voicemail=voicemail_of(entries, key, lines),
        coming_at=None if course.effect_at else _coming(plan, key, absences, sittings, now),
        out=tuple(sorted(own & {a.agent for a in absences
                                if a.start <= now and (a.end is None or now < a.end)})),
        away=away,
    )  # fmt: skip


def _unheard(plan: Plan, key: str, away: Sequence[Away]) -> Iterator[Absence]:
    """While its callers are sent away, the queue's own agents answer nobody either (A16)."""
    for agent in plan.agents:
        if agent.queue == key:
            yield from (Absence(agent.id, start, end) for start, end in away)


def _heard(sittings: Sequence[Sitting], key: str, away: Sequence[Away]) -> list[Sitting]:
    """The sittings without the times in which the queue's callers are sent away."""
    found = list(sittings)
    for start, end in away:
        found = [
            part
            for each in found
            for part in ((each,) if each.queue != key else _outside(each, start, end))
        ]
    return found


def _outside(each: Sitting, start: datetime, end: datetime | None) -> Iterator[Sitting]:
    """What of a sitting lies before or after a time."""
    if each.start < start:
        last = start if each.end is None else min(each.end, start)
        yield replace(each, end=last)
    if end is not None and (each.end is None or each.end > end):
        yield replace(each, start=max(each.start, end))


def _coming(
    plan: Plan, key: str, absences: Sequence[Absence], sittings: Sequence[Sitting], now: datetime
) -> datetime | None:
    ahead = now + timedelta(minutes=plan.limits.shift_ahead)
    found = stretches(plan, key, absences, sittings, now, ahead)
    return next((each.start for each in found if each.lost and each.start > now), None)


def _as_said(course: QueueCourse, project: str, entries: Sequence[Standing]) -> QueueCourse:
    """The course with what people say of its first effect and of its end (E39)."""
    begun = late_entries.said(entries, late_entries.EFFECT_START, project)
    ended = late_entries.said(entries, late_entries.EFFECT_END, project)
    if not course.shortages or (begun is None and ended is None):
        return course
    first, *later = course.shortages
    if begun is not None:
        first = replace(first, start=in_utc(begun))
    found = [first, *later]
    if ended is not None and ended >= found[-1].start:
        found[-1] = replace(
            found[-1], recovered_at=in_utc(ended), awaiting_proof=False,
            answered_at=min(found[-1].answered_at or in_utc(ended), in_utc(ended)),
        )  # fmt: skip
    return replace(course, shortages=tuple(found))
