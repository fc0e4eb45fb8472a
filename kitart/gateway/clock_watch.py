"""Is the clock of this machine set while we work? Each deadline goes by it (D2, D21)."""

from __future__ import annotations

import logging
from datetime import timedelta

from kitart.clock import monotonic_s, real_now
from kitart.gateway.own_thread import OwnThread
from kitart.installation import Installation
from kitart.messaging.clock_set import Step, tell_that_clock_was_set

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
LEAST = timedelta(seconds=5)
"""Of real time. A clock that is kept right goes by less; deadlines are minutes."""


class ClockWatch(OwnThread):
    """Holds the clock against one that never jumps, in a thread of its own."""

    def __init__(self, inst: Installation) -> None:
        super().__init__("clock-watch")
        self._inst = inst
        self._real, self._monotonic_s = real_now(), monotonic_s()
        self._untold: list[Step] = []

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception:
                log.exception("that the clock was set can't be told; tried again")

    def look(self) -> None:
        """Compare the two, and tell of a step; one that could not be told is told in the next look.

        Raises what the journal raises.
        """
        real, steady_s = real_now(), monotonic_s()
        expected = self._real + timedelta(seconds=steady_s - self._monotonic_s)
        self._real, self._monotonic_s = real, steady_s
        if abs(real - expected) >= LEAST:
            step = Step(self._inst.clock.at(expected), self._inst.clock.at(real))
            log.warning("the clock was set: it would have shown %s and shows %s", expected, real)
            self._untold.append(step)
        while self._untold:
            tell_that_clock_was_set(self._inst, self._untold[0])
            del self._untold[0]
