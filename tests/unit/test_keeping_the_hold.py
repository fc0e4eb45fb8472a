"""A run keeps its hold whatever its steps and strands are at, and loses it when it is stuck."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from flows import holding
from flows.holding import keep_hold
from kitart.clock import sleep_s
from kitart.journal.database import LeaseLost

LEASE: Any = "the lease"


class Renewals:
    """Counts them; ``lost`` another run has the incident."""

    def __init__(self) -> None:
        self.lost = False
        self.times = 0

    def renew(self, _session: Any, lease: Any, **_at: Any) -> None:
        assert lease == LEASE
        if self.lost:
            raise LeaseLost("INC-0001 is driven by another run")
        self.times += 1


@pytest.fixture
def renewals(monkeypatch: pytest.MonkeyPatch) -> Renewals:
    made = Renewals()
    monkeypatch.setattr(holding.incidents, "LEASE_RENEWAL_S", 0.01)
    monkeypatch.setattr(holding, "SEEN_EVERY_S", 0.02)
    monkeypatch.setattr(holding.incidents, "renew_lease", made.renew)
    return made


def installation() -> Any:
    @contextmanager
    def write(**_how: Any) -> Iterator[None]:
        yield None

    return SimpleNamespace(journal=SimpleNamespace(write=write))


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not what():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def kept(renewals: Renewals) -> AsyncIterator[asyncio.Task[None]]:
    """A hold that was renewed once at least; it ends with the block."""
    keeping = asyncio.create_task(keep_hold(installation(), LEASE))
    await until(lambda: renewals.times >= 1)
    try:
        yield keeping
    finally:
        keeping.cancel()
        await asyncio.wait({keeping})


@pytest.mark.covers("D21")
def test_it_is_renewed_while_all_threads_of_steps_wait(renewals: Renewals) -> None:
    async def story() -> None:
        go_on = threading.Event()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        stuck = asyncio.create_task(asyncio.to_thread(go_on.wait, 10))
        keeping = asyncio.create_task(keep_hold(installation(), LEASE))
        try:
            await until(lambda: renewals.times >= 3)
        finally:
            go_on.set()
            keeping.cancel()
            await stuck

    asyncio.run(story())


@pytest.mark.covers("D21")
def test_it_is_renewed_while_a_strand_has_the_loop_for_long(renewals: Renewals) -> None:
    async def story() -> None:
        async with kept(renewals):
            before = renewals.times
            sleep_s(0.5)  # as one that works out the cover of thousands
            assert renewals.times > before + 3

    asyncio.run(story())


@pytest.mark.covers("D21")
def test_a_run_whose_strands_never_have_a_turn_lets_it_lapse(
    renewals: Renewals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "STUCK_AFTER_S", 0.2)

    async def story() -> None:
        async with kept(renewals):
            sleep_s(0.4)
            stuck = renewals.times
            sleep_s(0.3)
            assert renewals.times == stuck
            await until(lambda: renewals.times > stuck)  # it was not stuck after all

    asyncio.run(story())


@pytest.mark.covers("D15")
def test_that_another_run_has_it_ends_the_run(renewals: Renewals) -> None:
    async def story() -> None:
        async with kept(renewals) as keeping:
            renewals.lost = True
            async with asyncio.timeout(5):
                with pytest.raises(LeaseLost):
                    await keeping

    asyncio.run(story())


def test_once_it_has_ended_nothing_is_renewed_any_more(renewals: Renewals) -> None:
    async def story() -> None:
        async with kept(renewals):
            pass
        ended = renewals.times
        await asyncio.sleep(0.1)
        assert renewals.times == ended

    asyncio.run(story())
