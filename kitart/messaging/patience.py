"""Waiting for a provider that asked for a pause, where a later message is as good (D15)."""

from __future__ import annotations

from collections.abc import Callable

from kitart.clock import monotonic_s, sleep_s

SLICE_S = 1.0
"""How often a waiting sender looks whether its message is still wanted."""


class Patience:
    """How long the sender of one message may wait for its provider, in real seconds.

    ``still_wanted`` says whether the message is to go out at all; it is asked after each wait and
    now and then during one. What can't wait, such as an alarm, has none: it takes another channel.
    """

    def __init__(self, limit_s: float, still_wanted: Callable[[], bool]) -> None:
        self.still_wanted = still_wanted
        self._until_s = monotonic_s() + limit_s

    def wait(self, seconds: float) -> bool:
        """Sleep for ``seconds``; whether the message may be tried then.

        ``False``, at once, where that is longer than the patience lasts; and as soon as the
        message is not wanted any more.
        """
        end_s = monotonic_s() + seconds
        if end_s > self._until_s:
            return False
        while (left_s := end_s - monotonic_s()) > 0:
            sleep_s(min(left_s, SLICE_S))
            if not self.still_wanted():
                return False
        return True
