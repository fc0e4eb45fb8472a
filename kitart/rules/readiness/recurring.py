"""Hours that come again each week, said once: "Mon-Fri 16:00-20:00, 88 hours"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from kitart.language import Phrase, in_all_languages, listed
from kitart.rules.readiness.situations import HOUR

Mark = TypeVar("Mark", bound=Hashable)


@dataclass(frozen=True)
class Recurring(Generic[Mark]):
    """Hours with one mark: on these weekdays (0 is Monday) from ``start`` to ``end`` o'clock by the
    wall clock of the zone; ``hours`` of them in all, the first at ``first`` (UTC)."""

    mark: Mark
    days: tuple[int, ...]
    start: int
    end: int
    hours: int
    first: datetime


def recurring(marks: Sequence[Mark | None], first: datetime, zone: str) -> list[Recurring[Mark]]:
    """The hours from ``first`` (UTC) on that have a mark, in order of their first one.

    A day's hours with one mark are one stretch; stretches that differ by their day alone are one.
    """
    local = ZoneInfo(zone)
    stretches: dict[tuple[Mark, int, int], list[tuple[int, int, datetime]]] = defaultdict(list)
    place = 0
    while place < len(marks):
        mark = marks[place]
        if mark is None:
            place += 1
            continue
        begins = first + place * HOUR
        begun = begins.astimezone(local)
        length = 1
        while place + length < len(marks) and marks[place + length] == mark:
            if (first + (place + length) * HOUR).astimezone(local).date() != begun.date():
                break
            length += 1
        end = (first + (place + length) * HOUR).astimezone(local)
        until = 24 if end.date() != begun.date() else end.hour
        stretches[mark, begun.hour, until].append((begun.weekday(), length, begins))
        place += length
    return sorted(
        (
            Recurring(mark, tuple(sorted({day for day, _, _ in found})), start, until,
                      sum(length for _, length, _ in found), found[0][2])
            for (mark, start, until), found in stretches.items()
        ),
        key=lambda each: each.first,
    )  # fmt: skip


def longest_in_words(found: Sequence[Recurring[Mark]], most: int) -> Phrase:
    """The longest of these stretches, ``most`` at most. What lies within another is not said again:
    a first or last day that is not whole, or a day that is half closed, has hours of its own."""
    longest = sorted(found, key=lambda each: -each.hours)
    apart = [
        each
        for place, each in enumerate(longest)
        if not any(_within(each, other) for other in longest[:place])
    ]
    said = [in_words(each.days, each.start, each.end) for each in apart[:most]]
    return listed([*said, Phrase("…")] if len(apart) > most else said)


def _within(part: Recurring[Mark], whole: Recurring[Mark]) -> bool:
    return set(part.days) <= set(whole.days) and whole.start <= part.start and part.end <= whole.end


def in_words(days: Sequence[int], start: int, end: int) -> Phrase:
    """ "Mon-Fri 16:00-20:00", in all languages."""
    return in_all_languages(
        lambda language: f"{_days(days, language)} {start:02d}:00-{end:02d}:00"
    )  # fmt: skip


def _days(days: Sequence[int], language: str) -> str:
    names = get_day_names("abbreviated", locale=language)
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = [
        f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 2 else ",".join(names[d] for d in run)
        for run in runs
    ]
    return ",".join(said)
