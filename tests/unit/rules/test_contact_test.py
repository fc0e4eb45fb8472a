"""What a test of the contact list showed (R9, R10, R50, D14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.contact_test import Tried, all_answered, evaluate

T0 = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
ERT_DUE = T0 + timedelta(minutes=5)


def tried(
    person: str = "AM-1",
    *,
    role: str = "account_manager",
    place: int = 0,
    accepted: bool = True,
    failed: bool = False,
    after: float | None = None,
    why: str = "",
) -> Tried:
    at = None if after is None else T0 + timedelta(minutes=after)
    return Tried(person, role, place, "sms", accepted, failed, at, why)


def judged(*lines: Tried, deputies: frozenset[str] = frozenset(), least: float = 0.95):
    return evaluate(lines, T0, ERT_DUE, deputies, least)


@pytest.mark.covers("R50", "A14")
def test_accepted_is_not_answered() -> None:
    found = judged(
        tried("A", after=3.5),
        tried("B"),
        tried("C", accepted=False, failed=True, why="the number is not valid"),
        tried("D", accepted=False, why="on leave"),
    )
    assert [line.outcome for line in found.lines] == ["answered", "silent", "failed", "untried"]
    assert [line.minutes for line in found.lines] == [3.5, None, None, None]
    assert [line.why for line in found.gaps] == [
        "accepted by the provider, not answered",
        "the number is not valid",
    ]
    assert [line.why for line in found.untried] == ["on leave"]
    assert (found.answered, found.tried) == (1, 3)


def test_an_answer_counts_even_if_a_provider_said_it_failed() -> None:
    (line,) = judged(tried(accepted=False, failed=True, after=1)).lines
    assert line.outcome == "answered"


@pytest.mark.covers("D27")
@pytest.mark.parametrize(("silent", "met"), [(1, True), (2, False)])
def test_ninety_five_of_a_hundred_are_enough(silent: int, met: bool) -> None:
    lines = [tried(f"P-{n}", after=None if n < silent else 1) for n in range(20)]
    assert judged(*lines).share_met is met


def test_without_anybody_tried_there_is_no_share_and_nothing_is_met() -> None:
    found = judged(tried(accepted=False, why="on leave"))
    assert found.share is None
    assert not found.share_met
    assert not judged().passed


@pytest.mark.covers("R9", "R10")
@pytest.mark.parametrize(("after", "met"), [(5, True), (5.1, False), (None, False)])
def test_one_member_of_the_ert_answers_within_the_limit(after: float | None, met: bool) -> None:
    found = judged(
        tried("ERT-1", role="ert", after=after),
        tried("ERT-2", role="ert", after=40),
        tried("ERT-3", role="ert", accepted=False, why="on leave"),
    )
    assert found.ert_met is met
    assert [(each.person, each.met) for each in found.ert] == [("ERT-1", met), ("ERT-2", False)]


def test_a_member_is_as_fast_as_the_first_channel() -> None:
    found = judged(
        tried("ERT-1", role="ert", after=30), tried("ERT-1", role="ert", place=1, after=2)
    )
    assert [each.minutes for each in found.ert] == [2]
    assert found.ert_met


def test_a_test_of_other_roles_does_not_ask_the_ert() -> None:
    assert judged(tried(after=1)).ert_met


@pytest.mark.covers("D14")
def test_deputies_answer_on_one_channel_at_least() -> None:
    found = judged(
        tried("IT-DEP"),
        tried("IT-DEP", place=1, after=2),
        tried("AM-2"),
        tried("AM-3", accepted=False, why="on leave"),
        tried("SV-9"),
        deputies=frozenset({"IT-DEP", "AM-2", "AM-3"}),
    )
    assert found.silent_deputies == ("AM-2",)
    assert not found.passed


def test_waiting_ends_when_nobody_who_was_reached_is_still_to_answer() -> None:
    failed = tried("B", accepted=False, failed=True)
    untried = tried("C", accepted=False, why="on leave")
    assert not all_answered([tried("A"), untried], tried_again=True)
    assert all_answered([tried("A", after=1), failed, untried], tried_again=True)
    assert not all_answered([tried("A", after=1), failed], tried_again=False)


anything = st.builds(
    lambda person, role, place, accepted, failed, after: tried(
        person, role=role, place=place, accepted=accepted, failed=failed, after=after
    ),
    st.sampled_from(["A", "B", "C", "D"]),
    st.sampled_from(["ert", "cmt", "supervisor"]),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.none() | st.floats(0, 120),
)


@given(st.lists(anything, max_size=12), st.floats(0, 1))
def test_every_entry_is_answered_a_gap_or_untried(lines: list[Tried], least: float) -> None:
    found = judged(*lines, deputies=frozenset({"A", "B"}), least=least)
    assert len(found.lines) == len(lines)
    assert found.answered + len(found.gaps) + len(found.untried) == len(lines)
    assert found.answered <= found.tried <= len(lines)
    assert found.share is None or 0 <= found.share <= 1
    assert all(line.why for line in (*found.gaps, *found.untried))
    assert all((line.minutes is not None) == (line.outcome == "answered") for line in found.lines)
    if found.passed:
        assert found.share is not None
        assert found.share >= least


@given(st.lists(anything, max_size=12))
def test_one_answer_more_never_makes_a_test_worse(lines: list[Tried]) -> None:
    before = judged(*lines)
    after = judged(*lines, tried("NEW", after=1))
    assert (after.share or 0) >= (before.share or 0)
    assert after.ert_met == before.ert_met
    assert len(after.gaps) == len(before.gaps)
