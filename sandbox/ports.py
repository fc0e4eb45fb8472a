"""Loopback ports for processes that are started later: the preferred one, or a free one."""

from __future__ import annotations

import random
import socket
import sys
from contextlib import suppress

HOST = "127.0.0.1"
QUIET = range(20_000, 32_000)
"""Ports that no system gives to outgoing connections: none takes one between choice and use."""


class Ports:
    """Chooses ports, and keeps other stacks of this machine off them until ``release``."""

    def __init__(self) -> None:
        self._claims: list[socket.socket] = []
        self.notes: list[str] = []

    def choose(self, what: str, preferred: int) -> int:
        """``preferred``, or a free port, said in ``notes``, when it is taken (0: any free one)."""
        if preferred and _free(preferred) and self._claim(preferred):
            return preferred
        for _ in range(50):
            port = random.choice(QUIET)
            if _free(port) and self._claim(port):
                if preferred:
                    self.notes.append(f"Port {preferred} is taken: {what} listens on {port}.")
                return port
        raise OSError(f"no free loopback port was found for {what}")

    def release(self) -> None:
        """Let others have the ports."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()

    def _claim(self, port: int) -> bool:
        """Whether no other stack has chosen the port and is still on its way to listening."""
        if sys.platform != "linux":
            return True
        # An abstract socket is a name that its holder gives up when it ends, however it ends.
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0kitart-port-{port}")
        except OSError:
            claim.close()
            return False
        self._claims.append(claim)
        return True


def _free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a port whose last connections are still fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((HOST, port))
            probe.listen(1)
            return True
    return False
