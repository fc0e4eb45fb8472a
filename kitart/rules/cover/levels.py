"""The cover level of a queue, of several, and how many of those at work are out (A6-A8, A10)."""

from __future__ import annotations

from collections.abc import Iterable

from kitart.rules.cover.rungs import LEVELS, Rung


def level_of(rungs: Iterable[Rung], uncovered: int) -> int | None:
    """The level of a queue whose empty seats are filled from ``rungs``: the worst in use.

    A level follows from exhausted cover, not from head counts (A6, A7, A8): with ``uncovered``
    seats left it is 4, for one agent as for all. ``None`` while nothing is short, or agents who
    move fill every seat: that is before level 1.
    """
    return highest(
        [*(LEVELS[rung] for rung in rungs), LEVELS[Rung.VOICEMAIL] if uncovered else None]
    )


def highest(levels: Iterable[int | None]) -> int | None:
    """The level of a project by its queues, of an incident by its projects: the worst of them."""
    return max((level for level in levels if level is not None), default=None)


def most_are_out(out: int, rostered: int, share: float) -> bool:
    """Whether more than ``share`` of the agents on shift now are out (A10, R36).

    A head count for the record: level 4 is reached by exhausted cover alone (E16).
    """
    return rostered > 0 and out / rostered > share
