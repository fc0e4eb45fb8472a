"""What a verification found: each with its place, so that somebody can go and look."""

from __future__ import annotations

from dataclasses import dataclass

CHANGED, REMOVED, ADDED, REORDERED = "changed", "removed", "added", "reordered"
UNTRUE = "does not agree"
"""Unchanged since it was signed, and yet it says something else than the chain."""
WRONG_SIGNATURE, WRONG_KEY = "wrongly signed", "signed with another key"


@dataclass(frozen=True)
class Finding:
    """``place`` is a file of the pack; ``entry`` the number of an entry, where it is about one."""

    place: str
    what: str
    detail: str = ""
    entry: int | None = None

    def __str__(self) -> str:
        entry = f", entry {self.entry}" if self.entry is not None else ""
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.place}{entry}: {self.what}{detail}"
