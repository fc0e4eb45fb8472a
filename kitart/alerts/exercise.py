"""Planning an exercise, whoever asks for it (R52, R53)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.clock import Clock, real_now
from kitart.journal import exercises, plans
from kitart.journal.incidents import Opened
from kitart.plan.schema import Plan


def open_exercise(
    session: Session,
    plan: Plan,
    clock: Clock,
    entry: str,
    *,
    starts_at: datetime | None = None,
    asked_by: str = "operator",
    due_at: datetime | None = None,
) -> Opened:
    """Open the record of an entry of the programme, or join its open one; the plan is frozen into
    a new one (D30): it is what is tested.

    ``starts_at`` (UTC) is the date to propose; ``None`` is the entry's notice from now, or from
    ``due_at`` (UTC), when a schedule should have asked: that date may be past, so that the
    coordinators are asked whether to hold it now. Raises
    ``ValueError`` for an entry that the programme does not have and for a date that is past,
    ``NotNow`` for one that is too late (D28).
    """
    known = {each.id: each for each in plan.exercises}
    if entry not in known:
        right = ", ".join(known) or "one of config/exercises.yaml, which has none"
        raise ValueError(f"exercise is {entry!r}; right would be one of {right}")
    now = clock.now()
    if starts_at is not None and starts_at < now - timedelta(minutes=1):
        raise ValueError(
            f"starts_at is {starts_at:%Y-%m-%d %H:%M} UTC, which is past; right would be a moment "
            f"from {now:%Y-%m-%d %H:%M} UTC on"
        )
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    return exercises.plan_one(
        session, plan, known[entry],
        starts_at=starts_at or (due_at or now) + timedelta(days=known[entry].notice_days),
        asked_by=asked_by, now=now, real_now=real_now(),
    )  # fmt: skip
