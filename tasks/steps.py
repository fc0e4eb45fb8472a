"""How every step is a Prefect task: nothing cached, retried only for what may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from kitart.connectors.errors import ConnectorError
from kitart.journal.database import went_away

P = ParamSpec("P")
T = TypeVar("T")

RETRY_AFTER_S = [1.0, 3.0, 10.0]


def step(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function a step with this name in the Prefect UI.

    A step may be run again at any time: it looks in the journal first. It is retried after 1, 3
    and 10 seconds when an outside system failed in a way that may pass, or the journal's server
    went away in the middle.
    """

    def make(function: Callable[P, T]) -> Callable[P, T]:
        return task(
            name=name,
            cache_policy=NO_CACHE,
            retries=len(RETRY_AFTER_S),
            retry_delay_seconds=RETRY_AFTER_S,
            retry_condition_fn=_may_pass,
        )(function)

    return make


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    failure = state.result(raise_on_failure=False)
    if isinstance(failure, ConnectorError):
        return not failure.permanent
    return isinstance(failure, BaseException) and went_away(failure)
