"""Any limit of the plan for one project, asked for by its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from kitart.plan.calendars import Calendar
from kitart.plan.limits import Limits
from kitart.rules.calendars import is_open
from kitart.rules.deadlines import (
    Deadline,
    am_deadline,
    backup_deadline,
    cmt_deadline,
    effect_start,
    ert_deadline,
    rto_deadline,
)

_SIMPLE = {
    "ert": ert_deadline,
    "am": am_deadline,
    "cmt": cmt_deadline,
    "backup": backup_deadline,
}
LIMIT_NAMES = (*_SIMPLE, "rto-1", "rto-2", "rto-3", "rto-4")


def limit_by_name(name: str, calendar: Calendar, at: datetime, limits: Limits) -> Deadline:
    """The deadline ``name`` (one of ``LIMIT_NAMES``) when its clock is set off at ``at`` (aware).

    For a recovery time ``at`` is the cause: its clock starts at the next service minute. Raises
    ``ValueError`` for another name, and when the line does not open again.
    """
    if name in _SIMPLE:
        return _SIMPLE[name]([calendar], at, limits)
    if name not in LIMIT_NAMES:
        raise ValueError(f"{name!r} is no limit; right would be one of {', '.join(LIMIT_NAMES)}")
    starts = effect_start(calendar, at)
    if starts is None:
        raise ValueError(f"{calendar.id} does not open in the year after {at.isoformat()}")
    found = rto_deadline(int(name.removeprefix("rto-")), starts, limits)
    if is_open(calendar, at):
        return found
    return replace(
        found,
        in_hours=False,
        rule=f"{found.rule} The cause lies outside service hours; the effect starts with the "
        f"opening at {starts:%Y-%m-%d %H:%M} UTC.",
    )
