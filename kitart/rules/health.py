"""What our looks of each minute conclude: is a system down, or is it our own line? Pure.

A look says up, down or that it can't tell. Only looks that failed open an incident, never a
single one; what could not be told opens and ends nothing (E34, R43).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from kitart.rules.system_state import Look

LONGEST_GAP = timedelta(minutes=5)
"""Looks further apart than this belong to two outages: nobody saw what was between."""
FEWEST_FOR_OUR_LINE = 3
"""Without hosts to compare with, so many systems must fail together before our line is suspected:
two of them may well share a cause (E44)."""


def outage_since(
    looks: Sequence[Look], *, down_looks: int, of_looks: int, closed_at: datetime | None = None
) -> datetime | None:
    """When the outage that the looks show began, or ``None`` while they show none.

    ``looks`` come oldest first. Down is a system whose last look failed, and ``down_looks`` among
    the last ``of_looks``; it began with the first of the failed looks in a row. Looks up to
    ``closed_at``, the end of its last incident, belong to that one.
    """
    looks = _without_gaps([look for look in looks if closed_at is None or look.at > closed_at])
    if not looks or looks[-1].state != "down":
        return None
    start = max(0, len(looks) - of_looks)
    failed = [n for n in range(start, len(looks)) if looks[n].state == "down"]
    if len(failed) < down_looks:
        return None
    first = failed[0]
    while first and looks[first - 1].state == "down":
        first -= 1
    return looks[first].at


def _without_gaps(looks: Sequence[Look]) -> Sequence[Look]:
    for n in range(len(looks) - 1, 0, -1):
        if looks[n].at - looks[n - 1].at > LONGEST_GAP:
            return looks[n:]
    return looks


def own_line_suspected(states: Mapping[str, str], references: Collection[bool]) -> bool:
    """Whether what fails is rather our own line than the systems.

    ``states`` are the looks of one round by system, ``references`` whether each host that has
    nothing to do with them answers. Where there are some, they alone decide.
    """
    if "down" not in states.values():
        return False
    if references:
        return not any(references)
    return len(states) >= FEWEST_FOR_OUR_LINE and "up" not in states.values()
