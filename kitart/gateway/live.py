"""Telling open pages that the journal says something new: one watch a process, however many look.

A page learns only that there is news, and fetches what it shows: what a person may see is decided
in one place, and anew each time. It hears of what it shows alone, and when it is its turn.
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

from kitart.clock import monotonic_s
from kitart.gateway.pace import Pace
from kitart.installation import Installation
from kitart.journal.pulses import Pulses, pulses

log = logging.getLogger(__name__)

# Technical limits, on real time.
LOOK_EVERY_S = 0.1
RESTS_TIMES = 9
"""A look that took long is followed by a rest of so many times as long."""
REST_S = 1.0
"""How long the watch rests when the journal can't be read."""
HEARTBEAT_S = 15.0
COME_BACK_AFTER_MS = 2000
MOST_LISTENERS = 500
MOST_OF_ONE = 12
"""So many pages may one person hold open; the next one looks now and then by itself."""
NAP_S = 0.5
"""A page that waits for its turn looks so often whether the gateway stops."""
BOARD, INCIDENT = "board", "incident"
"""What kinds of pages there are, which cost differently."""


class _Known:
    """How the journal stands: what each page is told, and how many sign-ins have ended."""

    def __init__(self, found: Pulses) -> None:
        self._board = _short(found.board)
        self._of = {number: _short(value) for number, value in found.of.items()}
        self.ended = found.ended

    def pulse(self, number: str | None) -> str:
        """For an incident's page, or for the board's; for one that is closed as for the board."""
        return self._board if number is None else self._of.get(number, self._board)


class _Listener:
    def __init__(self, person: str, number: str | None) -> None:
        self.person, self.number = person, number
        self.kind = BOARD if number is None else INCIDENT
        self.said = ""
        self.ended = -1
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
        self._known: _Known | None = None
        self.pace = Pace()
        self._ended = threading.Event()

    def room_for(self, person: str) -> bool:
        """Whether one more page of this person can be kept up to date this way now."""
        with self._lock:
            of_one = sum(each.person == person for each in self._listeners)
            return len(self._listeners) < MOST_LISTENERS and of_one < MOST_OF_ONE

    def _join(self, person: str, number: str | None) -> _Listener:
        listener = _Listener(person, number)
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="board-watch", daemon=True)
                self._thread.start()
        return listener

    async def news(
        self, person: str, still_signed_in: Callable[[], bool], number: str | None = None
    ) -> AsyncIterator[str]:
        """Server-sent events: ``pulse`` whenever it is another one, at first the present one;
        ``over`` and the end once the sign-in has ended; else a heartbeat. With ``number`` for the
        page of that incident, else for the board."""
        listener = self._join(person, number)
        try:
            yield f"retry: {COME_BACK_AFTER_MS}\n\n"
            while not self._ended.is_set():
                try:
                    if not await run_in_threadpool(still_signed_in):
                        yield "event: over\ndata: signed out\n\n"
                        return
                    known = self._known
                    if known is None:
                        known = await run_in_threadpool(self._read)
                except Exception as error:
                    log.warning("the journal can't be read for a page: %s", error)
                    return  # the page comes back by itself, and looks meanwhile
                pulse = known.pulse(number)
                new, listener.ended = pulse != listener.said, known.ended
                yield f"event: pulse\ndata: {pulse}\n\n" if new else ": still here\n\n"
                listener.said = pulse
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.news.wait(), self._heartbeat_s)
                await self._turn(listener)
        finally:
            self._leave(listener)

    async def _turn(self, listener: _Listener) -> None:
        """Wait until it is the turn of a page that has news; an ended sign-in waits for none."""
        listener.news.clear()
        if self._concerns(listener):
            until_s = monotonic_s() + self.pace.turn_in_s(listener.kind)
            while not self._ended.is_set() and not self._signed_out(listener):
                rest_s = until_s - monotonic_s()
                if rest_s <= 0:
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.news.wait(), min(rest_s, NAP_S))
                listener.news.clear()

    def end(self) -> None:
        """Let all pages go: a server that stops would wait for them."""
        self._ended.set()
        self._wake(lambda _: True)

    @property
    def listening(self) -> int:
        """How many pages listen."""
        with self._lock:
            return len(self._listeners)

    def _leave(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def _read(self) -> _Known:
        with self._inst.journal.read() as session:
            return _Known(pulses(session))

    def _concerns(self, listener: _Listener) -> bool:
        """Whether the page would show something else than it heard of last."""
        known = self._known
        return known is not None and known.pulse(listener.number) != listener.said

    def _signed_out(self, listener: _Listener) -> bool:
        """Whether a sign-in has ended, maybe this one, since it was last looked at."""
        known = self._known
        return known is not None and known.ended != listener.ended

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
                begun_s = monotonic_s()
                if watch.changed():
                    self._known = self._read()
                    self._wake(lambda each: self._concerns(each) or self._signed_out(each))
                took_s = monotonic_s() - begun_s
                self._ended.wait(max(LOOK_EVERY_S, RESTS_TIMES * took_s))
        finally:
            watch.close()

    def _goes_on(self) -> bool:
        """Whether anybody listens; the thread that hears no is over, the next page begins one."""
        with self._lock:
            if self._listeners and not self._ended.is_set():
                return True
            if self._thread is threading.current_thread():
                self._thread = None
                self._known = None
            return False

    def _wake(self, whom: Callable[[_Listener], bool]) -> None:
        with self._lock:
            listeners = list(self._listeners)
        for listener in listeners:
            if whom(listener):
                listener.wake()


def pulse_of(session: Session, number: str | None = None) -> str:
    """A short text that is another one whenever the page of an incident, or the board, would
    change."""
    return _short(pulses(session).for_page(number))


def _short(value: tuple[Any, ...]) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]
