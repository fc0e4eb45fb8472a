"""What a run of observations says about a system: up, down, unstable or not known.

A look that could not tell is never read as "up". Recovery is declared only after the system
has been up without a break for a while (A14, D7, E34, E35).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal["up", "down", "unstable", "unknown"]


@dataclass(frozen=True)
class Look:
    """One look at the system: ``up``, ``down`` or ``unknown``."""

    at: datetime
    state: str


@dataclass(frozen=True)
class Span:
    """A time during which the system was down; open while ``end`` is ``None``."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True)
class Picture:
    """The system as the looks show it.

    ``up_since`` is the start of the unbroken time up, ``stable_at`` when that will have been
    long enough; both ``None`` while it is not up.
    """

    state: State
    since: datetime | None
    up_since: datetime | None
    stable_at: datetime | None
    spans: tuple[Span, ...]
    changes: int

    def recovered(self, now: datetime) -> bool:
        """Whether the system was down and has now been up for long enough."""
        return bool(self.spans) and self.stable_at is not None and self.stable_at <= now

    @property
    def total_down(self) -> timedelta:
        """The sum of the closed down times (E34)."""
        return sum((s.end - s.start for s in self.spans if s.end is not None), timedelta())


def picture(
    looks: Sequence[Look],
    *,
    stable_minutes: int,
    unstable_changes: int,
    unstable_window_minutes: int,
    now: datetime,
) -> Picture:
    """The system's picture at ``now`` from its looks, oldest first.

    A look that could not tell ends the unbroken time up, but starts no down time.
    """
    spans: list[Span] = []
    turns: list[datetime] = []
    state: State = "unknown"
    known: State = "unknown"
    since = up_since = None
    for look in looks:
        seen = look.state if look.state in ("up", "down") else "unknown"
        if seen != state:
            since = look.at
        if seen != known and seen != "unknown":
            if known != "unknown":
                turns.append(look.at)
            if seen == "down":
                spans.append(Span(look.at, None))
            elif spans and spans[-1].end is None:
                spans[-1] = Span(spans[-1].start, look.at)
        up_since = (up_since or look.at) if seen == "up" else None
        if seen != "unknown":
            known = seen  # type: ignore[assignment]
        state = seen  # type: ignore[assignment]
    stable_at = up_since + timedelta(minutes=stable_minutes) if up_since else None
    window = now - timedelta(minutes=unstable_window_minutes)
    unstable = sum(turn > window for turn in turns) >= unstable_changes
    if unstable and not (stable_at is not None and stable_at <= now):
        state = "unstable"
    return Picture(state, since, up_since, stable_at, tuple(spans), len(turns))
