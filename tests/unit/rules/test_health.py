"""When looks of each minute show an outage, and when it is our own line (R43, E34)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.health import LONGEST_GAP, outage_since, own_line_suspected
from kitart.rules.system_state import Look

pytestmark = pytest.mark.covers("R43", "E34")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WORDS = {"u": "up", "d": "down", "?": "unknown"}


def looks(states: str, every: timedelta = MINUTE) -> list[Look]:
    return [Look(START + n * every, WORDS[state]) for n, state in enumerate(states)]


def since(states: str, **known: object) -> int | None:
    """The place of the look that an outage began with."""
    found = outage_since(looks(states), down_looks=2, of_looks=3, **known)  # type: ignore[arg-type]
    return None if found is None else round((found - START) / MINUTE)


@pytest.mark.parametrize(
    ("states", "begins"),
    [
        ("", None),
        ("uuuu", None),
        ("uuud", None),
        ("uudd", 2),
        ("udud", 1),
        ("ud?d", 1),
        ("uddu", None),
        ("udd?", None),
        ("u??????", None),
        ("d???d", None),
        ("uudddddddd", 2),
    ],
)
def test_two_of_the_last_three_looks_failed_and_the_last_one_did(
    states: str, begins: int | None
) -> None:
    assert since(states) == begins


@given(st.text(alphabet="u?", max_size=30), st.text(alphabet="u?", max_size=30))
def test_a_single_lost_look_never_opens(before: str, after: str) -> None:
    states = f"{before}d{after}"
    assert all(since(states[:n]) is None for n in range(len(states) + 1))


@given(st.text(alphabet="ud?", max_size=60))
def test_what_can_not_be_told_alone_opens_nothing(states: str) -> None:
    for n in range(1, len(states) + 1):
        if states[n - 1] != "d":
            assert since(states[:n]) is None


@given(st.text(alphabet="ud?", max_size=80))
def test_every_outage_of_two_looks_is_found_at_the_second_with_its_true_start(states: str) -> None:
    place = 0
    for state, group in groupby(states):
        length = len(list(group))
        if state == "d" and length >= 2:
            begins = since(states[: place + 2])
            assert begins is not None
            # The failed looks in a row; earlier only where the window held a failed look before.
            assert place - 1 <= begins <= place or states[begins] == "d"
            assert begins >= place - 2 or "u" not in states[begins:place]
        place += length


@given(st.text(alphabet="ud?", min_size=1, max_size=40))
def test_an_outage_always_begins_with_a_failed_look(states: str) -> None:
    begins = since(states)
    assert begins is None or states[begins] == "d"


def test_two_lost_looks_with_hours_between_them_are_no_outage() -> None:
    far = [Look(START, "down"), Look(START + LONGEST_GAP + MINUTE, "down")]
    near = [Look(START, "down"), Look(START + LONGEST_GAP, "down")]
    assert outage_since(far, down_looks=2, of_looks=3) is None
    assert outage_since(near, down_looks=2, of_looks=3) == START


def test_looks_up_to_the_end_of_the_last_incident_belong_to_that_one() -> None:
    closed_at = START + 3 * MINUTE
    assert since("uuuud", closed_at=closed_at) is None
    assert since("udduuudd", closed_at=closed_at) == 6
    assert since("uuddd", closed_at=closed_at) is None


def test_the_company_sets_how_many_looks_must_fail() -> None:
    found = looks("uddd")
    assert outage_since(found, down_looks=4, of_looks=5) is None
    assert outage_since(found, down_looks=3, of_looks=5) == START + MINUTE


@pytest.mark.parametrize(
    ("states", "references", "ours"),
    [
        ({"A": "down"}, [], False),
        ({"A": "down", "B": "down"}, [], False),
        ({"A": "down", "B": "down", "C": "unknown"}, [], True),
        ({"A": "down", "B": "down", "C": "up"}, [], False),
        ({"A": "down"}, [False, False], True),
        ({"A": "down", "B": "down", "C": "down"}, [False, True], False),
        ({"A": "up", "B": "unknown", "C": "unknown"}, [False], False),
        ({}, [False], False),
    ],
)
def test_our_own_line_is_suspected_where_nothing_else_answers(
    states: dict[str, str], references: list[bool], ours: bool
) -> None:
    assert own_line_suspected(states, references) is ours
