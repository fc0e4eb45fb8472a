"""The weakest hours, the worst first: which queue, when, what would be left, and why (D27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitart.rules.readiness.outlook import NOBODY, Outlook
from kitart.rules.readiness.recurring import Recurring, recurring
from kitart.rules.readiness.scenarios import Kind

WEAK_FROM = "3"
"""English only, or nobody: the hours that are listed."""


@dataclass(frozen=True)
class Weak:
    """Hours of a queue in which no better than ``level`` would hold. ``causes``: the scenarios that
    each bring it there; "nobody" alone where the roster itself leaves the seats empty."""

    queue: str
    level: int
    causes: tuple[str, ...]
    when: Recurring[tuple[str, tuple[str, ...]]]


def weakest(
    found: Outlook, zone: str, kinds: Sequence[str] = (Kind.NOBODY, Kind.AREA)
) -> list[Weak]:
    """All weak hours under scenarios of these kinds, by the clock of ``zone``.

    First by level, then those that nothing needs to fail for, then the most hours.
    """
    weak = [
        Weak(queue, int(each.mark[0]), each.mark[1], each)
        for queue in found.queues
        for each in recurring(_marks(found, queue, kinds), found.first, zone)
    ]
    return sorted(weak, key=lambda w: (-w.level, w.causes != (NOBODY,), -w.when.hours, w.queue))


def only(found: Outlook, chosen: str) -> tuple[tuple[str, ...], Outlook]:
    """The kinds of scenario to take the worst of, and the outlook with only what is ``chosen``: a
    scenario ("area:HU-05", "nobody"), or a kind for any one of them ("area")."""
    kind, _, code = chosen.partition(":")
    if kind == NOBODY:
        return (Kind.NOBODY,), found
    if not code:
        return (Kind.NOBODY, kind), found
    levels = {key: found.levels[key] for key in (NOBODY, chosen)}
    return (Kind.NOBODY, kind), Outlook(found.first, found.hours, found.queues, levels)


def causes(
    found: Outlook, queue: str, place: int, letter: str, kinds: Sequence[str]
) -> tuple[str, ...]:
    """The scenarios under which a queue's hour has this letter; "nobody" stands alone."""
    if found.of(NOBODY, queue)[place] == letter:
        return (NOBODY,)
    return tuple(
        key
        for key, levels in found.levels.items()
        if key.partition(":")[0] in kinds and queue in levels and levels[queue][place] == letter
    )


def _marks(
    found: Outlook, queue: str, kinds: Sequence[str]
) -> list[tuple[str, tuple[str, ...]] | None]:
    return [
        (letter, causes(found, queue, place, letter, kinds)) if letter >= WEAK_FROM else None
        for place, letter in enumerate(found.worst(queue, kinds))
    ]
