"""Ending on a signal as on an error: every ``with`` block is left in order."""

from __future__ import annotations

import signal
from types import FrameType


class Stopped(BaseException):
    """Somebody asked us to end; ``number`` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


def stop_on_signals() -> None:
    """Raise ``Stopped`` on the first Ctrl-C, SIGTERM or SIGHUP; ending is not disturbed by more."""

    def stop(number: int, _frame: FrameType | None) -> None:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for number in ENDING:
        signal.signal(number, stop)


ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
