"""Open pages come for what is new in turn: all of them together cost a part of a core."""

from __future__ import annotations

import pytest

from kitart.gateway import pace
from kitart.gateway.pace import AT_ONCE_S, FIRST_GUESS_S, Pace


@pytest.fixture
def clock(monkeypatch) -> dict[str, float]:
    """The real clock and the thread's own, moved by hand."""
    at = {"now": 1000.0, "worked": 0.0}
    monkeypatch.setattr(pace, "monotonic_s", lambda: at["now"])
    monkeypatch.setattr(pace, "thread_cpu_s", lambda: at["worked"])
    return at


def make(turns: Pace, clock: dict[str, float], kind: str, cost_s: float) -> None:
    with turns.page(kind):
        clock["worked"] += cost_s
        clock["now"] += cost_s


def test_a_few_pages_come_at_once(clock) -> None:
    turns = Pace(0.15)
    make(turns, clock, "board", 0.1)
    assert [turns.turn_in_s("board") for _ in range(8)] == [0.0] * 8


def test_very_many_come_as_fast_as_a_part_of_a_core_can_make_them(clock) -> None:
    turns = Pace(0.15)
    make(turns, clock, "board", 0.1)
    waits = [turns.turn_in_s("board") for _ in range(200)]
    assert waits[-1] == pytest.approx(199 * 0.1 / 0.15 - AT_ONCE_S)
    assert waits == sorted(waits)


def test_who_comes_again_and_again_is_held_to_the_same_share(clock) -> None:
    turns = Pace(0.15)
    make(turns, clock, "board", 0.1)
    pages = 0
    begun = clock["now"]
    while clock["now"] < begun + 100:
        clock["now"] += turns.turn_in_s("board")
        pages += 1
    assert pages * 0.1 == pytest.approx(0.15 * (100 + AT_ONCE_S), rel=0.05)


def test_after_a_quiet_time_they_come_at_once_again(clock) -> None:
    turns = Pace(0.15)
    for _ in range(500):
        last = turns.turn_in_s("board")
    assert last > 10
    clock["now"] += last + AT_ONCE_S + FIRST_GUESS_S / 0.15
    assert turns.turn_in_s("board") == 0.0


def test_each_kind_costs_what_it_took_lately(clock) -> None:
    turns = Pace(0.15)
    for _ in range(100):
        make(turns, clock, "board", 0.2)
        make(turns, clock, "incident", 0.02)
    clock["now"] += 1000
    while turns.turn_in_s("board") == 0.0:
        pass
    after_a_board = turns.turn_in_s("incident")
    after_an_incident = turns.turn_in_s("incident")
    assert after_an_incident - after_a_board == pytest.approx(0.02 / 0.15, rel=0.01)


def test_on_a_machine_that_is_too_busy_they_come_later_still(clock) -> None:
    idle, busy = Pace(0.15), Pace(0.15)
    make(idle, clock, "board", 0.1)
    with busy.page("board"):
        clock["worked"] += 0.1
        clock["now"] += 1.0
    assert [turns.turn_in_s("board") for turns in (idle, busy) for _ in range(20)][19::20] == [
        pytest.approx(19 * 0.1 / 0.15 - AT_ONCE_S), pytest.approx(19 * 0.5 / 0.15 - AT_ONCE_S),
    ]  # fmt: skip
