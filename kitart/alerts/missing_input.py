"""A vital input that is missing: the incident that it opens or joins (R6, A21, E33)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.journal import incidents, inputs, observations, plans, timeline
from kitart.journal.incidents import Opened
from kitart.journal.tables import InputDue
from kitart.plan.general import NO, YES
from kitart.plan.inputs import (
    VITAL_INPUT_MISSING,
    ExpectedInput,
    comes_from,
    one_cause_with,
)
from kitart.plan.schema import Plan

WATCH = "monitor: expected inputs"
SOURCE = "alert inputs"
NO_PROCEDURE = "no procedure of its own"
FOUND_LATE = timedelta(minutes=3)
"""Later than this, nobody was looking when it became overdue; the record says so (D21)."""


def open_missing(
    session: Session,
    plan: Plan,
    row: InputDue,
    *,
    reported_by: str,
    seen: str,
    began_at: datetime,
    now: datetime,
) -> Opened:
    """Record that an input is missing: one incident for a due time, or the open one of an input
    that goes missing by the same cause at about that time.

    ``began_at`` (UTC) is when it became overdue, also where that was found later (D21). The record
    says that the plan has no steps of its own for this (A21). Raises ``KeyError`` for an input
    that the plan does not know.
    """
    known = plan.input(row.input)
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    window = timedelta(minutes=plan.limits.one_cause_window)
    opened = incidents.open_or_join(
        session,
        incidents.Report(
            kind=VITAL_INPUT_MISSING,
            system_id=known.entry,
            title=f"{known.name} missing",
            cause_at=min(began_at, now),
            reported_at=now,
            reported_by=reported_by,
            priority_proposed=known.proposed_priority,
            plan_hash=plan.hash,
            projects=known.projects,
            customer_care=YES if known.queues else NO,
            cause=f"{known.entry}:{row.due_at:%Y%m%dT%H%MZ}",
            one_fault_with=inputs.open_of_others(
                session, one_cause_with(plan, known), row.due_at - window, row.due_at + window
            ),
        ),
        now=now,
        real_now=real_now(),
    )
    number = opened.incident.number
    row.state, row.incident = inputs.OVERDUE, number
    _note(session, plan, opened, known, row, reported_by, seen, min(began_at, now), now)
    observations.add(
        session, known.entry, "down", SOURCE, seen, now=min(began_at, now), incident=number
    )
    return opened


def words_of_missing(
    plan: Plan, known: ExpectedInput, row: InputDue, now: datetime, trouble: str = ""
) -> str:
    """What is seen of it: due, overdue since, and what kept Kitart from looking, if anything."""
    zone = ZoneInfo(known.time_zone)
    due, overdue = row.due_at.astimezone(zone), row.overdue_at.astimezone(zone)
    said = (
        f"{known.name} from {comes_from(plan, known)} was due at {due:%H:%M %Z} and has not "
        f"arrived; overdue since {overdue:%H:%M %Z}"
    )
    if now - row.overdue_at > FOUND_LATE:
        said += f"; found at {now.astimezone(zone):%H:%M %Z}, nobody looked before"
    return f"{said}; {trouble}" if trouble else said


def _note(
    session: Session,
    plan: Plan,
    opened: Opened,
    known: ExpectedInput,
    row: InputDue,
    reported_by: str,
    seen: str,
    began_at: datetime,
    now: datetime,
) -> None:
    number = opened.incident.number
    timeline.append(
        session, number, "report" if opened.new else "duplicate added", f"{reported_by}: {seen}",
        now=now, occurred_at=began_at, author=reported_by,
        source=incidents.source_of(reported_by), data={"input": known.id},
        key=f"input-missing:{row.id}",
    )  # fmt: skip
    depends = ", ".join((*known.queues, *known.systems, *known.reports)) or "nothing named"
    timeline.append(
        session, number, "input missing",
        f"{known.name}: from {comes_from(plan, known)}; needed by: {depends}",
        now=now, occurred_at=began_at, data={"input": known.id},
        key=f"input-needed-by:{row.id}",
    )  # fmt: skip
    timeline.append(
        session, number, NO_PROCEDURE,
        "The company's plan has no steps of its own for a missing input; the general response "
        "plan is followed",
        now=now, key=NO_PROCEDURE,
    )  # fmt: skip
