"""Telling many people at once: the one place where sending runs side by side.

What matters most is handed in first: the jobs begin in the order in which they are given.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from kitart.connectors.http import AT_ONCE
from kitart.journal.database import LeaseLost

T = TypeVar("T")

FEWEST = 4
"""Fewer people are told one after another: it takes no longer than anybody notices, and the record
then has them in the plan's order."""
MOST_NAMED = 5
"""How many failures are named beside the first: a thousand of one cause say no more."""

log = logging.getLogger(__name__)


class _Outcome(Generic[T]):
    """What a job returned, or how it failed."""

    def __init__(self, value: T | None = None, failure: Exception | None = None) -> None:
        self.value = value
        self.failure = failure


def side_by_side(jobs: Sequence[Callable[[], T]]) -> list[T]:
    """Do all jobs, at most ``AT_ONCE`` at the same moment, and return what they returned, in order.

    Fewer than ``FEWEST`` are done one after another in this thread. A job that fails keeps none
    of the others from being done; only a lost lease does: then no further one begins, and
    ``LeaseLost`` is raised. Else the first failure is raised when all are done, with the others
    as its notes.
    """
    lost = threading.Event()

    def outcome(job: Callable[[], T]) -> _Outcome[T]:
        if lost.is_set():
            return _Outcome(failure=LeaseLost("not begun: another run drives the incident now"))
        try:
            return _Outcome(job())
        except LeaseLost as error:
            lost.set()
            return _Outcome(failure=error)
        except Exception as error:
            # Raised below, when the others have been told too.
            return _Outcome(failure=error)

    if len(jobs) < FEWEST:
        done = [outcome(job) for job in jobs]
    else:
        with ThreadPoolExecutor(min(AT_ONCE, len(jobs)), thread_name_prefix="telling") as pool:
            done = list(pool.map(outcome, jobs))
    failures = [one.failure for one in done if one.failure is not None]
    if failures:
        raise _foremost(failures)
    return [one.value for one in done]  # type: ignore[misc]


def _foremost(failures: list[Exception]) -> Exception:
    """The failure to raise: a lost lease before all others, for who sees it must stop."""
    lost = [failure for failure in failures if isinstance(failure, LeaseLost)]
    if lost:
        return lost[0]
    first, *others = failures
    for other in others[:MOST_NAMED]:
        log.error("telling several people at once: %s: %s", type(other).__name__, other)
        first.add_note(f"and {type(other).__name__}: {other}")
    if len(others) > MOST_NAMED:
        first.add_note(f"and {len(others) - MOST_NAMED} failures more")
    return first
