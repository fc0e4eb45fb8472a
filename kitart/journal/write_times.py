"""How long this process's writes to the journal took, for whoever watches from outside."""

from __future__ import annotations

import threading
from dataclasses import dataclass

UP_TO_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
"""The last is the longest that SQLite waits for another writer."""


@dataclass(frozen=True)
class Taken:
    """All writes so far: how many took up to each of ``UP_TO_S`` (the last: longer), in all."""

    up_to: tuple[int, ...]
    seconds: float


class WriteTimes:
    """Counts writes by the time from the wish to write until the commit, in real seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = [0] * (len(UP_TO_S) + 1)
        self._seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one write."""
        place = sum(seconds > limit for limit in UP_TO_S)
        with self._lock:
            self._counts[place] += 1
            self._seconds += seconds

    def taken(self) -> Taken:
        """What was counted so far."""
        with self._lock:
            return Taken(tuple(self._counts), self._seconds)
