"""Many jobs side by side: all are done, in order begun, and no failure hides another."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from kitart.connectors.http import AT_ONCE
from kitart.journal.database import LeaseLost
from kitart.messaging.patience import Patience
from kitart.messaging.side_by_side import FEWEST, side_by_side

COUNTS = [0, 1, FEWEST - 1, FEWEST, 5 * AT_ONCE]


@pytest.mark.parametrize("count", COUNTS)
def test_all_are_done_and_answer_in_order(count: int) -> None:
    assert side_by_side([partial(str, n) for n in range(count)]) == [str(n) for n in range(count)]


def test_few_are_done_one_after_another_by_the_one_who_asks() -> None:
    names = side_by_side([threading.current_thread] * (FEWEST - 1))
    assert set(names) == {threading.current_thread()}


def test_many_are_on_their_way_at_once_but_no_more_than_may_be() -> None:
    meeting = threading.Barrier(AT_ONCE, timeout=20)
    lock, now, most = threading.Lock(), [0], [0]

    def job() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        meeting.wait()
        with lock:
            now[0] -= 1

    side_by_side([job] * (3 * AT_ONCE))
    assert most == [AT_ONCE]


@pytest.mark.parametrize("count", [FEWEST - 1, 2 * AT_ONCE])
def test_a_failure_keeps_nobody_from_being_told_and_hides_no_other(count: int) -> None:
    told: list[int] = []

    def job(n: int) -> None:
        if n in (0, 2):
            raise ValueError(f"job {n}")
        told.append(n)

    with pytest.raises(ValueError, match="job 0") as caught:
        side_by_side([partial(job, n) for n in range(count)])
    assert caught.value.__notes__ == ["and ValueError: job 2"]
    assert sorted(told) == sorted(set(range(count)) - {0, 2})


@pytest.mark.parametrize("count", [FEWEST - 1, 10 * AT_ONCE])
def test_a_lost_lease_goes_before_other_failures_and_ends_it(count: int) -> None:
    begun: list[int] = []
    lost = threading.Event()

    def job(n: int) -> None:
        begun.append(n)
        if n == 0:
            raise ValueError("another failure")
        if n == 1:
            lost.set()
            raise LeaseLost("taken over")
        lost.wait(20)

    with pytest.raises(LeaseLost, match="taken over"):
        side_by_side([partial(job, n) for n in range(count)])
    assert len(begun) < count


def test_patience_ends_at_its_limit_or_when_nothing_is_wanted() -> None:
    wanted = [True]
    patience = Patience(5.0, lambda: wanted[0])
    assert patience.wait(0)
    assert patience.wait(0.01)
    assert not patience.wait(6.0)
    wanted[0] = False
    assert not patience.wait(0.01)
