"""The page that says which code and which tests stand for each number of the plan."""

from __future__ import annotations

import pytest

from tests import traceability
from tests.traceability import PLAN, TRACE, named_by_code, named_in, numbers, page, shown_by_tests


def test_the_page_is_as_the_plan_the_code_and_the_tests_are() -> None:
    made = page(numbers(PLAN.read_text()), named_by_code(), shown_by_tests())
    assert made == TRACE.read_text(), "run 'make trace' and commit what it writes"


def test_the_plan_page_has_every_number_once() -> None:
    plan = numbers(PLAN.read_text())
    wanted = {"R": 53, "A": 31, "D": 30, "E": 46}
    assert list(plan) == [f"{kind}{n}" for kind, last in wanted.items() for n in range(1, last + 1)]
    with pytest.raises(ValueError, match="R1 twice"):
        numbers("| R1 | a |\n| R1 | b |\n")


def test_a_range_names_all_between() -> None:
    assert list(named_in("told (R8-R10, E41)")) == ["R8", "R9", "R10", "E41"]
    assert list(named_in("P1, E164, R100 and FR1 are none of ours")) == []


def test_what_nothing_shows_is_listed_and_what_nobody_knows_is_refused() -> None:
    plan = {"R1": "one", "R2": "two"}
    said = page(plan, {"R1": ["flows/a.py"]}, {"R1": ["tests/test_a.py: test_it"]})
    assert "1 of 2 numbers are shown by a test. Shown by none yet: R2." in said
    assert "| R1 | one | `flows/a.py` | `tests/test_a.py` (1) |" in said
    assert f"| R2 | two | {traceability.NONE_YET} | {traceability.NONE_YET} |" in said
    with pytest.raises(ValueError, match="R77"):
        page(plan, {"R77": ["flows/a.py"]}, {})
