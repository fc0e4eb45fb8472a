"""The course of cover of one queue: when callers felt it, and when that was over (A16, E36, E37).

Pure; works on ``stretches``. What counts as the end of a shortage is cover that lasts
(``cover_counts_after``); cover that broke earlier stays visible as such (scenario B).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kitart.rules.cover.rungs import Rung
from kitart.rules.cover.stretches import Stretch
from kitart.rules.outages import Span
from kitart.rules.verdicts import ShortCover

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Interim:
    """Full cover that broke before it counted, and the rungs that gave it."""

    start: datetime
    end: datetime
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Shortage:
    """One time in which the outage left seats empty, from the effect to cover that lasted.

    ``first_cover_at``: the first agent live for a lost seat, lasting or not. ``answered_at``: since
    when somebody answered for good, be it in fewer seats. ``recovered_at``: since when every lost
    seat was filled for good. Both are ``provisional`` while the minutes that make them count still
    run. ``closed_at``: the line closed, and with that nobody missed the seats any more (E37).
    ``short_cover``: the part of the time with somebody, but too few (E7).
    """

    start: datetime
    first_cover_at: datetime | None = None
    answered_at: datetime | None = None
    answered_provisional: bool = False
    recovered_at: datetime | None = None
    awaiting_proof: bool = False
    closed_at: datetime | None = None
    interim: tuple[Interim, ...] = ()
    short_cover: ShortCover | None = None
    unanswered: tuple[Span, ...] = ()
    """The times in which nobody answered at all: what level 4 is for (A16)."""

    @property
    def over_at(self) -> datetime | None:
        """When callers no longer felt it: recovered, or closed; ``None`` while they do."""
        return self.recovered_at or self.closed_at


@dataclass(frozen=True)
class QueueCourse:
    """The whole course: its stretches and shortages, oldest first.

    ``threatened_at``: when seats would have been lost without cover. With no shortage then, it was
    prevented (E36).
    """

    queue: str
    stretches: tuple[Stretch, ...]
    shortages: tuple[Shortage, ...]
    threatened_at: datetime | None

    @property
    def effect_at(self) -> datetime | None:
        """The first moment in service hours at which callers missed somebody who is out (A16)."""
        return self.shortages[0].start if self.shortages else None

    @property
    def recovered_at(self) -> datetime | None:
        """The end of the first shortage by cover that lasts or, so far, still may."""
        return self.shortages[0].recovered_at if self.shortages else None

    @property
    def prevented(self) -> bool:
        """Whether cover was there before anybody could miss the agents who are out (E36)."""
        return self.threatened_at is not None and not self.shortages

    def at(self, moment: datetime) -> Stretch | None:
        """The stretch that held at ``moment``; ``None`` before the first."""
        return next((each for each in reversed(self.stretches) if each.start <= moment), None)

    @property
    def last_open(self) -> Stretch | None:
        """The stretch that holds now or, with a closed line, held last while it was open."""
        return next((each for each in reversed(self.stretches) if each.open), None)

    @property
    def now(self) -> Stretch | None:
        """The stretch that holds now."""
        return self.stretches[-1] if self.stretches else None


def course_of_queue(
    queue: str, found: Sequence[Stretch], *, counts_after: timedelta
) -> QueueCourse:
    """The course that ``found``, the stretches of ``queue`` up to now, come to.

    ``counts_after`` is how long cover must last to count as the end of a shortage.
    """
    shortages: list[_Open] = []
    for stretch in found:
        current = shortages[-1] if shortages else None
        if stretch.lost and (current is None or current.over_by(stretch.start, counts_after)):
            shortages.append(_Open(stretch.start))
        if shortages:
            shortages[-1].goes_on(stretch, counts_after)
    return QueueCourse(
        queue=queue,
        stretches=tuple(found),
        shortages=tuple(each.so_far(found[-1].end, counts_after) for each in shortages),
        threatened_at=next((each.start for each in found if each.taken), None),
    )


@dataclass
class _Run:
    """An unbroken time in which something held."""

    start: datetime
    closed: bool
    rungs: tuple[Rung, ...] = ()


@dataclass
class _Open:
    """A shortage while its stretches are read, one after the other."""

    start: datetime
    full: _Run | None = None
    answered: _Run | None = None
    first_cover_at: datetime | None = None
    lasting_answer: datetime | None = None
    interim: list[Interim] = field(default_factory=list)
    short: list[tuple[Stretch, datetime]] = field(default_factory=list)
    unanswered: list[tuple[datetime, datetime]] = field(default_factory=list)

    def over_by(self, moment: datetime, counts_after: timedelta) -> bool:
        return self.full is not None and moment - self.full.start >= counts_after

    def goes_on(self, stretch: Stretch, counts_after: timedelta) -> None:
        """Take in the next stretch."""
        answered = stretch.open and stretch.live > 0
        if self.first_cover_at is None and answered and (stretch.cover or not stretch.lost):
            self.first_cover_at = stretch.start
        if stretch.lost:
            self._broken(stretch)
            self.short.append((stretch, stretch.start))
        elif self.full is None and (answered or not stretch.open):
            # A seat that the roster itself leaves empty afterwards is no recovery.
            self.full = _Run(stretch.start, not stretch.open, stretch.in_use)
        if stretch.lost and not stretch.live:
            if self.answered and stretch.start - self.answered.start >= counts_after:
                self.lasting_answer = self.lasting_answer or self.answered.start
            self.answered = None
            self.unanswered.append((stretch.start, stretch.end))
        elif self.answered is None and answered:
            self.answered = _Run(stretch.start, False)

    def _broken(self, stretch: Stretch) -> None:
        if self.full is not None and not self.full.closed:
            self.interim.append(Interim(self.full.start, stretch.start, self.full.rungs))
        self.full = None

    def so_far(self, now: datetime, counts_after: timedelta) -> Shortage:
        """The shortage as it stands at ``now``."""
        full, answered = self.full, self.answered
        at = self.lasting_answer or (answered.start if answered else None)
        held = self.lasting_answer is not None or _lasts(answered, now, counts_after)
        return Shortage(
            start=self.start,
            first_cover_at=self.first_cover_at,
            answered_at=at,
            answered_provisional=at is not None and not held,
            recovered_at=full.start if full and not full.closed else None,
            awaiting_proof=full is not None and not _lasts(full, now, counts_after),
            closed_at=full.start if full and full.closed else None,
            interim=tuple(self.interim),
            short_cover=self._short_cover(at),
            unanswered=tuple(
                Span(start, end if end < now else None) for start, end in self.unanswered
            ),
        )

    def _short_cover(self, answered_at: datetime | None) -> ShortCover | None:
        """So many of so many seats for so many minutes, since somebody answered (E7): of several
        numbers of seats that one which lasted longest, and how long that was."""
        if answered_at is None:
            return None
        lengths: dict[tuple[int, int], timedelta] = {}
        for stretch, start in self.short:
            if start >= answered_at:
                key = stretch.filled, stretch.needed
                lengths[key] = lengths.get(key, timedelta(0)) + (stretch.end - start)
        if not lengths:
            return None
        filled, needed = max(lengths, key=lambda key: (lengths[key], -key[0]))
        return ShortCover(filled, needed, lengths[filled, needed] // MINUTE)


def _lasts(run: _Run | None, now: datetime, counts_after: timedelta) -> bool:
    return run is not None and now - run.start >= counts_after
