"""When an input is due, for which time an arrival counts, and whether it is late (R6, A21). Pure.

Due times are wall clock times of the input's own zone; moments come out in UTC. An arrival counts
for exactly one due time: the windows of the due times follow one another without a gap.
"""

from __future__ import annotations

import calendar as months
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from kitart.plan.calendars import Calendar
from kitart.plan.hours import in_utc, wall_moment
from kitart.plan.inputs import LAST_DAY, DueTime, ExpectedInput, due_time
from kitart.rules.calendars import LOOK_AHEAD_DAYS, is_business_day
from kitart.rules.local_time import moments_of

Standing = Literal["expected", "arrived", "arrived late", "overdue"]

DAY = timedelta(days=1)
MOST_CLOSED_DAYS = 31
"""A month without an open day: then there is no next one to move to."""
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b")


@dataclass(frozen=True)
class Occurrence:
    """One time at which the input is due (UTC): what arrives later than ``counts_after`` counts
    for it, until the next one's window begins; after ``overdue_at`` it is late."""

    due_at: datetime
    counts_after: datetime
    overdue_at: datetime


def due_between(
    known: ExpectedInput, calendar: Calendar | None, after: datetime, until: datetime
) -> list[Occurrence]:
    """The due times later than ``after``, up to ``until`` (aware), in order."""
    after, until = in_utc(after), in_utc(until)
    zone = ZoneInfo(known.time_zone)
    grace = timedelta(minutes=known.grace_minutes)
    early = timedelta(minutes=known.early_minutes)
    # From well before, so that the first one knows the end of the one before it.
    first = _before(known, calendar, after.astimezone(zone).date() - DAY)
    last = until.astimezone(zone).date() + DAY
    found: list[Occurrence] = []
    before: datetime | None = None
    for due_at in _moments(known, calendar, first, last):
        opens = due_at - early
        if before is not None:
            opens = max(opens, min(before + grace, due_at))
        before = due_at
        if after < due_at <= until:
            found.append(Occurrence(due_at, opens, due_at + grace))
    return found


def next_due(known: ExpectedInput, calendar: Calendar | None, after: datetime) -> Occurrence | None:
    """The first due time later than ``after`` (aware); ``None`` for none in 400 days."""
    days = 2
    while days < LOOK_AHEAD_DAYS:
        found = due_between(known, calendar, after, after + timedelta(days=days))
        if found:
            return found[0]
        days *= 8
    return next(
        iter(due_between(known, calendar, after, after + timedelta(days=LOOK_AHEAD_DAYS))), None
    )


def counts_for(
    known: ExpectedInput, calendar: Calendar | None, arrived_at: datetime
) -> Occurrence | None:
    """The due time that something counts for which arrived then; ``None`` when nothing was due
    for 400 days and nothing is due soon enough."""
    arrived_at = in_utc(arrived_at)
    early = timedelta(minutes=known.early_minutes)
    span = 2
    while True:
        near = due_between(
            known, calendar, arrived_at - timedelta(days=span), arrived_at + early + DAY
        )
        counting = [each for each in near if each.counts_after < arrived_at]
        if counting or span >= LOOK_AHEAD_DAYS:
            return counting[-1] if counting else None
        span = min(span * 8, LOOK_AHEAD_DAYS)


def standing(occurrence: Occurrence, arrived_at: datetime | None, now: datetime) -> Standing:
    """What is to be said of a due time at ``now``, by the first arrival that counts for it."""
    if arrived_at is not None:
        return "arrived" if arrived_at <= occurrence.overdue_at else "arrived late"
    return "overdue" if now > occurrence.overdue_at else "expected"


def wait_until(words: str, now: datetime, zone: str) -> datetime | None:
    """The next moment (UTC) of the first clock time in somebody's words, "at 8:40"; ``None`` where
    they name none."""
    match = _CLOCK.search(words)
    if match is None:
        return None
    clock = time(int(match[1]), int(match[2]))
    today = in_utc(now).astimezone(ZoneInfo(zone)).date()
    shown = [m for day in (today, today + DAY) for m in moments_of(day, clock, zone)]
    return next((moment for moment in shown if moment > now), None)


def _before(known: ExpectedInput, calendar: Calendar | None, day: date) -> date:
    """A day so early that the due time before ``day`` is among those that follow it."""
    monthly = any(due_time(text).month_day is not None for text in known.due)
    back = 32 if monthly else 8
    return day - timedelta(days=back + (MOST_CLOSED_DAYS if calendar is not None else 0))


def _moments(
    known: ExpectedInput, calendar: Calendar | None, first: date, last: date
) -> list[datetime]:
    days = (last - first).days + 1
    moments = {
        moment
        for due in map(due_time, known.due)
        for offset in range(-MOST_CLOSED_DAYS if calendar is not None else 0, days)
        for moment in _on(known, calendar, due, first + timedelta(days=offset))
    }
    return sorted(moments)


def _on(
    known: ExpectedInput, calendar: Calendar | None, due: DueTime, day: date
) -> Iterator[datetime]:
    """The moment that a day's due time falls on, if it has one: a time that is left out in spring
    is the moment of the change, one that comes twice in autumn the first of them."""
    if not _named(due, day):
        return
    if calendar is not None and known.on_closed_day != "same":
        open_day = _open_day(calendar, day, wanted=known.on_closed_day)
        if open_day is None:
            return
        day = open_day
    yield wall_moment(day, due.minute, known.time_zone)


def _named(due: DueTime, day: date) -> bool:
    if due.month_day is None:
        return day.weekday() in due.weekdays
    length = months.monthrange(day.year, day.month)[1]
    wanted = length if due.month_day == LAST_DAY else min(due.month_day, length)
    return day.day == wanted


def _open_day(calendar: Calendar, day: date, *, wanted: str) -> date | None:
    if is_business_day(calendar, day):
        return day
    if wanted == "skip":
        return None
    following = (day + timedelta(days=n) for n in range(1, MOST_CLOSED_DAYS))
    return next((each for each in following if is_business_day(calendar, each)), None)
