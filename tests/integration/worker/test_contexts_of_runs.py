"""What hears of cancelled runs is shared by all, until it can hear no more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from kitart.worker import warm
from kitart.worker.warm import KitartWarmWorker, SharedContext


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
