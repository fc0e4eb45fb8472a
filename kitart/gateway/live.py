"""Telling open pages that the journal says something new: one watch a process, however many look.

A page learns only that there is news, and fetches what it shows: what a person may see is decided
in one place, and anew each time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from kitart.installation import Installation
from kitart.journal import at_a_glance

log = logging.getLogger(__name__)

# Technical limits, on real time.
LOOK_EVERY_S = 0.1
REST_S = 1.0
"""How long the watch rests when the journal can't be read."""
HEARTBEAT_S = 15.0
COME_BACK_AFTER_MS = 2000
MOST_LISTENERS = 200
MOST_OF_ONE = 12
"""So many pages may one person hold open; the next one looks now and then by itself."""


class _Listener:
    def __init__(self, person: str) -> None:
        self.person = person
        self.news = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # its loop has ended meanwhile
            self._loop.call_soon_threadsafe(self.news.set)


class Live:
    """The listeners of one gateway, and the thread that watches the journal while there are any."""

    def __init__(self, inst: Installation, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._inst = inst
        self._heartbeat_s = heartbeat_s
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._thread: threading.Thread | None = None
        self._pulse = ""
        self._ended = threading.Event()

    def room_for(self, person: str) -> bool:
        """Whether one more page of this person can be kept up to date this way now."""
        with self._lock:
            of_one = sum(each.person == person for each in self._listeners)
            return len(self._listeners) < MOST_LISTENERS and of_one < MOST_OF_ONE

    def _join(self, person: str) -> _Listener:
        listener = _Listener(person)
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="board-watch", daemon=True)
                self._thread.start()
        return listener

    async def news(self, person: str, still_signed_in: Callable[[], bool]) -> AsyncIterator[str]:
        """Server-sent events: ``pulse`` whenever it is another one, at first the present one;
        ``over`` and the end once the sign-in has ended; else a heartbeat."""
        said = ""
        listener = self._join(person)
        try:
            yield f"retry: {COME_BACK_AFTER_MS}\n\n"
            while not self._ended.is_set():
                try:
                    if not await run_in_threadpool(still_signed_in):
                        yield "event: over\ndata: signed out\n\n"
                        return
                    pulse = self._pulse or await run_in_threadpool(self._read)
                except Exception as error:
                    log.warning("the journal can't be read for a page: %s", error)
                    return  # the page comes back by itself, and looks meanwhile
                yield f"event: pulse\ndata: {pulse}\n\n" if pulse != said else ": still here\n\n"
                said = pulse
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.news.wait(), self._heartbeat_s)
                listener.news.clear()
        finally:
            self._leave(listener)

    def end(self) -> None:
        """Let all pages go: a server that stops would wait for them."""
        self._ended.set()
        self._wake_all()

    @property
    def listening(self) -> int:
        """How many pages listen."""
        with self._lock:
            return len(self._listeners)

    def _leave(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def _read(self) -> str:
        with self._inst.journal.read() as session:
            return pulse_of(session)

    def _watch(self) -> None:
        while self._goes_on():
            try:
                self._follow()
            except Exception as error:
                log.warning("the journal can't be watched for the board: %s", error)
                self._ended.wait(REST_S)

    def _follow(self) -> None:
        watch = self._inst.journal.watch()
        try:
            while self._goes_on():
                if watch.changed():
                    pulse = self._read()
                    if pulse != self._pulse:
                        self._pulse = pulse
                        self._wake_all()
                self._ended.wait(LOOK_EVERY_S)
        finally:
            watch.close()

    def _goes_on(self) -> bool:
        """Whether anybody listens; the thread that hears no is over, the next page begins one."""
        with self._lock:
            if self._listeners and not self._ended.is_set():
                return True
            if self._thread is threading.current_thread():
                self._thread = None
                self._pulse = ""
            return False

    def _wake_all(self) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            listener.wake()


def pulse_of(session: Session) -> str:
    """A short text that is another one whenever pages about incidents would change."""
    found: tuple[Any, ...] = at_a_glance.pulse(session)
    return hashlib.sha256(repr(found).encode()).hexdigest()[:12]
