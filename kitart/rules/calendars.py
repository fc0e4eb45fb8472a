"""When a line is open: regular hours, then public holidays, then overrides; the later wins (A13).

Pure: calendars come in as values, holidays are data by country and year, moments are aware and
come out in UTC. Days are those of the calendar's own zone, so clock changes need no special care:
a span's ends are worked out from the wall clock of their day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays

from kitart.plan.calendars import Calendar
from kitart.plan.hours import day_ranges, day_span, in_utc, spans

LOOK_AHEAD_DAYS = 400

Span = tuple[datetime, datetime]


@lru_cache(maxsize=512)
def public_holidays(market: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a country (two capitals), or of a region of it, in ``year``."""
    return frozenset(country_holidays(market, subdiv=subdivision, years=[year]))


def is_holiday(calendar: Calendar, day: date) -> bool:
    """Whether ``day`` is a public holiday of the calendar's market."""
    if calendar.market is None:
        return False
    return day in public_holidays(calendar.market, calendar.subdivision, day.year)


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the line is open at ``moment`` (aware): from the opening, before the closing."""
    moment = in_utc(moment)
    today = _local_day(calendar, moment)
    days = (today - timedelta(days=1), today)
    return any(start <= moment < end for day in days for start, end in _day_spans(calendar, day))


def open_spans(calendar: Calendar, after: datetime) -> Iterator[Span]:
    """The open times that end after ``after``, in order, joined where one follows on another.

    Looks 400 days ahead; a calendar that never closes gives one span of that length.
    """
    after = in_utc(after)
    first = _local_day(calendar, after) - timedelta(days=1)
    begun: Span | None = None
    for offset in range(LOOK_AHEAD_DAYS):
        for start, end in _day_spans(calendar, first + timedelta(days=offset)):
            if begun is None or start > begun[1]:
                if begun is not None and begun[1] > after:
                    yield begun
                begun = (start, end)
            else:
                begun = (begun[0], max(begun[1], end))
    if begun is not None and begun[1] > after:
        yield begun


def open_between(calendar: Calendar, first: datetime, last: datetime) -> list[Span]:
    """The open times that touch the time from ``first`` to ``last`` (aware), in UTC and in order;
    where one follows on another they stay two."""
    first, last = in_utc(first), in_utc(last)
    day, end = _local_day(calendar, first) - timedelta(days=1), _local_day(calendar, last)
    found: list[Span] = []
    while day <= end:
        found += _day_spans(calendar, day)
        day += timedelta(days=1)
    return [span for span in found if span[1] > first and span[0] <= last]


def next_opening(calendar: Calendar, after: datetime) -> datetime | None:
    """The first opening later than ``after`` (aware), in UTC; ``None`` if none in 400 days."""
    after = in_utc(after)
    return next((start for start, _ in open_spans(calendar, after) if start > after), None)


def next_service_minute(calendar: Calendar, at: datetime) -> datetime | None:
    """``at`` itself while open, else the next opening, in UTC (requirements, timers, rule 2)."""
    at = in_utc(at)
    return at if is_open(calendar, at) else next_opening(calendar, at)


def is_business_day(calendar: Calendar, day: date) -> bool:
    """Whether the calendar opens at all on ``day``, as counted in its own zone."""
    return bool(_day_spans(calendar, day))


def add_business_days(calendar: Calendar, day: date, n: int) -> date:
    """The ``n``-th business day after ``day``; with 0, ``day`` or the next business day.

    Raises ``ValueError`` for a negative ``n`` and for a calendar without business days.
    """
    if n < 0:
        raise ValueError(f"n is {n}; right would be 0 or more business days")
    found = day
    left = n
    for _ in range(LOOK_AHEAD_DAYS + 7 * n):
        if left == 0 and (n > 0 or is_business_day(calendar, found)):
            return found
        found += timedelta(days=1)
        left -= int(left > 0 and is_business_day(calendar, found))
    raise ValueError(f"calendar {calendar.id} has no business days after {day}; give it hours")


def _local_day(calendar: Calendar, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(calendar.time_zone)).date()


def _day_spans(calendar: Calendar, day: date) -> list[Span]:
    """The open times that begin on ``day``: the three layers, the later wins."""
    zone = calendar.time_zone
    override = next((o for o in calendar.overrides if o.day == day), None)
    if override is not None:
        ranges = (found for text in override.hours for found in day_ranges(text))
        opened = [day_span(day, found, zone) for found in ranges]
    elif is_holiday(calendar, day) and not calendar.open_on_holidays:
        opened = []
    else:
        opened = list(spans(calendar.hours, zone, day, day))
    return sorted(span for span in opened if span[0] < span[1])
