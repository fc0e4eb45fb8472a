"""The times of a picture: how long it is, where its ticks stand, and how a moment is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kitart.reports.moments import clock, short_day

SHORTEST = timedelta(minutes=30)
MARGIN = 0.04
STEPS_MINUTES = (5, 10, 15, 30, 60, 120, 180, 360, 720)
STEPS_DAYS = (1, 2, 7, 14, 30, 90, 365)
QUARTER = timedelta(minutes=15)  # every zone's offset is so many of these


@dataclass(frozen=True)
class Tick:
    """A mark of the axis; ``day`` where a new day begins."""

    at: datetime
    word: str
    day: bool = False


@dataclass(frozen=True)
class Times:
    """How moments are written for one reader: with their day where there is more than one."""

    zone: str
    language: str
    start: datetime
    end: datetime

    @property
    def one_day(self) -> bool:
        """Whether all of it lies in one day of the reader's."""
        return _local(self.start, self.zone).date() == _local(self.end, self.zone).date()

    def text(self, moment: datetime) -> str:
        """ "14:05 GMT", or "Sun 22 Nov, 14:05 GMT"."""
        shown = clock(moment, self.zone)
        return shown if self.one_day else f"{short_day(moment, self.zone, self.language)}, {shown}"

    def short(self, moment: datetime) -> str:
        """ "14:05", beside an axis that has the days; with its day where the axis ends before."""
        local, last = _local(moment, self.zone), _local(self.end, self.zone)
        if local.date() <= last.date():
            return f"{local:%H:%M}"
        return f"{short_day(moment, self.zone, self.language)}, {local:%H:%M}"

    @property
    def zone_word(self) -> str:
        """ "GMT", or both names where the clocks change meanwhile."""
        names = [clock(each, self.zone).split(" ", 1)[1] for each in (self.start, self.end)]
        return "/".join(dict.fromkeys(names))


def limits(moments: Iterable[datetime], hoped: Iterable[datetime]) -> tuple[datetime, datetime]:
    """From where to where a picture reaches: all of ``moments``, and those of ``hoped`` that are
    near enough to leave the rest its room. With a margin after the last."""
    known = sorted(moments)
    first, last = known[0], max(known[-1], known[0] + SHORTEST)
    near = last + max((last - first) / 2, SHORTEST)
    last = max([last, *(each for each in hoped if each <= near)])
    return first, last + (last - first) * MARGIN


def ticks(times: Times, at_most: int) -> tuple[Tick, ...]:
    """At most so many ticks at round times of the reader's clock, and each midnight between."""
    minutes = (times.end - times.start).total_seconds() / 60
    step = next((s for s in STEPS_MINUTES if minutes / s <= at_most), None)
    if step is None:
        every = next((s for s in STEPS_DAYS if minutes / 1440 / s <= at_most), STEPS_DAYS[-1])
        return tuple(each for n, each in enumerate(_midnights(times)) if n % every == 0)
    found = [Tick(at, times.short(at)) for at in _round(times, step)]
    days_apart = _midnights(times)
    new = {each.at for each in days_apart}
    return tuple(sorted([*days_apart, *(t for t in found if t.at not in new)], key=lambda t: t.at))


def _round(times: Times, step: int) -> Iterable[datetime]:
    walk = min(QUARTER, timedelta(minutes=step))
    seconds = walk.total_seconds()
    at = datetime.fromtimestamp(-(-times.start.timestamp() // seconds) * seconds, UTC)
    while at <= times.end:
        local = _local(at, times.zone)
        if (local.hour * 60 + local.minute) % step == 0:
            yield at
        at += walk


def _midnights(times: Times) -> list[Tick]:
    zone = ZoneInfo(times.zone)
    day = _local(times.start, times.zone).date() + timedelta(days=1)
    found = []
    while (at := datetime.combine(day, time(), zone).astimezone(UTC)) <= times.end:
        found.append(Tick(at, short_day(at, times.zone, times.language), day=True))
        day += timedelta(days=1)
    return found


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))
