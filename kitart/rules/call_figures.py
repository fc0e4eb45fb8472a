"""Counting a queue's calls from their records, and what is usual at the same hours (reports c5-c7).

A call was answered by an agent, met a recording, or was abandoned. "Usual" is the same weekday and
the same hours by the clock on the wall, in each of the last four weeks: no average of weeks hides
how much they differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from kitart.plan.schema import Agent, Queue
from kitart.rules.cover.eligibility import BEST_FIRST

Outcome = Literal["answered", "abandoned", "recording"]
SpokenBy = Literal["native", "non_native", "english_only", "unknown"]
SPOKEN_BY: tuple[SpokenBy, ...] = ("native", "non_native", "english_only", "unknown")
WEEKS_BEFORE = 4
SHORT, DAY = timedelta(hours=6), timedelta(hours=24)


@dataclass(frozen=True)
class Call:
    """A call of a queue: when it began, what became of it, how long the caller waited for an agent
    (seconds; ``None`` where the record does not say) and by what kind of speaker it was answered.
    """

    at: datetime
    outcome: Outcome
    waited_s: float | None = None
    spoken_by: SpokenBy = "unknown"


@dataclass(frozen=True)
class Tally:
    """How many calls, and what became of them; ``in_time`` were answered within the target."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    recording: int = 0
    in_time: int | None = None


@dataclass(frozen=True)
class Slice:
    """The calls of one part of the time."""

    start: datetime
    end: datetime
    tally: Tally


@dataclass(frozen=True)
class Usual:
    """What is usual: the middle of ``weeks`` weeks, and the least and the most offered."""

    weeks: int
    offered: int
    answered: int
    abandoned: int
    least: int
    most: int


def tally(calls: Iterable[Call], *, within_s: float | None = None) -> Tally:
    """``calls`` counted; with ``within_s`` also how many were answered in that time."""
    found = list(calls)
    count = Counter(call.outcome for call in found)
    in_time = None
    if within_s is not None:
        waits = [call.waited_s for call in found if call.outcome == "answered"]
        if None not in waits:  # one unknown wait makes the share a guess
            in_time = sum(wait is not None and wait <= within_s for wait in waits)
    return Tally(len(found), count["answered"], count["abandoned"], count["recording"], in_time)


def speaker(agent: Agent | None, queue: Queue) -> SpokenBy:
    """What kind of speaker an agent is at a queue: who speaks its language less well than the
    client asks for answers in English there (R33)."""
    level = agent.languages.get(queue.lang) if agent is not None else None
    if agent is None:
        return "unknown"
    if level == "native":
        return "native"
    if level is not None and BEST_FIRST[level] <= BEST_FIRST[queue.min_level]:
        return "non_native"
    return "english_only" if "en" in agent.languages else "unknown"


def spoken(calls: Iterable[Call]) -> dict[SpokenBy, int]:
    """The answered calls by the kind of speaker who answered (c7); kinds without any left out."""
    count = Counter(call.spoken_by for call in calls if call.outcome == "answered")
    return {kind: count[kind] for kind in SPOKEN_BY if count[kind]}


def slices(calls: Sequence[Call], start: datetime, end: datetime) -> tuple[Slice, ...]:
    """The calls by interval: half hours of up to six hours, hours of up to a day, else days.

    The intervals begin at ``start``; the last one ends at ``end``. Raises ``ValueError`` for an end
    before the start.
    """
    if end < start:
        raise ValueError(f"end is {end.isoformat()}: right would be {start.isoformat()} or later")
    length = timedelta(minutes=30)
    if end - start > SHORT:
        length = timedelta(hours=1) if end - start <= DAY else DAY
    found: list[Slice] = []
    while start < end:
        until = min(start + length, end)
        mine = tally(call for call in calls if start <= call.at < until)
        found.append(Slice(start, until, mine))
        start = until
    return tuple(found)


def weeks_before(
    start: datetime, end: datetime, zone: str, weeks: int = WEEKS_BEFORE
) -> tuple[tuple[datetime, datetime], ...]:
    """The same weekday and hours on the wall in ``zone``, one week back, two, and so on.

    Across a change to summer time ten o'clock stays ten o'clock.
    """
    local = ZoneInfo(zone)

    def back(moment: datetime, count: int) -> datetime:
        there = moment.astimezone(local)
        return (there - timedelta(weeks=count)).astimezone(moment.tzinfo)

    return tuple((back(start, n), back(end, n)) for n in range(1, weeks + 1))


def usual(weeks: Sequence[Tally]) -> Usual | None:
    """What these weeks have in common; ``None`` where no week had any call."""
    known = [week for week in weeks if week.offered]
    if not known:
        return None
    return Usual(
        weeks=len(known),
        offered=_middle([week.offered for week in known]),
        answered=_middle([week.answered for week in known]),
        abandoned=_middle([week.abandoned for week in known]),
        least=min(week.offered for week in known),
        most=max(week.offered for week in known),
    )


def percent(part: int, of: int) -> int | None:
    """A share in whole percent; ``None`` of nothing."""
    return round(100 * part / of) if of else None


def never_reached(found: Usual | None, offered: int) -> tuple[int, int, int] | None:
    """An estimate of callers who never got as far as a record: usual less counted (c6).

    The middle, the least and the most, never below nothing; ``None`` where nothing is usual.
    """
    if found is None:
        return None
    middle, least, most = (
        max(0, each - offered) for each in (found.offered, found.least, found.most)
    )
    return middle, least, most


def _middle(values: list[int]) -> int:
    ordered = sorted(values)
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return round((ordered[half - 1] + ordered[half]) / 2)
