"""What the doctor finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Weight = Literal["stops", "hinders", "note"]
ORDER: dict[Weight, int] = {"stops": 0, "hinders": 1, "note": 2}
"""``stops``: alarms, plans or answers stand still. ``hinders``: something comes late or is about to
fail. ``note``: nothing has to be done tonight."""
MOST_NAMED = 6


@dataclass(frozen=True)
class Finding:
    """One thing: what, since when, what it means for people, and what to type.

    ``since`` is real or of the plan's clock as ``code`` has it, ``for_s`` how long by that clock;
    both ``None`` where nobody knows.
    """

    code: str
    weight: Weight
    what: str
    means: str
    do: tuple[str, ...]
    since: datetime | None = None
    for_s: float | None = None


def seconds(since: datetime | None, now: datetime) -> float | None:
    """How long something lasts; ``now`` by the same clock."""
    return None if since is None else max(0.0, (now - since).total_seconds())


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """By weight, and of one weight in the order in which they were looked for."""
    return sorted(findings, key=lambda each: ORDER[each.weight])


def is_wrong(finding: Finding) -> bool:
    """Whether somebody has to do something."""
    return finding.weight != "note"


def listed(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, word: str) -> str:
    """``1 message``, ``2 messages``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def long(seconds: float) -> str:
    """``40 s``, ``12 min``, ``3 h``, ``2 days``."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 120 * 60:
        return f"{seconds // 60:.0f} min"
    return f"{seconds // 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds // 86400:.0f} days"
