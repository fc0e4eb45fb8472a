"""What an exercise came to, by its measured steps (reports §6.1 t6, t18)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.exercise_result import (
    Measured,
    Result,
    minutes_to,
    objective,
    share_passed,
    total,
)
from kitart.rules.findings import FindingForm, missing_in

pytestmark = pytest.mark.covers("R52")
RESULTS = st.sampled_from(["met", "met in part", "not met", None])


def steps(*verdicts: str | None) -> list[Measured]:
    return [Measured(f"s{n}", "answered", verdict) for n, verdict in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("verdicts", "limit", "result"),
    [
        (["pass", "pass"], 100, "met"),
        (["pass", "fail"], 100, "met in part"),
        (["pass", "fail"], 50, "met"),
        (["part"], 100, "met in part"),
        (["fail", "fail"], 100, "not met"),
        ([None, None], 100, None),
        ([], 100, None),
        (["pass", None], 100, "met"),
    ],
)
def test_an_objective_is_met_by_the_share_of_its_steps_that_passed(
    verdicts: list[str | None], limit: int, result: Result | None
) -> None:
    assert objective("all", limit, steps(*verdicts)).result == result


def test_an_objective_of_one_step_counts_that_one_alone() -> None:
    found = objective("s1", 100, steps("pass", "fail", "pass"))
    assert (found.result, found.passed, found.measured) == ("not met", 0, 1)
    assert objective("nowhere", 100, steps("pass")).result is None


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        (["met", "met"], "met"),
        (["met", None], "met in part"),
        (["not met", None], "not met"),
        (["met", "not met"], "met in part"),
        ([None], None),
        ([], None),
    ],
)
def test_the_total_is_met_only_where_every_objective_is(
    results: list[Result | None], expected: Result | None
) -> None:
    assert total(results) == expected


@given(st.lists(RESULTS, max_size=8))
def test_an_objective_that_is_not_met_never_makes_a_better_total(results: list[Result]) -> None:
    rank = {None: -1, "not met": 0, "met in part": 1, "met": 2}
    if total(results) is not None:
        assert rank[total([*results, "not met"])] <= rank[total(results)]


def test_what_is_compared_is_the_first_step_of_its_kind_that_came() -> None:
    found = [
        Measured("a", "ert acknowledged", "fail"), Measured("b", "ert acknowledged", "pass", 4.5),
        Measured("c", "cover live", None),
    ]  # fmt: skip
    assert minutes_to("ert acknowledged", found) == 4.5
    assert minutes_to("cover live", found) is None
    assert share_passed(found) == 0.5
    assert share_passed([]) is None


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        (FindingForm("Slow", "weakness", cause="one headset"), None),
        (FindingForm(" ", "weakness", cause="x"), "text"),
        (FindingForm("Slow", "bad", cause="x"), "category"),
        (FindingForm("Slow", "proposed", cause="x"), "category"),
        (FindingForm("Slow", "serious weakness"), "cause"),
        (FindingForm("Slow", "no finding"), "cause"),
        (FindingForm("Quick", "strength"), None),
    ],
)
def test_a_weakness_needs_its_cause_and_a_dismissal_its_reason(
    form: FindingForm, missing: str | None
) -> None:
    assert missing_in(form) == missing
