"""Opening an incident, or joining the open one of the same cause (E33)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.journal import incidents, plans, timeline
from kitart.journal.incidents import Opened
from kitart.plan.schema import Plan

KIND_OF = {"company": "vital systems offline", "client": "client system offline"}
"""The plan that an incident follows, by whose system it is (R43, R44)."""


def open_or_join(
    session: Session,
    plan: Plan,
    system_id: str,
    *,
    reported_by: str,
    seen: str,
    cause_at: datetime | None,
    now: datetime,
    priority: str | None = None,
    exercise: bool = False,
    part_of: str | None = None,
    reported_at: datetime | None = None,
    cause: str | None = None,
) -> Opened:
    """Record a report of a failing system: the incident it opened or joined.

    The plan is frozen into a new incident (D30). ``cause_at`` (UTC) is when the reporter says it
    began; ``None``, or a moment in the future, counts as now. A system that fails by the same
    cause as one whose incident is open joins that: one tenant, one fault (E44). With a ``cause``
    of its own it joins no other. ``part_of`` names the exercise in which it is played.
    ``reported_at`` (UTC) is when it was first heard of; else now. Raises ``KeyError`` for an
    unknown system.
    """
    system = plan.system(system_id)
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    opened = incidents.open_or_join(
        session,
        incidents.Report(
            kind=KIND_OF[system.managed_by],
            system_id=system.id,
            title=f"{system.name} offline",
            cause_at=min(cause_at or now, now),
            reported_at=reported_at or now,
            reported_by=reported_by,
            priority_proposed=priority or system.proposed_priority,
            plan_hash=plan.hash,
            exercise=exercise,
            part_of=part_of,
            one_fault_with=() if cause else plan.one_fault_with(system.id),
            cause=cause,
        ),
        now=now,
        real_now=real_now(),
    )
    timeline.append(
        session,
        opened.incident.number,
        "report" if opened.new else "duplicate added",
        f"{reported_by}: {_same_fault(plan, opened, system_id)}{seen}",
        now=now,
        occurred_at=min(cause_at or now, now),
        author=reported_by,
        source="monitor" if reported_by.startswith("monitor") else "person",
    )
    return opened


def _same_fault(plan: Plan, opened: Opened, system_id: str) -> str:
    """How the record names a system other than the incident's own."""
    if opened.incident.system_id == system_id:
        return ""
    return f"{plan.system(system_id).name}, one fault with this one: "
