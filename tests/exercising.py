"""An exercise that has ended, written into a journal: its course is not the tests' matter."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.journal import exercises, incidents, plans
from kitart.journal.incidents import Report, open_or_join
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE_UNUSABLE

ENTRY = "BACKUP-CALLOUT"
MINUTES = {"ert-has-it": 3.4, "am-told": 1.0, "backup-asked": 9.2, "backup-live": 46.5}
"""What was measured: the last of them came late."""


def ended_exercise(
    session: Session,
    plan: Plan,
    ended_at: datetime,
    *,
    entry: str = ENTRY,
    minutes: dict[str, float] | None = None,
    stopped: bool = False,
    settled: bool = True,
) -> str:
    """The number of an exercise that was planned, begun an hour before and ended (or stopped) at a
    moment; each step by its code took so many ``minutes``, what is not named never came."""
    took = MINUTES if minutes is None else minutes
    began = ended_at - timedelta(hours=1)
    plans.keep(session, plan.hash, plan.snapshot(), now=began)
    known = plan.exercise(entry)
    number = exercises.plan_one(
        session, plan, known, starts_at=began, asked_by="operator",
        now=began - timedelta(days=14), real_now=real_now(),
    ).incident.number  # fmt: skip
    for code in known.coordinators:
        exercises.confirm(session, number, code, plan.person(code).kind,
                          now=began - timedelta(days=13))  # fmt: skip
    exercises.begin(session, number, now=began)
    scenario = plan.scenario(known.scenario or "")
    played = open_or_join(
        session,
        Report(kind=WORKPLACE_UNUSABLE, system_id="WORKPLACE", title="played", cause_at=began,
               reported_at=began, reported_by="operator", priority_proposed="P3",
               plan_hash=plan.hash, exercise=True, part_of=number, projects=("BRAVO",),
               cause=f"played:{number}"),
        now=began, real_now=real_now(),
    ).incident.number  # fmt: skip
    for inject in scenario.injects:
        exercises.give(session, number, inject, scenario, now=began)
        for each in inject.expect:
            actual = took.get(each.id)
            late = actual is not None and actual > each.within_minutes
            exercises.measure(
                session, number, inject, each, actual_minutes=actual,
                verdict="fail" if actual is None else "part" if late else "pass",
                evidence=None if actual is None else (played, 1), now=ended_at,
            )  # fmt: skip
    incidents.close(session, played, "closed", now=ended_at)
    incidents.settle(session, played, now=ended_at)
    if stopped:
        exercises.stop(session, number, by="IT-MGR", why="real work", now=ended_at)
    else:
        exercises.end(session, number, now=ended_at)
    if settled:
        incidents.settle(session, number, now=ended_at)
    return number
