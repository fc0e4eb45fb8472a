"""By when: the plan's limits as moments. Pure; everything is elapsed time in UTC (E38).

Each answer carries the plain sentence of the rule that gave it, for the timeline and reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitart.plan.calendars import Calendar
from kitart.plan.hours import in_utc
from kitart.plan.limits import Limits
from kitart.rules.calendars import is_open, next_opening, next_service_minute


@dataclass(frozen=True)
class Deadline:
    """A moment in UTC, whether the line was open when the clock started, and why it is so."""

    due_at: datetime
    in_hours: bool
    rule: str


def any_open(calendars: Sequence[Calendar], moment: datetime) -> bool:
    """Whether any of the affected projects is open at ``moment``: the strictest decides (A13)."""
    return any(is_open(calendar, moment) for calendar in calendars)


def ert_deadline(calendars: Sequence[Calendar], reported_at: datetime, limits: Limits) -> Deadline:
    """By when an ERT member must have acknowledged a report (R9, R10, A13, A14).

    ``calendars`` are the affected projects' service calendars. In the hours of any of them the
    short limit holds; else the long one, but never later than the short one counted from the next
    opening. With no calendar the short limit holds, as the stricter of the two.
    """
    reported_at = in_utc(reported_at)
    short, long = limits.ert_ack_in_hours, limits.ert_ack_out_of_hours
    soon = reported_at + timedelta(minutes=short)
    if not calendars:
        return Deadline(soon, True, f"No service calendar is known: {short} minutes, the stricter.")
    opened = next((c for c in calendars if is_open(c, reported_at)), None)
    if opened is not None:
        rule = f"Reported in service hours ({opened.id}): {short} minutes."
        return Deadline(soon, True, rule)
    due = reported_at + timedelta(minutes=long)
    openings = [(at, c.id) for c in calendars if (at := next_opening(c, reported_at)) is not None]
    if openings:
        opening, name = min(openings)
        by_opening = opening + timedelta(minutes=short)
        if by_opening < due:
            rule = (
                f"Reported outside service hours, but {name} opens before {long} minutes are over: "
                f"{short} minutes from the opening."
            )
            return Deadline(by_opening, False, rule)
    return Deadline(due, False, f"Reported outside service hours: {long} minutes.")


def ert_retry_minutes(calendars: Sequence[Calendar], reported_at: datetime, limits: Limits) -> int:
    """After how much silence the next ERT member is asked too (A14)."""
    in_hours = not calendars or any_open(calendars, reported_at)
    return limits.ert_retry_in_hours if in_hours else limits.ert_retry_out_of_hours


def effect_start(calendar: Calendar, cause_at: datetime) -> datetime | None:
    """When callers feel it: the cause, or the next opening after it (E36, E37).

    ``None`` when the line does not open in the next 400 days.
    """
    return next_service_minute(calendar, cause_at)


def rto_deadline(level: int, effect_at: datetime, limits: Limits) -> Deadline:
    """The end of the recovery time of a cover level 1-4, counted from the effect (R22-R41, E38).

    Raises ``ValueError`` for another level. Raising the level later does not move ``effect_at``
    (A17).
    """
    if level not in limits.rto:
        raise ValueError(f"level is {level}; right would be 1, 2, 3 or 4")
    minutes = limits.rto[level]
    due = in_utc(effect_at) + timedelta(minutes=minutes)
    return Deadline(
        due, True, f"Recovery time of level {level}: {minutes} minutes from the effect on callers."
    )


def am_deadline(calendars: Sequence[Calendar], known_at: datetime, limits: Limits) -> Deadline:
    """By when the account managers are told, from the moment the effect is known (R15, A15)."""
    minutes = limits.am_notify
    rule = f"Account managers are told at once: {minutes} minutes from the known effect."
    return _elapsed(calendars, known_at, minutes, rule)


def cmt_deadline(calendars: Sequence[Calendar], level_at: datetime, limits: Limits) -> Deadline:
    """By when the CMT lead or deputy is reached, from the moment of level 4 (R37, A15)."""
    minutes = limits.cmt_contact
    rule = f"The CMT is contacted at once: {minutes} minutes from level 4."
    return _elapsed(calendars, level_at, minutes, rule)


def backup_deadline(
    calendars: Sequence[Calendar], contacted_at: datetime, limits: Limits
) -> Deadline:
    """By when a backup is live, from the first contact (R21, R27, R33, A5)."""
    minutes = limits.backup_start
    rule = f"A backup is live within {minutes} minutes of being contacted."
    return _elapsed(calendars, contacted_at, minutes, rule)


def _elapsed(calendars: Sequence[Calendar], at: datetime, minutes: int, rule: str) -> Deadline:
    at = in_utc(at)
    return Deadline(at + timedelta(minutes=minutes), any_open(calendars, at), rule)
