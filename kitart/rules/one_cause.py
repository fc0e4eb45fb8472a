"""Do two reports of agents who can't work speak of one cause? (E4, E5, E33)

Pure. A machine only guesses here: people may take apart what it put together.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDE = frozenset({"power", "internet"})
"""What can hit many homes at once."""
NOT_SAID = frozenset({"", "other"})


@dataclass(frozen=True)
class Told:
    """What a report says that bears on its cause; ``at`` is when it began (UTC)."""

    agent: str
    area: str
    what: str
    at: datetime


def one_cause(new: Told, known: Iterable[Told], window: timedelta) -> bool:
    """Whether a new report belongs to the incident that ``known`` made.

    The same agent again; the same region and a cause that fits; or, within ``window`` of any of
    them, a power cut or lost internet wherever it is, since grids and networks cross borders. A
    broken computer or an illness hits one agent and joins nobody.
    """
    return any(_belongs(new, each, window) for each in known)


def _belongs(new: Told, other: Told, window: timedelta) -> bool:
    if new.agent == other.agent:
        return True
    if not (_may_be_wide(new.what) and _may_be_wide(other.what)):
        return False
    # A power cut takes the internet with it, and what nobody has said may be either.
    return new.area == other.area or abs(new.at - other.at) <= window


def _may_be_wide(what: str) -> bool:
    return what in WIDE or what in NOT_SAID
