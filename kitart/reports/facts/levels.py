"""Which cover level is in force, from the changes on record (A12)."""

from __future__ import annotations

from collections.abc import Sequence

from kitart.reports.facts.record import LevelChange


def in_force(changes: Sequence[LevelChange]) -> int | None:
    """The worst level that is in force now for any project of ``changes``; ``None`` for none."""
    last: dict[str | None, int] = {}
    for change in sorted(changes, key=lambda each: each.at):
        last[change.project_id] = change.level
    return max((level for level in last.values() if level), default=None)
