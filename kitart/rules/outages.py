"""When a system was down, up or unstable: spans and episodes (E34, E35). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

State = Literal["up", "down", "unstable", "unknown"]

STABLE = timedelta(minutes=15)  # D7, E34: a suggested default
ZERO = timedelta(0)


@dataclass(frozen=True)
class Span:
    """From ``start`` to ``end``; ``end`` is None while it lasts."""

    start: datetime
    end: datetime | None

    def length(self, now: datetime) -> timedelta:
        """Elapsed time, up to ``now`` while it lasts."""
        return max(ZERO, (self.end or now) - self.start)


@dataclass(frozen=True)
class Episode:
    """From a first failure to the beginning of a stable time (E35).

    ``restored`` is when the system last came up; ``held`` is whether it has stayed up for the
    whole stable period since. Total span and the sum of the down times are two figures (E34).
    """

    start: datetime
    restored: datetime | None
    held: bool
    downs: tuple[Span, ...]

    def total_span(self, now: datetime) -> timedelta:
        """First failure to the last return (or to ``now``)."""
        return (self.restored or max(now, self.start)) - self.start

    def down_time(self, now: datetime) -> timedelta:
        """The sum of the times in which the system was really down."""
        return sum((down.length(now) for down in self.downs), ZERO)


def episodes(
    states: Iterable[tuple[datetime, State]], *, now: datetime, stable: timedelta = STABLE
) -> tuple[Episode, ...]:
    """The episodes of an outage, from a system's states in any order (E34, E35).

    "unknown" is neither a failure nor a return, but it breaks the stable time: what nobody saw
    is not counted as up. "unstable" breaks it too and adds no down time of its own. A return
    shorter than ``stable`` belongs to the same episode.
    """
    found: list[Episode] = []
    seen_up_since: datetime | None = None
    for at, state in sorted(states, key=lambda each: each[0]):
        if at > now:
            break
        held = seen_up_since is not None and at - seen_up_since >= stable
        if found and held:
            found[-1] = replace(found[-1], held=True)
        if state == "up":
            seen_up_since = seen_up_since or at
            if found and found[-1].restored is None:
                found[-1] = _up(found[-1], at)
            continue
        seen_up_since = None
        if state == "unknown":
            continue
        if not found or found[-1].held:
            found.append(Episode(at, None, held=False, downs=()))
        found[-1] = _failing(found[-1], at, state)
    if found and seen_up_since is not None and now - seen_up_since >= stable:
        found[-1] = replace(found[-1], held=True)
    return tuple(found)


def _up(episode: Episode, at: datetime) -> Episode:
    return replace(episode, restored=at, downs=_ended(episode.downs, at))


def _failing(episode: Episode, at: datetime, state: State) -> Episode:
    downs = episode.downs
    if state == "unstable":
        downs = _ended(downs, at)
    elif not downs or downs[-1].end is not None:
        downs = (*downs, Span(at, None))
    return replace(episode, restored=None, downs=downs)


def _ended(downs: tuple[Span, ...], at: datetime) -> tuple[Span, ...]:
    if downs and downs[-1].end is None:
        return (*downs[:-1], Span(downs[-1].start, at))
    return downs


def is_unstable(
    states: Iterable[tuple[datetime, State]],
    *,
    now: datetime,
    changes: int = 3,
    within: timedelta = STABLE,
) -> bool:
    """Whether the system changed ``changes`` times in the time ``within`` before now (E34)."""
    known = [each for each in sorted(states, key=lambda s: s[0]) if each[1] != "unknown"]
    known = [each for each in known if each[0] <= now]
    if known and known[-1][1] == "unstable":
        return True
    moments = [
        later[0]
        for earlier, later in pairwise(known)
        if later[1] != earlier[1] and now - later[0] <= within
    ]
    return len(moments) >= changes
