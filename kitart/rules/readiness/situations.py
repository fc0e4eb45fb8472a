"""Who is there at each hour: the roster's answer, hour by hour, by the rules of cover (D9, D10).

Agents are bits of a whole number, so that "who of them is out" is one operation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitart.plan.hours import in_utc
from kitart.plan.schema import Plan
from kitart.rules.cover.availability import Availability
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.needs import needs
from kitart.rules.cover.presence import Presence, Standing

HOUR = timedelta(hours=1)
DAYS_AHEAD = 30
HOURS_AHEAD = DAYS_AHEAD * 24


@dataclass(frozen=True)
class Situation:
    """One hour with nobody out: seats needed by queue, who is at work, who could be called out,
    and whose two channels are too old to count on (test 8)."""

    needed: tuple[int, ...]
    live: int
    free: int
    doubtful: int


def hours_from(now: datetime, hours: int = HOURS_AHEAD) -> tuple[datetime, ...]:
    """The full hours (UTC) from the one that holds the aware ``now`` on."""
    first = in_utc(now).replace(minute=0, second=0, microsecond=0)
    return tuple(first + n * HOUR for n in range(hours))


def situations(plan: Plan, hours: Sequence[datetime]) -> Iterator[Situation]:
    """The situation at each of the moments: that of ``kitart cover propose`` with nobody out."""
    for at in hours:
        facts, presence = Facts(at), Presence(at)
        available = Availability(plan, facts, presence)
        live = free = doubtful = 0
        for place, agent in enumerate(plan.agents):
            if presence.of(agent) is Standing.SHIFT:
                live |= 1 << place
            elif available.failed(agent) is None:
                free |= 1 << place
                if not available.reachable(agent):
                    doubtful |= 1 << place
        needed = tuple(need.needed for need in needs(plan, facts, presence))
        yield Situation(needed, live, free, doubtful)
