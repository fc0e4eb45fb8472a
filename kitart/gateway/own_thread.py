"""What the gateway does beside its requests, each in a thread of its own, until it is stopped."""

from __future__ import annotations

import contextvars
import threading

STOP_LIMIT_S = 5
"""Real seconds for which the end of a round is waited for: what is on its way has limits too."""


class OwnThread:
    """Goes on from ``start`` to ``stop``; what it does in between is ``_run``."""

    def __init__(self, name: str) -> None:
        self._stop = threading.Event()
        # Prefect's settings belong to a context: the thread sees those of who made it.
        context = contextvars.copy_context()
        self._thread = threading.Thread(
            target=lambda: context.run(self._run), name=name, daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is on its way is not waited for longer than its limit."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_LIMIT_S)

    def _run(self) -> None:
        """Goes on until ``_stop`` is set, and outlives whatever fails in it."""
        raise AssertionError("each says what it does")
