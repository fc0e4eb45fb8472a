"""Did agents fall out of the phone system together? (E18)

Pure. A break, the end of a shift and a report that is known explain an absence; a phone system
that was not asked in between explains everything, so nothing is concluded then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitart.plan.schema import Agent
from kitart.rules.rosters import on_shift

MOST_BETWEEN_LOOKS = timedelta(seconds=150)
"""Looks come each minute, and one may not come; over a longer gap, that agents fell out together
can't be told."""
SHIFT_ENDS_SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class Looks:
    """Two looks at the phone system: who was live then, who is logged in now; moments in UTC,
    ``before`` is ``None`` for the first look."""

    before: datetime | None
    now: datetime
    live_then: frozenset[str]
    logged_in: frozenset[str]

    @property
    def comparable(self) -> bool:
        """Whether the second follows close enough on the first."""
        return self.before is not None and timedelta(0) < self.now - self.before <= (
            MOST_BETWEEN_LOOKS
        )


def dropped(looks: Looks, agents: Iterable[Agent], reported: Collection[str]) -> tuple[str, ...]:
    """The agents who are gone though nothing explains it, in the plan's order.

    Counted is who is on shift now and in five minutes, and is not reported (``reported``).
    """
    if not looks.comparable:
        return ()
    gone = looks.live_then - looks.logged_in - set(reported)
    return tuple(a.id for a in agents if a.id in gone and _stays(a, looks.now))


def at_once(gone: Collection[str], least: int) -> bool:
    """Whether so many are gone together that one cause is likely."""
    return len(gone) >= least


def _stays(agent: Agent, now: datetime) -> bool:
    return on_shift(agent, now) and on_shift(agent, now + SHIFT_ENDS_SOON)
