"""What asks for a review of the plan, found in the journal (A25)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import contact_tests, exercises, leading, levels, plans, reviews, timeline
from kitart.journal.tables import Incident, PlanSnapshot
from kitart.plan.difference import compared, since
from kitart.plan.reviewed import NO_DISRUPTIONS
from kitart.plan.schema import Plan
from kitart.rules.review import Due, Trigger, found_in, review_due, wants_review

EXERCISED = (exercises.OVER, exercises.EVALUATED_STATE)
"""The states of an exercise that was carried through."""


def due(session: Session, plan: Plan, now: datetime) -> Due:
    """When the next review is due and why; ``plan`` is the one as configured now (A25)."""
    zone = ZoneInfo(plan.company.time_zone)
    last = reviews.last_approved(session)
    since = last.closed_at if last is not None and last.closed_at else None
    agreed = None
    if last is not None:
        agreed = reviews.written(timeline.entries(session, last.number)).next_on
    yearly_from = since or _first_known(session) or now
    triggers = [
        *bad_incidents(session, since, zone),
        *failed_tests(session, since, zone),
        *changes_of_the_plan(session, plan, now),
    ]
    return review_due(yearly_from.astimezone(zone).date(), agreed, triggers, plan.limits)


def bad_incidents(session: Session, since: datetime | None, zone: ZoneInfo) -> list[Trigger]:
    """Each closed incident of cover level 2 or worse, or P1, since a moment; no exercise (A25)."""
    query = sa.select(Incident).where(
        Incident.state == "closed",
        Incident.exercise.is_(False),
        Incident.kind.not_in(NO_DISRUPTIONS),
    )
    if since is not None:
        query = query.where(Incident.closed_at > since)
    return [
        Trigger("incident", _day(row.closed_at, zone), row.number)
        for row in session.scalars(query.order_by(Incident.seq))
        if row.closed_at is not None
        and wants_review(
            levels.worst_ever(session, row.number), leading.priority_in_force(session, row.number)
        )
    ]


def failed_tests(session: Session, since: datetime | None, zone: ZoneInfo) -> list[Trigger]:
    """Each test that was failed since a moment: a failed test asks for a review (A25).

    Of the contact list: evaluated and not passed. Of exercises: over, not cut short, and a step of
    it was failed.
    """
    found = []
    for row in reversed(contact_tests.all_evaluated(session)):
        if row.closed_at is None or (since is not None and row.closed_at <= since):
            continue
        result = contact_tests.evaluated(session, row.number)
        if result is not None and not result["passed"]:
            found.append(Trigger("test", _day(row.closed_at, zone), row.number))
    for record in reversed(exercises.all_exercises(session)):
        ended = record.ended_at
        if ended is None or record.state not in EXERCISED or (since is not None and ended <= since):
            continue
        if any(step.verdict == "fail" for step in record.steps):
            found.append(Trigger("test", _day(ended, zone), record.number))
    return found


def changes_of_the_plan(session: Session, plan: Plan, now: datetime) -> list[Trigger]:
    """What is new in the plan since the version in force: staff of the matrix, a client, language
    or system (A25). The day is that of the first kept plan that has it, else today."""
    zone = ZoneInfo(plan.company.time_zone)
    base = base_plan(session)
    if base is None or base.hash == plan.hash:
        return []
    wanted = found_in(since(base.body, plan))
    if not wanted:
        return []
    first_seen: dict[tuple[str, str], date] = {}
    later = sa.select(PlanSnapshot).where(PlanSnapshot.taken_at > base.taken_at)
    for row in session.scalars(later.order_by(PlanSnapshot.taken_at)):
        for each in found_in(compared(base.body, row.body)):
            first_seen.setdefault(each, _day(row.taken_at, zone))
    today = _day(now, zone)
    return [
        Trigger(reason, first_seen.get((reason, about), today), about) for reason, about in wanted
    ]


def base_plan(session: Session) -> PlanSnapshot | None:
    """The plan that the next review compares with: the version in force by the last one, else the
    oldest that the journal has."""
    last = reviews.last_approved(session)
    if last is not None:
        return session.get(PlanSnapshot, reviews.hash_of(session, last))
    return session.scalars(sa.select(PlanSnapshot).order_by(PlanSnapshot.taken_at).limit(1)).first()


def keep(session: Session, plan: Plan, now: datetime) -> None:
    """Keep the plan as configured, so that the day on which it changed stays known (D30)."""
    plans.keep(session, plan.hash, plan.snapshot, now=now)


def _first_known(session: Session) -> datetime | None:
    return session.scalar(sa.select(sa.func.min(PlanSnapshot.taken_at)))


def _day(moment: datetime | None, zone: ZoneInfo) -> date:
    assert moment is not None
    return moment.astimezone(zone).date()
