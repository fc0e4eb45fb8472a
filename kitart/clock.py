"""The only place that reads the time or sleeps.

Kitart's deadlines run on the plan's clock (``now``), technical limits on real time
(``real_now``, ``monotonic_s``). All moments are aware and in UTC (D2); all waits are until a
moment, never for a duration, so that a restart waits only the rest (D21).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


def as_utc(moment: datetime) -> datetime:
    """``moment`` in UTC; raises ``ValueError`` for a naive one (D2)."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def real_now() -> datetime:
    """Real time in UTC, for technical limits (leases, time-outs): never for the plan."""
    return datetime.now(UTC)


def monotonic_s() -> float:
    """Seconds on a clock that never jumps, for measuring durations."""
    return time.monotonic()


def lasts(began: datetime, length: timedelta, now: datetime) -> bool:
    """Whether what began then, to last ``length`` of real time, still lasts.

    A beginning further ahead than that was noted before the clock was set back: it is over.
    """
    return -length < now - began < length


def not_before(now: datetime, *began: datetime | None) -> datetime:
    """``now`` as the end of what began then; after the clock was set back, when it would have ended
    before it began, a second after that: so it is on record that it was."""
    latest = max((each for each in began if each is not None), default=now)
    return now if now >= latest else latest + timedelta(seconds=1)


def thread_cpu_s() -> float:
    """Seconds that this thread has worked, without its waiting: for measuring what work costs."""
    return time.thread_time()


def sleep_s(seconds: float) -> None:
    """Sleep for real ``seconds``: for technical pauses (retries, polling) only."""
    time.sleep(seconds)


class Clock(Protocol):
    """The plan's clock."""

    def now(self) -> datetime:
        """The plan's time, aware, in UTC."""

    def at(self, real: datetime) -> datetime:
        """The plan's time at a real moment: of what Prefect or a provider has dated."""

    def real_seconds_until(self, moment: datetime) -> float:
        """Real seconds until ``moment``, 0 when passed, infinite when only a hand moves it."""


@dataclass(frozen=True)
class SteadyClock:
    """Real time, or real time run faster from an anchor (sandbox only).

    ``anchor`` is the real moment at which the plan's clock stood at ``start``; every process of
    an installation is given the same pair, so that they agree.
    """

    speed: float = 1.0
    anchor: datetime | None = None
    start: datetime | None = None

    def now(self) -> datetime:
        return self.at(real_now())

    def at(self, real: datetime) -> datetime:
        if self.anchor is None:
            return as_utc(real)
        return (self.start or self.anchor) + (real - self.anchor) * self.speed

    def real_seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)


class HandClock:
    """A clock that stands still until it is moved: for stories in tests."""

    def __init__(self, start: datetime) -> None:
        self._now = as_utc(start)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def at(self, real: datetime) -> datetime:
        return self.now() - (real_now() - real)

    def real_seconds_until(self, moment: datetime) -> float:
        return 0.0 if self.now() >= moment else float("inf")

    def move_to(self, moment: datetime) -> None:
        """Set the clock; it may be set back, as real clocks are."""
        with self._lock:
            self._now = as_utc(moment)

    def advance(self, **duration: float) -> None:
        """Move on by a duration given as to ``timedelta`` (``minutes=5``)."""
        with self._lock:
            self._now += timedelta(**duration)


def nap(clock: Clock, until: datetime | None, at_most_s: float) -> None:
    """Sleep until the plan's moment ``until``, but at most ``at_most_s`` real seconds."""
    time.sleep(_nap_length(clock, until, at_most_s))


async def nap_async(clock: Clock, until: datetime | None, at_most_s: float) -> None:
    """As ``nap``, for a coroutine."""
    await asyncio.sleep(_nap_length(clock, until, at_most_s))


async def nap_unless(
    stirred: asyncio.Event, clock: Clock, until: datetime | None, at_most_s: float
) -> None:
    """As ``nap_async``, but over as soon as the event is set."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_nap_length(clock, until, at_most_s)):
            await stirred.wait()


def _nap_length(clock: Clock, until: datetime | None, at_most_s: float) -> float:
    if until is None:
        return at_most_s
    return min(at_most_s, clock.real_seconds_until(until))
