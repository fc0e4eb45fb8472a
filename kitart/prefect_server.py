"""Prefect's own server, whose garbage is collected beside its event loop and not on it.

On SQLite Prefect gives each connection a thread. A statement that found the database locked stays
behind in a cycle of references: error, traceback, cursor. Whoever collects it has to wait until
its connection is free, and that connection may itself be waiting, for up to a minute, for a lock
whose holder goes on only when the event loop does. Where Python happens to collect on the event
loop, Prefect answers nobody for that minute: no run begins, no answer is taken. See ADR 23.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from kitart.settings import keep_slots_of_looks_on_disk

YOUNG_EVERY_S = 1.0
ALL_EVERY_S = 60.0
YOUNG, ALL = 1, 2
"""Generations of Python's collector."""


@contextmanager
def collected_aside(
    young_every_s: float = YOUNG_EVERY_S, all_every_s: float = ALL_EVERY_S
) -> Iterator[None]:
    """Until the block ends, garbage is collected by a thread of its own: what is young each
    ``young_every_s`` seconds, all of it each ``all_every_s``."""
    ended, freezing = threading.Event(), threading.Lock()

    def collect() -> None:
        since_all_s, first = 0.0, True
        while not ended.wait(young_every_s):
            since_all_s += young_every_s
            if since_all_s < all_every_s:
                gc.collect(YOUNG)
                continue
            gc.collect(ALL)
            since_all_s = 0.0
            if first:
                # What the start made stays, and to look through it each time holds everybody up.
                # Once only: what is at work at any other time would be garbage that nobody finds.
                with freezing:
                    if not ended.is_set():
                        gc.freeze()
                first = False

    before = gc.isenabled()
    gc.disable()
    thread = threading.Thread(target=collect, name="collects garbage", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with freezing:
            ended.set()
            gc.unfreeze()
        thread.join(young_every_s)
        if before:
            gc.enable()


def serve(arguments: Sequence[str]) -> None:
    """``prefect server start`` with these arguments, in this process, until it is ended; raises
    ``SystemExit`` as that does."""
    keep_slots_of_looks_on_disk()
    # Prefect reads its command from here.
    sys.argv = ["prefect", "server", "start", *arguments]
    with collected_aside():
        from prefect.cli import app

        app()
