"""Runs that somebody suspends in Prefect: one watch for all of them, and a signal to each.

By itself each run would watch for its own: a thread, an event loop and a socket to Prefect's
server, which would look at every event once for every run that waits.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import anyio
import prefect.flow_engine
from prefect._flow_run_suspension import mark_flow_run_suspension_requested
from prefect._internal.observers import FlowRunSuspendingObserver
from prefect.client.schemas.objects import State
from prefect.states import Suspended

log = logging.getLogger(__name__)
SUSPENDED = signal.SIGUSR1
"""What the worker sends to the process of a run that was suspended."""
WATCHED_ANEW_AFTER_S = 10.0


class Suspensions:
    """In the worker: tells each run's process when its run is suspended."""

    def __init__(self) -> None:
        self._processes: dict[UUID, int] = {}
        self._observer: FlowRunSuspendingObserver | None = None

    async def watch(self) -> None:
        """Watch until cancelled; anew when the watch has given up."""
        while True:
            try:
                await self._watch_once()
            except Exception as error:
                # Whatever Prefect's client raises: incidents go on, this can wait.
                log.warning("suspended runs can't be watched: %s; tried again", error)
            await anyio.sleep(WATCHED_ANEW_AFTER_S)

    async def _watch_once(self) -> None:
        failed = anyio.Event()
        watch = FlowRunSuspendingObserver(self._tell, on_failure=lambda _: failed.set())
        async with watch as self._observer:
            try:
                for run in tuple(self._processes):
                    # Asks for the state too: one may have been suspended meanwhile.
                    await self._observer.watch_flow_run_id(run)
                await failed.wait()
            finally:
                self._observer = None

    @contextmanager
    def of(self, run: UUID, process: int) -> Iterator[None]:
        """Watch for a run that has just been started in this process, until the block ends."""
        self._processes[run] = process
        if self._observer is not None:
            self._observer.add_in_flight_flow_run_id(run)
        try:
            yield
        finally:
            del self._processes[run]
            if self._observer is not None:
                self._observer.remove_in_flight_flow_run_id(run)

    def _tell(self, flow_run_id: UUID, state: State) -> None:
        if flow_run_id in self._processes:
            with suppress(ProcessLookupError):
                os.kill(self._processes[flow_run_id], SUSPENDED)


def leave_it_to_the_worker() -> None:
    """Before runs are forked: no run watches for itself, and none is ended by the signal before it
    hears it."""
    signal.signal(SUSPENDED, signal.SIG_IGN)
    prefect.flow_engine.observe_flow_run_suspension = _watched_by_the_worker  # type: ignore[attr-defined]


def hear(run: UUID) -> None:
    """In a run's process: on the signal it ends at its next step, as Prefect has it."""

    def mark() -> None:
        mark_flow_run_suspension_requested(run, Suspended())

    def suspended(*_: Any) -> None:
        # Not here: the lock that it takes may be the interrupted code's.
        threading.Thread(target=mark, name="suspended", daemon=True).start()

    signal.signal(SUSPENDED, suspended)


@contextmanager
def _watched_by_the_worker(*_: Any, **__: Any) -> Iterator[None]:
    yield
