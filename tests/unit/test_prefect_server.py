"""Prefect's server, whose event loop never waits for a connection that waits for it."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kitart.clock import monotonic_s, sleep_s
from kitart.prefect_server import collected_aside

BUSY_MS = 3_000
ALREADY_S = 0.3


def within(seconds: float, came: Callable[[], object]) -> None:
    """A full look takes seconds in a large process on a busy machine: waited for, not guessed."""
    until_s = monotonic_s() + seconds
    while not came():
        assert monotonic_s() < until_s
        sleep_s(0.02)


class Cycle:
    def __init__(self, cursor: sqlite3.Cursor | None = None) -> None:
        self.me, self.cursor = self, cursor


class Locked:
    """A database with a holder of its lock, who is Python's main thread as Prefect's event loop
    is, a connection that waits for it in a thread, and a statement left over by that one."""

    def __init__(self, folder: Path) -> None:
        self.holder, self.waiter = (self._connect(folder) for _ in range(2))
        self.holder.execute("CREATE TABLE runs (state)")
        self.holder.execute("BEGIN IMMEDIATE")
        left_over = self.waiter.cursor()
        self.waiter.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            left_over.execute("INSERT INTO runs VALUES ('first')")
        self.waiter.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        Cycle(left_over)
        del left_over
        self._waiting = threading.Thread(target=self._insert)
        self.got_it = False

    def _connect(self, folder: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(
            folder / "prefect.db", check_same_thread=False, isolation_level=None
        )
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def _insert(self) -> None:
        with suppress(sqlite3.OperationalError):
            self.waiter.execute("INSERT INTO runs VALUES ('second')")
            self.got_it = True

    def wait(self) -> None:
        self._waiting.start()
        sleep_s(ALREADY_S)

    def let_go(self) -> None:
        self.holder.execute("COMMIT")
        self._waiting.join(10)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Locked]:
    gc.collect()
    gc.disable()
    yield Locked(tmp_path)
    gc.enable()


def test_a_collector_on_the_event_loop_waits_as_long_as_sqlite_does(locked: Locked) -> None:
    # Why there is anything to do at all. Once this fails, Python has mended it: see ADR 23.
    locked.wait()
    began_s = monotonic_s()
    gc.collect()
    assert monotonic_s() - began_s > 1.0
    locked.let_go()


@pytest.mark.covers("D21")
def test_with_the_collector_aside_the_event_loop_goes_on_and_lets_the_lock_go(
    locked: Locked,
) -> None:
    locked.wait()
    with collected_aside(young_every_s=0.05, all_every_s=0.1):
        sleep_s(0.5)  # the collector hangs by now
        began_s = monotonic_s()
        keep = [Cycle() for _ in range(20_000)]
        locked.let_go()
        assert monotonic_s() - began_s < 1.0
    assert locked.got_it
    del keep


@pytest.mark.parametrize("all_every_s", [0.1, 60], ids=["all of it", "what is young"])
def test_garbage_is_collected_and_afterwards_as_before(all_every_s: float) -> None:
    assert gc.isenabled()
    with collected_aside(young_every_s=0.02, all_every_s=all_every_s):
        assert not gc.isenabled()
        gone = weakref.ref(Cycle())
        within(60, lambda: gone() is None)
    assert gc.isenabled()


def test_what_was_at_work_at_a_later_look_through_all_is_found_when_it_is_garbage() -> None:
    assert not gc.get_freeze_count()
    with collected_aside(young_every_s=0.02, all_every_s=0.04):
        within(60, gc.get_freeze_count)  # the first look through all is over
        at_work = Cycle()
        gone = weakref.ref(at_work)
        looks = gc.get_stats()[2]["collections"]
        within(60, lambda: gc.get_stats()[2]["collections"] >= looks + 3)
        del at_work
        within(60, lambda: gone() is None)
    assert not gc.get_freeze_count()


def test_the_command_takes_what_prefects_own_takes() -> None:
    def said(*words: str) -> str:
        program = Path(sys.executable).with_name(words[0])
        done = subprocess.run(
            [program, *words[1:], "--help"], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert said("kitart", "prefect-server") == said("prefect", "server", "start")
