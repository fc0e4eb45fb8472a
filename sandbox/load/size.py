"""How much is played: the numbers of a quarter of an hour, to scale."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

INCIDENTS, ALERTS, PEOPLE, PAGES = 50, 10_000, 2_000, 500
"""What a whole load is: incidents open at once, and in ``WHOLE_MINUTES`` so many alerts and people
asked; pages open at once."""
WHOLE_MINUTES = 15
BRIEF_A_MINUTE = 4
"""Incidents that are opened beside those that stay open, and closed by people within minutes."""
PAGES_OF_ONE = 2


@dataclass(frozen=True)
class Size:
    """One load: so many at once, or in all of its ``minutes``."""

    minutes: float
    incidents: int
    alerts: int
    people: int
    pages: int
    brief: int

    @property
    def seconds(self) -> float:
        """How long it is kept up."""
        return 60 * self.minutes

    @property
    def viewers(self) -> int:
        """How many people the open pages belong to."""
        return ceil(self.pages / PAGES_OF_ONE)

    @property
    def problems(self) -> int:
        """How many different causes there are, each an incident of its own."""
        return self.incidents + self.brief


def size_of(minutes: float, scale: float) -> Size:
    """A load of ``scale`` times the whole one; a shorter one asks as much of each minute.

    Raises ``ValueError`` for what is no load.
    """
    if minutes < 1 or not 0 < scale <= 1:
        raise ValueError(
            f"minutes is {minutes:g}, scale is {scale:g}: right would be 1 or more, and up to 1"
        )
    share = scale * minutes / WHOLE_MINUTES
    return Size(
        minutes,
        max(2, round(INCIDENTS * scale)),
        max(60, round(ALERTS * share)),
        min(PEOPLE, max(10, round(PEOPLE * share))),
        max(4, round(PAGES * scale)),
        ceil(max(1.0, BRIEF_A_MINUTE * scale) * minutes),
    )
