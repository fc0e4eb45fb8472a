"""When somebody is reminded of a running clock, and when a miss is said (reports §5). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kitart.plan.limits import Limits
from kitart.rules.legal.clocks import Clock, State

Stage = Literal["half", "soon", "missed", "delay", "delay again"]


@dataclass(frozen=True)
class Reminder:
    """A word that is due at ``at``: a part of the time is gone, it ends soon, it has ended."""

    stage: Stage
    at: datetime


def reminder(clock: Clock, limits: Limits, now: datetime) -> Reminder | None:
    """The newest word that is due for a clock at ``now``; earlier ones are overtaken by it."""
    if not clock.open or clock.starts_at is None:
        return None
    passed = [each for each in _moments(clock, limits) if each.at <= now]
    return passed[-1] if passed else None


def _moments(clock: Clock, limits: Limits) -> list[Reminder]:
    """The moments in their order."""
    start, due = clock.starts_at, clock.due
    assert start is not None
    if due is None:  # the law says "without undue delay": so long is a company's own measure
        pause = timedelta(minutes=limits.legal_undue_delay)
        return [Reminder("delay", start + pause), Reminder("delay again", start + 2 * pause)]
    if clock.state is State.MISSED:
        return [Reminder("missed", due)]
    half = start + (due - start) * limits.legal_reminder_share
    soon = max(start, due - timedelta(minutes=limits.legal_reminder_before))
    stages: list[Reminder] = [Reminder("half", half), Reminder("soon", soon)]
    return sorted(stages, key=lambda each: each.at)
