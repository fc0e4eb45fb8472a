"""Ends every process that bears a mark once the one who started the keeper is gone.

``python -m sandbox.keeper MARK`` waits for the end of its standard input. It imports nothing of
ours that is heavy, so that it is there at once.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from kitart.clock import monotonic_s, sleep_s

MARK = "KITART_STACK"
PATIENCE_S = 2.0


def marked(mark: str) -> list[int]:
    """The processes whose environment bears the mark."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return [pid for pid in found if pid != os.getpid()]


def end_all(mark: str) -> None:
    """Ask all that bear the mark to end, then make them."""
    _signal(marked(mark), signal.SIGTERM)
    until = monotonic_s() + PATIENCE_S
    while marked(mark) and monotonic_s() < until:
        sleep_s(0.05)
    while left := marked(mark):
        _signal(left, signal.SIGKILL)
        sleep_s(0.05)


def _signal(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def main() -> None:
    """Wait for the end, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_all(sys.argv[1])


if __name__ == "__main__":
    main()
