"""Hours as people write them: ``24/7``, ``Mon-Fri 08:00-20:00``, ``Sat 22:00-06:00``.

A range is wall-clock time in some zone; one whose end is not after its start ends on the next
day. Reading is pure text here; what a range means on a given day (clock changes!) is worked out
by :func:`spans`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")


@dataclass(frozen=True)
class DayRange:
    """From ``start`` to before ``end``, in minutes after midnight; ``end`` may pass 1440."""

    start: int
    end: int


@dataclass(frozen=True)
class WeeklyWindow:
    """A range on some weekdays (0 is Monday)."""

    weekdays: frozenset[int]
    range: DayRange


def in_utc(moment: datetime) -> datetime:
    """``moment`` in UTC; raises ``ValueError`` for one without a zone (D2)."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; add one, e.g. +01:00")
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)
def day_ranges(text: str) -> tuple[DayRange, ...]:
    """The ranges in ``08:00-12:00, 13:00-17:00``; raises ``ValueError`` naming the right form."""
    return _ranges(text, text)


@lru_cache(maxsize=4096)
def weekly_windows(text: str) -> tuple[WeeklyWindow, ...]:
    """The windows of one line of hours; raises ``ValueError`` naming the right form."""
    if text == "24/7":
        return (WeeklyWindow(frozenset(range(7)), DayRange(0, DAY_MINUTES)),)
    days, _, hours = text.partition(" ")
    if not hours:
        raise _unreadable(text)
    weekdays = frozenset(day for part in days.split(",") for day in _weekdays(part, text))
    return tuple(WeeklyWindow(weekdays, found) for found in _ranges(hours, text))


def spans(
    hours: tuple[str, ...], zone: str, first: date, last: date
) -> Iterator[tuple[datetime, datetime]]:
    """UTC spans of weekly ``hours`` in ``zone`` that begin on the days ``first`` … ``last``."""
    windows = tuple(window for line in hours for window in weekly_windows(line))
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for window in windows:
            if day.weekday() in window.weekdays:
                yield day_span(day, window.range, zone)


@lru_cache(maxsize=65536)
def day_span(day: date, found: DayRange, zone: str) -> tuple[datetime, datetime]:
    """The UTC moments between which the wall clock of ``zone`` is in ``found`` on ``day``.

    Kept: who looks at every hour of a month asks for each day's range again and again.
    """
    return wall_moment(day, found.start, zone), wall_moment(day, found.end, zone)


def wall_moment(day: date, minute: int, zone: str) -> datetime:
    """The UTC moment at which ``zone`` first shows ``minute`` (after midnight) of ``day``.

    Of a time shown twice in autumn it is the first; a time skipped in spring becomes the moment
    of the change, so that a range ending in the gap neither vanishes nor fails.
    """
    tz = ZoneInfo(zone)
    shift, rest = divmod(minute, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=shift), time(rest // 60, rest % 60), tzinfo=tz)
    moment = wall.astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    return _end_of_gap(moment, tz)


def within(hours: tuple[str, ...], zone: str, moment: datetime) -> bool:
    """Whether the aware ``moment`` lies in the weekly ``hours`` of ``zone``."""
    day = in_utc(moment).astimezone(ZoneInfo(zone)).date()
    return any(
        start <= moment < end for start, end in spans(hours, zone, day - timedelta(days=1), day)
    )


def _end_of_gap(after: datetime, tz: ZoneInfo) -> datetime:
    """The moment of the change that made a wall time unreal; ``after`` lies just behind it."""
    offset = after.astimezone(tz).utcoffset()
    low, high = after - timedelta(hours=6), after
    while high - low > timedelta(seconds=30):
        middle = low + (high - low) / 2
        if middle.astimezone(tz).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return high.replace(second=0, microsecond=0)  # clocks change on whole minutes


def _ranges(text: str, whole: str) -> tuple[DayRange, ...]:
    return tuple(_range(part.strip(), whole) for part in text.split(","))


def _range(text: str, whole: str) -> DayRange:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise _unreadable(whole)
    h1, m1, h2, m2 = (int(group) for group in match.groups())
    start, end = h1 * 60 + m1, h2 * 60 + m2
    if h1 > 23 or m1 > 59 or m2 > 59 or end > DAY_MINUTES or start == end:
        raise _unreadable(whole)
    return DayRange(start, end if end > start else end + DAY_MINUTES)


def _weekdays(text: str, whole: str) -> tuple[int, ...]:
    first, dash, last = text.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise _unreadable(whole)
    start = DAYS.index(first)
    length = (DAYS.index(last) - start) % 7 if dash else 0
    return tuple((start + step) % 7 for step in range(length + 1))


def _unreadable(text: str) -> ValueError:
    return ValueError(
        f"{text!r} are not hours; right would be 24/7, 'Mon-Fri 08:00-20:00' or "
        "'Sat,Sun 22:00-06:00' (for a single day '08:00-12:00, 13:00-17:00')"
    )
