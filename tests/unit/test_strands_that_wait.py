"""Strands wait on one look at the journal and the clock for all of them, and ask only for cause."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from flows import driving
from flows.driving import Drive
from kitart.clock import HandClock

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Asked:
    """A question to the journal that counts how often it is put."""

    def __init__(self) -> None:
        self.times = 0
        self.answer: str | None = None

    def __call__(self, _session: Any) -> str | None:
        self.times += 1
        return self.answer


class Journal:
    """One that counts its transactions."""

    opened = 0

    @contextmanager
    def read(self) -> Iterator[None]:
        self.opened += 1
        yield None

    def ask(self, question: Callable[[Any], Any]) -> Any:
        with self.read() as session:
            return question(session)


def a_drive(clock: HandClock) -> Drive:
    inst: Any = SimpleNamespace(clock=clock, journal=Journal())
    lease: Any = SimpleNamespace(incident="INC-0001")
    plan: Any = None
    return Drive(inst, lease, plan)


def told(drive: Drive, *, written: bool = False) -> bool:
    drive.writes += written
    return drive.wake(written=written)


def played(story: Callable[[Drive, HandClock], Coroutine[Any, Any, None]]) -> None:
    clock = HandClock(T0)
    asyncio.run(story(a_drive(clock), clock))


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_question_is_put_once_and_then_after_writes_alone() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        asked = Asked()
        waits = asyncio.create_task(drive.until(asked, by=T0 + timedelta(hours=1)))
        await turn()
        for _ in range(20):  # looks that find nothing
            clock.advance(seconds=1)
            assert not told(drive)
            await turn()
        assert asked.times == 1
        asked.answer = "yes"
        assert told(drive, written=True)
        assert await waits == "yes"
        assert asked.times == 2

    played(story)


def test_all_questions_of_one_look_are_put_in_one_transaction() -> None:
    async def story(drive: Drive, _clock: HandClock) -> None:
        questions = [Asked() for _ in range(5)]
        waits = [asyncio.create_task(drive.until(asked)) for asked in questions]
        await turn()
        before = drive.inst.journal.opened  # type: ignore[attr-defined]
        questions[3].answer = "yes"
        assert told(drive, written=True)
        assert await waits[3] == "yes"
        assert drive.inst.journal.opened == before + 1  # type: ignore[attr-defined]
        assert [asked.times for asked in questions] == [2] * 5
        assert [wait.done() for wait in waits] == [False] * 3 + [True, False]
        for wait in waits:
            wait.cancel()

    played(story)


def test_all_questions_of_one_look_are_put_at_one_moment() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        moments: list[datetime] = []

        def asked(_session: Any) -> None:
            clock.advance(seconds=1)
            moments.append(drive.now)

        waits = [asyncio.create_task(drive.until(asked)) for _ in range(3)]
        await turn()
        moments.clear()
        told(drive, written=True)
        assert len(set(moments)) == 1
        assert drive.now == moments[0] + timedelta(seconds=3), "and then time goes on"
        for wait in waits:
            wait.cancel()

    played(story)


def test_after_a_look_that_took_long_a_run_rests_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that most of its time is left for the steps, where thousands write about an incident."""
    rested: list[float] = []
    passed = iter([0.0, 0.002, 10.0, 10.2, 20.0, 25.0])

    class Ended(Exception):
        pass

    async def rest(seconds: float) -> None:
        rested.append(seconds)
        if len(rested) == 3:
            raise Ended

    async def never_told(*_given: Any) -> None:
        return None

    monkeypatch.setattr(driving, "monotonic_s", lambda: next(passed))
    monkeypatch.setattr(driving.asyncio, "sleep", rest)
    monkeypatch.setattr(driving, "_rest", never_told)
    watch: Any = SimpleNamespace(changed=lambda: True)

    async def story(drive: Drive, _clock: HandClock) -> None:
        with pytest.raises(Ended):
            await driving._listen(drive, watch)

    played(story)
    assert rested == [pytest.approx(0.006), pytest.approx(0.6), driving.LONGEST_REST_S]


def test_a_question_that_fails_is_its_own_strands_trouble_alone() -> None:
    async def story(drive: Drive, _clock: HandClock) -> None:
        class Fails(Asked):
            def __call__(self, session: Any) -> str | None:
                super().__call__(session)
                if self.times > 1:
                    raise LookupError("as asked")
                return None

        sound = [Asked() for _ in range(4)]
        fails = asyncio.create_task(drive.until(Fails()))
        waits = [asyncio.create_task(drive.until(asked)) for asked in sound]
        await turn()
        for asked in sound:
            asked.answer = "yes"
        told(drive, written=True)
        assert await asyncio.gather(*waits) == ["yes"] * 4
        with pytest.raises(LookupError, match="as asked"):
            await fails

    played(story)


def test_a_wait_ends_at_its_moment_and_asks_once_more() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        asked = Asked()
        waits = asyncio.create_task(drive.until(asked, by=T0 + timedelta(minutes=5)))
        await turn()
        assert drive.next_moment == T0 + timedelta(minutes=5)
        clock.advance(minutes=5)
        assert told(drive)
        assert await waits is None
        assert asked.times == 2, "what was written before the moment counts"
        assert drive.next_moment is None

    played(story)


def test_who_waits_for_a_moment_alone_is_not_woken_by_writes() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        waits = asyncio.create_task(drive.sleep_until(T0 + timedelta(minutes=1)))
        await turn()
        assert not told(drive, written=True)
        clock.advance(minutes=1)
        assert told(drive)
        await waits

    played(story)


def test_a_clock_that_is_set_back_ends_no_wait_too_early() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        moment = T0 + timedelta(minutes=1)
        waits = asyncio.create_task(drive.sleep_until(moment))
        await turn()
        clock.move_to(moment)
        told(drive)
        clock.move_to(T0)  # before the strand had its turn
        await turn()
        assert not waits.done()
        clock.move_to(moment)
        told(drive)
        await waits

    played(story)


def test_a_strand_that_is_ended_waits_no_more() -> None:
    async def story(drive: Drive, clock: HandClock) -> None:
        waits = asyncio.create_task(drive.until(Asked()))
        await turn()
        waits.cancel()
        await turn()
        assert not told(drive, written=True)

    played(story)
