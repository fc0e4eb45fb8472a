"""How soon open pages fetch what is new: each in its turn, so that all of them together never take
the gateway from alerts and answers.

A page costs processor time, and in a storm something is new several times a second. So each page
is told when it is its turn: a few at once, very many as fast as a part of a core can make them. On
a machine that is busy with more than it can do, where each page takes many times its own work,
pages come still later: alerts and answers go before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from kitart.clock import monotonic_s, thread_cpu_s

SHARE = 0.15
"""The part of a core that is for pages that bring themselves up to date."""
WAITS_TIMES = 2
"""A page that takes more than so many times its own work, the rest being waiting, counts for as
much more."""
AT_ONCE_S = 5.0
"""After a quiet time so many seconds' worth of pages may come at once."""
FIRST_GUESS_S = 0.03
LEARNS = 0.1


class Pace:
    """Gives out turns in one thread; what a page cost may be told from any."""

    def __init__(self, share: float = SHARE) -> None:
        self._share = share
        self._cost_s: dict[str, float] = {}
        self._next_at_s = 0.0

    def turn_in_s(self, kind: str) -> float:
        """Take a turn for one page of a kind: in how many seconds it is."""
        now_s = monotonic_s()
        at_s = max(self._next_at_s, now_s - AT_ONCE_S)
        self._next_at_s = at_s + self._cost_s.get(kind, FIRST_GUESS_S) / self._share
        return max(0.0, at_s - now_s)

    @contextlib.contextmanager
    def page(self, kind: str) -> Iterator[None]:
        """A page of a kind is made in the block, by this thread: what it costs is remembered."""
        worked_s, begun_s = thread_cpu_s(), monotonic_s()
        yield
        worked_s = thread_cpu_s() - worked_s
        took_s = max(worked_s, (monotonic_s() - begun_s) / WAITS_TIMES)
        known_s = self._cost_s.get(kind, took_s)
        self._cost_s[kind] = known_s + LEARNS * (took_s - known_s)
