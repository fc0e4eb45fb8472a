"""Whether a watch on the journal hears of a write."""

from __future__ import annotations

from kitart.clock import monotonic_s, sleep_s
from kitart.journal.database import JournalWatch


def heard(watch: JournalWatch, within_s: float = 10) -> bool:
    """Whether there is news, with the time that a notice may take."""
    until = monotonic_s() + within_s
    while monotonic_s() < until:
        if watch.changed():
            return True
        sleep_s(0.01)
    return False
