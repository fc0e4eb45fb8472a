"""Who sat in a queue's seats, stretch by stretch: exact edges, nothing is sampled (D11).

Pure. A new stretch begins where a person leaves or comes, a shift or a leave begins or ends, or
the project needs another number of seats, so each of them holds one answer from end to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kitart.plan.hours import in_utc, spans, wall_moment
from kitart.plan.schema import Agent, Plan
from kitart.rules.calendars import open_between
from kitart.rules.cover.rungs import RUNGS, Rung

DAY = timedelta(days=1)
Times = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True)
class Absence:
    """An agent who can't work from ``start`` on; ``end`` is ``None`` while it lasts (R17)."""

    agent: str
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Sitting:
    """An agent live in a seat of a queue that is not the own one by the roster (R21, R27, R33)."""

    agent: str
    queue: str
    rung: Rung
    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Stretch:
    """A time in which a queue's seats stayed as they were; moments in UTC.

    ``own``: agents of the queue on shift who work; ``out``: those on shift who can't. ``cover``:
    the rung of everybody else who is live, the best first.
    """

    start: datetime
    end: datetime
    needed: int
    own: int
    out: int
    cover: tuple[Rung, ...]

    @property
    def live(self) -> int:
        """Everybody who answers calls of this queue."""
        return self.own + len(self.cover)

    @property
    def filled(self) -> int:
        """Seats needed that somebody sits in."""
        return min(self.needed, self.live)

    @property
    def uncovered(self) -> int:
        """Seats needed that nobody sits in; with ``filled`` always all that are needed."""
        return self.needed - self.filled

    @property
    def in_use(self) -> tuple[Rung, ...]:
        """The rungs of the cover that is needed beside the own agents, the best first."""
        return self.cover[: max(0, self.needed - self.own)]

    @property
    def taken(self) -> int:
        """Seats that the outage took: empty ones of the roster's own are not among them."""
        return max(0, min(self.needed - self.own, self.out))

    @property
    def lost(self) -> int:
        """Seats that the outage took and that nobody covers."""
        return max(0, self.taken - len(self.cover))

    @property
    def open(self) -> bool:
        """Whether callers are expected: a closed line needs no seat."""
        return self.needed > 0


def stretches(
    plan: Plan,
    queue: str,
    absences: Iterable[Absence],
    sittings: Iterable[Sitting],
    first: datetime,
    last: datetime,
) -> tuple[Stretch, ...]:
    """The stretches of ``queue`` ("BRAVO/es") from ``first`` to ``last`` (aware), without a gap.

    What changes at ``last`` itself makes a last stretch without length: the last one is how things
    stand at that moment.
    ``sittings`` may be of any queue: an own agent who covers elsewhere is not here as well (D8).
    Raises ``KeyError`` for a queue that the plan does not have.
    """
    first, last = in_utc(first), max(in_utc(first), in_utc(last))
    own = [_Own(agent, first, last) for agent in plan.agents if agent.queue == queue]
    seats = _Seats(plan, queue, first, last)
    away, sat = tuple(absences), tuple(sittings)
    edges = {first, *seats.edges, *(edge for each in own for edge in each.edges)}
    comings = [(each.start, each.end) for each in away] + [(each.start, each.end) for each in sat]
    edges |= {moment for pair in comings for moment in pair if moment is not None}
    starts = sorted(edge for edge in edges if first <= edge <= last)
    found: list[Stretch] = []
    for start, end in zip(starts, [*starts[1:], last], strict=True):
        elsewhere = {s.agent for s in sat if _holds(s, start)}
        gone = {a.agent for a in away if _holds(a, start)}
        at_work = [each.code for each in own if each.at_work(start) and each.code not in elsewhere]
        here = {s.agent: s.rung for s in sat if s.queue == queue and _holds(s, start)}
        new = Stretch(
            start=start,
            end=end,
            needed=seats.needed(start),
            own=sum(code not in gone for code in at_work),
            out=sum(code in gone for code in at_work),
            cover=tuple(sorted(here.values(), key=RUNGS.index)),
        )
        if found and _same(found[-1], new):
            new = Stretch(found.pop().start, end, new.needed, new.own, new.out, new.cover)
        found.append(new)
    return tuple(found)


def _holds(each: Absence | Sitting, moment: datetime) -> bool:
    return each.start <= moment and (each.end is None or moment < each.end)


def _same(one: Stretch, other: Stretch) -> bool:
    return (one.needed, one.own, one.out, one.cover) == (
        other.needed, other.own, other.out, other.cover,
    )  # fmt: skip


def _within(times: Times, moment: datetime) -> bool:
    return any(start <= moment < end for start, end in times)


class _Own:
    """An agent of the queue, with the shifts of the time looked at; leave comes first (D10)."""

    def __init__(self, agent: Agent, first: datetime, last: datetime) -> None:
        self.code = agent.id
        zone = ZoneInfo(agent.time_zone)
        days = first.astimezone(zone).date() - DAY, last.astimezone(zone).date()
        self._shifts = list(spans(agent.shift, agent.time_zone, *days))
        self._leave = [
            (
                wall_moment(leave.first, 0, agent.time_zone),
                wall_moment(leave.last + DAY, 0, agent.time_zone),
            )
            for leave in agent.leave
        ]
        self.edges = [moment for span in (*self._shifts, *self._leave) for moment in span]

    def at_work(self, moment: datetime) -> bool:
        return _within(self._shifts, moment) and not _within(self._leave, moment)


class _Seats:
    """How many seats the queue needs: service calendar and the project's windows."""

    def __init__(self, plan: Plan, queue: str, first: datetime, last: datetime) -> None:
        code, _, language = queue.partition("/")
        project = plan.project(code)
        self._seats = project.queue(language).seats
        calendar = plan.calendar_of(code)
        zone = ZoneInfo(calendar.time_zone)
        days = first.astimezone(zone).date() - DAY, last.astimezone(zone).date()
        self._open = open_between(calendar, first, last)
        self._windows = [
            (name, list(spans((hours,), calendar.time_zone, *days)))
            for name, hours in project.windows.items()
        ]
        times = [self._open, *(found for _, found in self._windows)]
        self.edges = [moment for found in times for span in found for moment in span]

    def needed(self, moment: datetime) -> int:
        if not _within(self._open, moment):
            return 0
        window = next((name for name, found in self._windows if _within(found, moment)), None)
        return self._seats.get(window, 0) if window else 0
