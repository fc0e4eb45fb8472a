"""A day of looks at a system as slots of time and figures: what the board draws (R43). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

DAY = timedelta(hours=24)
SLOT = timedelta(minutes=15)
SLOTS = DAY // SLOT
LONGEST_BETWEEN = timedelta(minutes=5)
"""A failed look stands for the time to the next one, but for no longer: nobody looked then."""
State = Literal["up", "down", "unknown", "none"]
WORST: tuple[State, ...] = ("none", "up", "unknown", "down")


@dataclass(frozen=True)
class Look:
    """One look: when, ``up``, ``down`` or ``unknown``, and the seconds that an answer took."""

    at: datetime
    state: str
    latency_s: float | None = None


@dataclass(frozen=True)
class Stretch:
    """Slots of one state in a row: the first one's place, and how many."""

    first: int
    slots: int
    state: State


@dataclass(frozen=True)
class Day:
    """The 24 hours up to the end of the running slot.

    ``took_s`` holds the mean seconds of an answer by slot. ``down`` is the sum of the times from
    a failed look to the next look; ``last_down`` when the last such time began.
    """

    begin: datetime
    stretches: tuple[Stretch, ...]
    took_s: tuple[float | None, ...]
    looks: int
    up: int
    unknown: int
    down: timedelta
    last_down: datetime | None
    now_state: str
    mean_s: float | None
    most_s: float | None


def day(looks: Sequence[Look], now: datetime) -> Day:
    """The day before ``now``; ``looks`` come oldest first."""
    begin = _slot_of(now) + SLOT - DAY
    seen = [look for look in looks if begin <= look.at <= now]
    states: list[State] = ["none"] * SLOTS
    took: list[list[float]] = [[] for _ in range(SLOTS)]
    for look in seen:
        place = (look.at - begin) // SLOT
        state: State = look.state if look.state in ("up", "down") else "unknown"  # type: ignore[assignment]
        states[place] = max(states[place], state, key=WORST.index)
        if look.latency_s is not None:
            took[place].append(look.latency_s)
    every = [one for slot in took for one in slot]
    return Day(
        begin=begin,
        stretches=_stretches(states),
        took_s=tuple(_mean(slot) for slot in took),
        looks=len(seen),
        up=sum(look.state == "up" for look in seen),
        unknown=sum(look.state not in ("up", "down") for look in seen),
        down=_down(seen, now),
        last_down=_last_down(seen),
        now_state=seen[-1].state if seen else "none",
        mean_s=_mean(every),
        most_s=max(every, default=None),
    )


def _slot_of(now: datetime) -> datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (now - midnight) // SLOT * SLOT


def _stretches(states: Sequence[State]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for place, state in enumerate(states):
        if found and found[-1].state == state:
            found[-1] = Stretch(found[-1].first, found[-1].slots + 1, state)
        else:
            found.append(Stretch(place, 1, state))
    return tuple(found)


def _down(seen: Sequence[Look], now: datetime) -> timedelta:
    total = timedelta(0)
    for look, until in pairwise([*seen, Look(now, "now")]):
        if look.state == "down":
            total += min(until.at - look.at, LONGEST_BETWEEN)
    return total


def _last_down(seen: Sequence[Look]) -> datetime | None:
    began, before = None, ""
    for look in seen:
        if look.state == "down" and before != "down":
            began = look.at
        before = look.state
    return began


def _mean(seconds: Sequence[float]) -> float | None:
    return sum(seconds) / len(seconds) if seconds else None
