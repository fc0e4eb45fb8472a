"""What several threads write about one thing goes into one transaction, and fails alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from kitart.journal.together import AT_ONCE, Together, nothing

LIMIT_S = 10.0


class Transactions:
    """Counts what was written in each transaction; the first waits until it is let go."""

    def __init__(self) -> None:
        self.written: list[list[Any]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.away = False

    @contextmanager
    def __call__(self) -> Iterator[Any]:
        session: list[Any] = []
        first = not self.begun.is_set()
        self.begun.set()
        if first:
            assert self.go_on.wait(LIMIT_S)
        yield session
        if self.away:
            raise OperationalError("commit", {}, Exception("the server is away"))
        self.written.append(session)


def adds(value: Any) -> Any:
    def write(session: Any) -> Any:
        session.append(value)
        return value

    return write


def all_waiting(together: Together, count: int) -> None:
    limit = threading.Event()
    for _ in range(200):
        if len(together._waiting) == count:
            return
        limit.wait(0.05)
    raise AssertionError(f"{len(together._waiting)} wait, not {count}")


@pytest.fixture
def transactions() -> Transactions:
    return Transactions()


def begin(transactions: Transactions, writes: list[Any], then: Any = nothing) -> list[Any]:
    """One writes, the others come meanwhile; what became of each."""
    together = Together(transactions)  # type: ignore[arg-type]
    with ThreadPoolExecutor(len(writes)) as pool:
        first = pool.submit(together.write, writes[0], then)
        assert transactions.begun.wait(LIMIT_S)
        others = [pool.submit(together.write, write, then) for write in writes[1:]]
        all_waiting(together, len(others))
        transactions.go_on.set()
        return [each.exception(LIMIT_S) or each.result() for each in (first, *others)]


def test_who_comes_while_one_writes_is_written_with_all_others_who_wait(
    transactions: Transactions,
) -> None:
    found = begin(transactions, [adds(n) for n in range(6)])
    assert found == list(range(6))
    assert [sorted(each) for each in transactions.written] == [[0], [1, 2, 3, 4, 5]]


def test_a_transaction_takes_so_many_and_no_more(transactions: Transactions) -> None:
    found = begin(transactions, [adds(n) for n in range(AT_ONCE + 10)])
    assert found == list(range(AT_ONCE + 10))
    assert [len(each) for each in transactions.written] == [1, AT_ONCE, 9]


def test_one_that_fails_fails_alone(transactions: Transactions) -> None:
    def broken(_session: Any) -> None:
        raise ValueError("this one alone")

    found = begin(transactions, [adds(0), adds(1), broken, adds(3)])
    assert [found[0], found[1], found[3]] == [0, 1, 3]
    assert isinstance(found[2], ValueError)
    assert sorted(n for each in transactions.written for n in each) == [0, 1, 3]


def test_what_comes_last_comes_after_all_that_is_written_together(
    transactions: Transactions,
) -> None:
    def entered(session: Any, value: Any) -> None:
        session.append(f"entered {value}")

    found = begin(transactions, [adds(n) for n in range(4)], entered)
    assert found == list(range(4))
    alone, together = transactions.written
    assert alone == [0, "entered 0"]
    assert sorted(together[:3]) == [1, 2, 3]
    assert together[3:] == [f"entered {n}" for n in together[:3]]


def test_where_the_database_is_away_nobody_waits_for_one_try_each(
    transactions: Transactions,
) -> None:
    transactions.away = True
    found = begin(transactions, [adds(n) for n in range(4)])
    assert all(isinstance(each, OperationalError) for each in found)
    assert transactions.written == []


def test_who_writes_alone_waits_for_nobody(transactions: Transactions) -> None:
    transactions.go_on.set()
    together = Together(transactions)  # type: ignore[arg-type]
    assert [together.write(adds(n)) for n in range(3)] == [0, 1, 2]
    assert transactions.written == [[0], [1], [2]]


def test_what_each_says_ahead_is_said_before_any_of_them_writes(
    transactions: Transactions,
) -> None:
    together = Together(transactions)  # type: ignore[arg-type]
    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(together.write, adds(0), nothing, adds("ahead"))]
        assert transactions.begun.wait(LIMIT_S)
        writing += [pool.submit(together.write, adds(n), nothing, adds("ahead")) for n in (1, 2)]
        all_waiting(together, 2)
        transactions.go_on.set()
        assert [each.result(LIMIT_S) for each in writing] == [0, 1, 2]
    alone, both = transactions.written
    assert alone == ["ahead", 0]
    assert both[:2] == ["ahead", "ahead"]
    assert sorted(both[2:]) == [1, 2]
