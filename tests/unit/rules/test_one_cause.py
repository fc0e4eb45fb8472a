"""Do two reports of agents who can't work speak of one cause? (E4, E5, E33)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.one_cause import Told, one_cause

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WINDOW = timedelta(minutes=60)
WHATS = ("power", "internet", "device", "health", "other", "")

reports = st.builds(
    Told,
    agent=st.sampled_from(["AG-001", "AG-002", "AG-003", "AG-004"]),
    area=st.sampled_from(["HU-PE", "PL-24", "ES-GA"]),
    what=st.sampled_from(WHATS),
    at=st.integers(-200, 200).map(lambda minutes: AT + timedelta(minutes=minutes)),
)


def told(agent: str = "AG-001", area: str = "HU-PE", what: str = "power", after: int = 0) -> Told:
    return Told(agent, area, what, AT + timedelta(minutes=after))


@pytest.mark.covers("E4", "E33")
@pytest.mark.parametrize(
    ("new", "joined"),
    [
        (told("AG-002"), True),
        (told("AG-002", what="internet"), True),
        (told("AG-002", what=""), True),
        (told("AG-002", after=600), True),  # the same region, however late
        (told("AG-002", "PL-24", after=60), True),
        (told("AG-002", "PL-24", after=61), False),
        (told("AG-002", what="device"), False),
        (told("AG-002", what="health"), False),
        (told("AG-001", "PL-24", "device", after=600), True),  # the same agent again
    ],
)
def test_what_joins_a_power_cut(new: Told, joined: bool) -> None:
    assert one_cause(new, [told()], WINDOW) is joined


@pytest.mark.covers("E5")
@pytest.mark.parametrize("what", ["device", "health"])
def test_what_hits_one_agent_joins_nobody_in_the_same_minute_and_place(what: str) -> None:
    assert not one_cause(told("AG-002", what=what), [told(what=what)], WINDOW)


def test_nobody_known_is_joined_by_nobody() -> None:
    assert not one_cause(told(), [], WINDOW)


@pytest.mark.covers("E33")
@given(reports, reports)
def test_two_reports_belong_together_whichever_comes_first(one: Told, other: Told) -> None:
    assert one_cause(one, [other], WINDOW) == one_cause(other, [one], WINDOW)


@given(reports, st.lists(reports, max_size=6), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_answer(
    new: Told, known: list[Told], chance: object
) -> None:
    said = one_cause(new, known, WINDOW)
    chance.shuffle(known)  # type: ignore[attr-defined]
    assert one_cause(new, known, WINDOW) is said
    assert one_cause(new, known, WINDOW) is said


@given(reports, st.lists(reports, max_size=4), reports)
def test_one_report_more_never_takes_apart(new: Told, known: list[Told], more: Told) -> None:
    assert one_cause(new, [*known, more], WINDOW) >= one_cause(new, known, WINDOW)
