"""What the worker has once for all runs: what hears of cancelled ones, and what it has read."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import BaseModel

from kitart.worker import warm
from kitart.worker.warm import KNOWN_FOR_S, KitartWarmWorker, SharedContext, known_for_a_while


class OwnContext:
    """Stands for a run's own context, which would open a socket to Prefect."""

    async def __aenter__(self) -> OwnContext:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None


def context_of(worker: KitartWarmWorker) -> Any:
    async def get() -> Any:
        async with worker._context() as runs:
            return runs

    return asyncio.run(get())


def test_after_prefect_was_away_too_long_later_runs_can_be_cancelled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warm, "FlowRunExecutorContext", OwnContext)
    worker = KitartWarmWorker("pool")
    shared = SharedContext()
    worker._runs = shared
    assert context_of(worker) is shared
    shared._logger = worker._logger  # as entering it would have it
    shared._handle_cancellation_observer_failure(set())
    assert isinstance(context_of(worker), OwnContext)
    assert isinstance(context_of(worker), OwnContext)


class Deployment(BaseModel):
    env: dict[str, str]


def test_a_deployment_is_read_again_after_a_while_and_what_one_run_adds_no_other_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s, reads, number = 0.0, count(), uuid4()

    async def read(_: UUID) -> Deployment:
        return Deployment(env={"READ": str(next(reads))})

    remembered = known_for_a_while(read)

    def asked() -> dict[str, str]:
        return asyncio.run(remembered(number)).env  # type: ignore[arg-type]

    monkeypatch.setattr(warm, "monotonic_s", lambda: now_s)
    asked()["OF"] = "one run"
    now_s = KNOWN_FOR_S - 0.1
    assert asked() == {"READ": "0"}
    now_s = KNOWN_FOR_S
    assert asked() == {"READ": "1"}


def test_a_deployment_that_could_not_be_read_is_not_remembered() -> None:
    answers = iter((ConnectionError("away"), Deployment(env={})))

    async def read(_: UUID) -> Deployment:
        if isinstance(answer := next(answers), Exception):
            raise answer
        return answer

    remembered, number = known_for_a_while(read), uuid4()
    with pytest.raises(ConnectionError):
        asyncio.run(remembered(number))  # type: ignore[arg-type]
    assert asyncio.run(remembered(number)).env == {}  # type: ignore[arg-type]
