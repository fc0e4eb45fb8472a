"""The matching fills the most seats there can be, at the least cost."""

from __future__ import annotations

from collections import Counter
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.cover.matching import Cost, matched

QUEUES, AGENTS = ("A", "B", "C"), ("1", "2", "3", "4", "5")
COSTS = st.tuples(st.integers(0, 2), st.integers(0, 3))


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[str, list[Cost]], dict[str, dict[str, Cost]]]:
    seats = {q: sorted(draw(st.lists(COSTS, max_size=2))) for q in QUEUES}
    offers = {q: draw(st.dictionaries(st.sampled_from(AGENTS), COSTS)) for q in QUEUES}
    return seats, offers


def worth(
    found: dict[str, str], seats: dict[str, list[Cost]], offers: dict[str, dict[str, Cost]]
) -> tuple[int, Cost]:
    """How many seats stay empty of those filled at best, and the sum of the costs."""
    costs = [offers[queue][agent] for agent, queue in found.items()]
    for queue, filled in Counter(found.values()).items():
        costs += seats[queue][:filled]
    return -len(found), tuple(map(sum, zip((0, 0), *costs, strict=True)))


def every_way(
    seats: dict[str, list[Cost]], offers: dict[str, dict[str, Cost]]
) -> list[dict[str, str]]:
    ways = []
    for picked in product((None, *QUEUES), repeat=len(AGENTS)):
        found = {a: q for a, q in zip(AGENTS, picked, strict=True) if q is not None}
        filled = Counter(found.values())
        if all(a in offers[q] for a, q in found.items()) and all(
            filled[q] <= len(seats[q]) for q in filled
        ):
            ways.append(found)
    return ways


@given(problems())
def test_no_other_way_fills_more_seats_or_as_many_at_less_cost(
    problem: tuple[dict[str, list[Cost]], dict[str, dict[str, Cost]]],
) -> None:
    seats, offers = problem
    found = matched(seats, offers)
    ways = every_way(seats, offers)
    assert found in ways
    assert worth(found, seats, offers) == min(worth(way, seats, offers) for way in ways)


@given(problems(), st.randoms())
def test_the_order_of_the_inputs_changes_nothing(
    problem: tuple[dict[str, list[Cost]], dict[str, dict[str, Cost]]], random: Random
) -> None:
    seats, offers = problem

    def mixed(values: dict[str, object]) -> dict[str, object]:
        keys = list(values)
        random.shuffle(keys)
        return {key: values[key] for key in keys}

    again = {queue: mixed(agents) for queue, agents in mixed(offers).items()}
    assert matched(mixed(seats), again) == matched(seats, offers)


@pytest.mark.covers("E1")
def test_who_alone_can_serve_one_queue_is_not_spent_on_another() -> None:
    """The polyglot is the cheaper choice for A, and the only one for B."""
    seats = {"A": [(0,)], "B": [(0,)]}
    offers = {"A": {"polyglot": (0,), "other": (5,)}, "B": {"polyglot": (3,)}}
    assert matched(seats, offers) == {"polyglot": "B", "other": "A"}


def test_a_queue_may_gain_the_better_agent_when_another_loses_more() -> None:
    """Why the level of one queue may fall with one more agent out, and the incident's can't.

    The first place of a cost is how many answer already, the second the rung.
    """
    seats: dict[str, list[Cost]] = {"A": [(0, 0)], "B": [(1, 0)]}
    offers: dict[str, dict[str, Cost]] = {
        "A": {"native": (0, 0), "other": (0, 1)},
        "B": {"native": (0, 0)},
    }
    assert matched(seats, offers) == {"other": "A", "native": "B"}
    seats["C"], offers["C"] = [(0, 0)], {"other": (0, 0)}  # empty now, and only "other" can help
    assert matched(seats, offers) == {"other": "C", "native": "A"}
