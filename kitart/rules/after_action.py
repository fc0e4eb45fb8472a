"""When an after-action report is to be written, drafted and sent: in the company's business days
(reports §4). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from kitart.plan.schema import Calendar, Plan
from kitart.rules.calendars import add_business_days

MORNING, EVENING = time(9), time(17)


@dataclass(frozen=True)
class Times:
    """Who writes is reminded, the report is drafted, and it is to be sent by; in UTC."""

    remind_at: datetime
    draft_at: datetime
    due_at: datetime


def times(plan: Plan, recovered_at: datetime) -> Times:
    """The days after the recovery on which each step of the report is due."""
    calendar, limits = company_calendar(plan), plan.limits
    zone = ZoneInfo(calendar.time_zone)
    day = recovered_at.astimezone(zone).date()

    def on(days: int, at: time) -> datetime:
        found: date = add_business_days(calendar, day, days)
        return datetime.combine(found, at, zone).astimezone(UTC)

    return Times(
        remind_at=on(min(limits.after_action_reminder_days, limits.after_action_days), MORNING),
        draft_at=on(min(limits.after_action_draft_days, limits.after_action_days), MORNING),
        due_at=on(limits.after_action_days, EVENING),
    )


def exercise_times(plan: Plan, ended_at: datetime) -> Times:
    """The days after an exercise on which each step of its record is due (reports §6.1)."""
    limits = plan.limits
    days = {
        "after_action_days": limits.exercise_record_days,
        "after_action_draft_days": limits.exercise_record_draft_days,
        "after_action_reminder_days": max(1, limits.exercise_record_draft_days - 1),
    }
    return times(plan.model_copy(update={"limits": limits.model_copy(update=days)}), ended_at)


def company_calendar(plan: Plan) -> Calendar:
    """The company's business days; Monday to Friday where the plan names no calendar."""
    named = plan.company.business_calendar
    if named is not None:
        return plan.calendar(named)
    return Calendar(id="COMPANY", time_zone=plan.company.time_zone, hours=("Mon-Fri 09:00-17:00",))
