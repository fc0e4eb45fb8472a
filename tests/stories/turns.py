"""One thing at a time: threads and tasks of a whole installation, in an order that a seed draws.

Everything runs in one thread of the system, on one event loop whose time stands still while
anything is at work and jumps to the next thing due when nothing is. What production does in a
thread is a strand here: a greenlet that gives up its turn before each transaction, after each that
wrote, and around each call to the outside, for a random while. So two strands meet in every order
that two threads could, at the places where threads meet, and one seed gives one order.

A process is what a crash takes: its strands never have another turn, no ``finally`` of theirs runs,
and what they had not committed is not there. A transaction is one turn, which is what SQLite's one
writer makes of it.
"""

from __future__ import annotations

import asyncio
import contextvars
import selectors
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import count
from random import Random
from typing import Any, TypeVar

import greenlet

T = TypeVar("T")


class Stuck(Exception):
    """Nothing is left that could ever happen."""


class Died(BaseException):
    """What a strand of a dead process meets if it is ever given a turn again: at the end alone."""


@dataclass(eq=False)
class Process:
    """One process of the installation; ``dead`` once it crashed."""

    name: str
    dead: bool = False
    ended: bool = False
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    kept: list[Callable[[], object]] = field(default_factory=list)
    """The turns that it was due when it crashed."""
    together: dict[str, Any] = field(default_factory=dict)
    """What its strands write in one transaction: no other process knows of it."""


OUTSIDE = Process("outside")
PROCESS: contextvars.ContextVar[Process] = contextvars.ContextVar("process", default=OUTSIDE)


class _Task(asyncio.Task):  # type: ignore[type-arg]
    """A task whose place in a set does not depend on where it lies in memory."""

    _numbers = count()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._number = next(self._numbers)
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._number


class _NoFiles(selectors.SelectSelector):
    """Waits for nothing but the time, which it moves on."""

    loop: Loop

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing is left that could happen")
        self.loop.now_s += max(0.0, timeout)
        return []


class Loop(asyncio.SelectorEventLoop):
    """An event loop in a time of its own, from which a dead process gets no turn."""

    def __init__(self) -> None:
        self.now_s = 0.0
        selector = _NoFiles()
        super().__init__(selector)
        selector.loop = self
        self.set_task_factory(lambda loop, coro, **more: _Task(coro, loop=loop, **more))

    def time(self) -> float:
        return self.now_s

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:
        context = contextvars.copy_context() if context is None else context
        process = context.get(PROCESS, OUTSIDE)
        again = partial(self.call_soon, callback, *args, context=context)
        return super().call_soon(_if_alive, process, again, callback, *args, context=context)

    def call_at(self, when: Any, callback: Any, *args: Any, context: Any = None) -> Any:
        context = contextvars.copy_context() if context is None else context
        process = context.get(PROCESS, OUTSIDE)
        again = partial(self.call_soon, callback, *args, context=context)
        return super().call_at(when, _if_alive, process, again, callback, *args, context=context)


def _if_alive(process: Process, again: Callable[[], object], callback: Any, *args: Any) -> None:
    if process.dead:
        process.kept.append(again)
    else:
        callback(*args)


class Turns:
    """Who goes on when; ``rng`` draws all of it. ``at_turn`` hears of each place where a strand
    gives up its turn, and may end the strand's process there."""

    LONGEST_PAUSE_S = 0.02

    def __init__(self, rng: Random, start: datetime) -> None:
        self.rng = rng
        self.start = start
        self.loop = Loop()
        self.writing = 0
        self.outside = Process("outside")
        """The world, the people and the story itself."""
        self.at_turn: Callable[[str, Process], None] = lambda _place, _process: None
        self._napping: dict[asyncio.Future[None], Process] = {}

    def now(self) -> datetime:
        """The time, in UTC: the plan's clock and real time are one here."""
        return self.start + timedelta(seconds=round(self.loop.now_s, 6))

    # --- strands -----------------------------------------------------------------------------

    def in_world(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a coroutine that belongs to no process of ours."""
        return self.in_process(self.outside, work)

    def in_process(self, process: Process, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a coroutine as a part of a process."""
        context = contextvars.Context()
        context.run(PROCESS.set, process)
        task = self.loop.create_task(work, context=context)
        process.tasks.append(task)
        return task

    async def thread(self, work: Callable[[], T]) -> T:
        """What ``asyncio.to_thread`` is: the strand goes on though nobody waits for it any more."""
        process = PROCESS.get()
        task = self.loop.create_task(self._stranded(work))
        process.tasks.append(task)
        return await asyncio.shield(task)

    async def _stranded(self, work: Callable[[], T]) -> T:
        strand = greenlet.greenlet(contextvars.copy_context().run)
        given: Any = strand.switch(work)
        while not strand.dead:
            try:
                answer = await given
            except BaseException as error:
                given = strand.throw(error)
            else:
                given = strand.switch(answer)
        return given  # type: ignore[no-any-return]

    def wait_for(self, coming: Awaitable[T]) -> T:
        """In a strand: give up the turn until something has come."""
        parent = greenlet.getcurrent().parent
        assert parent is not None, "only a strand can wait"
        return parent.switch(coming)  # type: ignore[no-any-return]

    @staticmethod
    def in_strand() -> bool:
        """Whether this is a strand, which can give up its turn; else it is the loop itself."""
        return greenlet.getcurrent().parent is not None

    def turn(self, place: str, within_s: float = LONGEST_PAUSE_S) -> None:
        """A place where others may come first; also where a crash may come."""
        if self.writing or not self.in_strand():
            return
        self.pause(self.rng.random() * within_s)
        process = PROCESS.get()
        self.at_turn(place, process)
        if process.dead:
            self.wait_for(self.loop.create_future())  # for ever

    def pause(self, seconds: float) -> None:
        """Real time goes by for a strand, in a call to the outside or a technical pause."""
        if self.in_strand() and not self.writing:
            self.wait_for(asyncio.sleep(max(0.0, seconds)))

    # --- who naps until something is written ---------------------------------------------------

    async def nap(self, until_s: float | None, at_most_s: float) -> None:
        """Until something may have changed, a moment has come, or for so long."""
        woken = self.loop.create_future()
        self._napping[woken] = PROCESS.get()
        length_s = at_most_s if until_s is None else min(at_most_s, until_s)
        timer = self.loop.call_later(length_s, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()
            self._napping.pop(woken, None)

    def stir(self) -> None:
        """Something may have changed: whoever naps looks within a twentieth of a second."""
        for woken, process in list(self._napping.items()):
            del self._napping[woken]
            context = contextvars.Context()
            context.run(PROCESS.set, process)
            self.loop.call_later(self.rng.random() * 0.05, _wake, woken, context=context)

    # --- the end -----------------------------------------------------------------------------

    def crash(self, process: Process) -> None:
        """End a process where it stands."""
        process.dead = True

    async def bury(self, processes: Iterable[Process]) -> None:
        """At the end: have every coroutine and greenlet closed in order, so that none is closed at
        a time of the garbage collector's choice. The journal takes nothing of it (``Died``)."""
        self.loop.set_exception_handler(lambda _loop, _about: None)
        for process in processes:
            process.dead = False
            for task in process.tasks:
                task.cancel()
            for again in process.kept:
                again()
            for _ in range(50):
                left = [task for task in process.tasks if not task.done()]
                if not left:
                    break
                await asyncio.wait(left, timeout=1)
                for task in left:
                    task.cancel()


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


class StrandLock:
    """A lock between strands: who finds it taken gives up its turn until it is free."""

    turns: Turns

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    def __enter__(self) -> None:
        while self._taken:
            free = self.turns.loop.create_future()
            self._waiting.append(free)
            self.turns.wait_for(free)
        self._taken = True

    def __exit__(self, *_raised: object) -> None:
        self._taken = False
        if self._waiting:
            _wake(self._waiting.popleft())


class StrandPool(Executor):
    """A ``ThreadPoolExecutor`` whose threads are strands of whichever process hands work in."""

    turns: Turns

    def __init__(self, max_workers: int = 1, thread_name_prefix: str = "") -> None:
        self._room = asyncio.Semaphore(max_workers)
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        work = self._do(partial(fn, *args, **kwargs), done)
        process = PROCESS.get()
        process.tasks.append(self.turns.loop.create_task(work))
        return done

    async def _do(self, work: Callable[[], Any], done: Future[Any]) -> None:
        async with self._room:
            try:
                result = await self.turns._stranded(work)
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(result)

    def map(self, fn: Any, *lists: Any, timeout: Any = None, chunksize: int = 1) -> Iterator[Any]:
        coming = [self.submit(fn, *each) for each in zip(*lists, strict=True)]
        for each in coming:
            yield self.turns.wait_for(asyncio.wrap_future(each, loop=self.turns.loop))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._closed = True


class _Datetime(datetime):
    """``datetime`` whose ``now`` is the story's."""

    turns: Turns

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return cls.turns.now()


class _Time:
    """What ``kitart.clock`` uses of ``time``."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    def monotonic(self) -> float:
        return self._turns.loop.now_s

    def sleep(self, seconds: float) -> None:
        self._turns.pause(seconds)


@contextmanager
def time_of(turns: Turns) -> Iterator[None]:
    """Have ``kitart.clock``, the one place that reads the time, read the story's."""
    from kitart import clock

    real = clock.datetime, clock.time
    _Datetime.turns = StrandPool.turns = StrandLock.turns = turns
    clock.datetime, clock.time = _Datetime, _Time(turns)  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        clock.datetime, clock.time = real  # type: ignore[misc]
