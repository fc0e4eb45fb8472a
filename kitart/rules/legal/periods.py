"""How long a legal period is: hours, months, a contract's business hours (ADR 0014). Pure.

Hours are real hours: neither nights, weekends, holidays nor a change of the clocks stop or move
them. Regulation (EEC, Euratom) 1182/71 gives periods of two days or more at least two working
days (Article 3(5)); whether that stretches 72 hours is disputed, so the earlier end is shown. A
month ends with its last day where who is bound lives, and moves on from a Saturday, a Sunday or a
public holiday to the next working day (Article 3(1), (2)(c), (4)).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kitart.plan.calendars import Calendar
from kitart.plan.hours import in_utc
from kitart.rules.calendars import open_spans, public_holidays

MIDNIGHT, NOON = time(0), time(12)


def hours_after(start: datetime, hours: float) -> datetime:
    """Real hours after ``start`` (aware), in UTC; a change of the clocks changes nothing (E38)."""
    return in_utc(start) + timedelta(hours=hours)


def business_hours_after(start: datetime, hours: float, calendar: Calendar) -> datetime | None:
    """When so many hours of a client's business calendar have gone by since ``start``, in UTC;
    ``None`` where the calendar does not open so long in the next 400 days."""
    left, start = timedelta(hours=hours), in_utc(start)
    for opened, closed in open_spans(calendar, start):
        begun = max(opened, start)
        if closed - begun >= left:
            return begun + left
        left -= closed - begun
    return None


def working_day(country: str | None) -> Callable[[date], bool]:
    """Tells whether a day is a working day in a country (two capitals); without one only
    Saturdays and Sundays are none."""

    def is_one(day: date) -> bool:
        if day.weekday() >= 5:
            return False
        return country is None or day not in public_holidays(country, None, day.year)

    return is_one


def month_later(day: date) -> date:
    """The same day of the next month, or its last one: 31 January, then 28 or 29 February."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def month_after(
    start: datetime, zone: str, is_working_day: Callable[[date], bool], moved_to: time = MIDNIGHT
) -> datetime:
    """The end of one month after ``start`` (aware), in UTC: the end of its last day in ``zone``.

    From a day that is no working day it moves to the next one: to its end, or to ``moved_to`` of
    it (DORA: noon, Article 5(4) of Delegated Regulation (EU) 2025/301).
    """
    last = month_later(start.astimezone(ZoneInfo(zone)).date())
    if is_working_day(last):
        return _end_of(last, zone)
    while not is_working_day(last):
        last += timedelta(days=1)
    return _end_of(last, zone) if moved_to == MIDNIGHT else _at(last, moved_to, zone)


def _end_of(day: date, zone: str) -> datetime:
    return _at(day + timedelta(days=1), MIDNIGHT, zone)


def _at(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)
