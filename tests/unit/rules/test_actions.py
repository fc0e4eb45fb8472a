"""When the owner of a corrective action is reminded, and what may be said of one (D29)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.limits import Limits
from kitart.rules import actions
from kitart.rules.write_up import DONE, DROPPED, FAILED, OPEN, WORKS, ActionForm

pytestmark = pytest.mark.covers("D29")
DUE = date(2026, 12, 15)
LIMITS = Limits()


def action(status: str = OPEN, due: date = DUE) -> ActionForm:
    return ActionForm("Both in one area", "Hire in a second", "it_manager", due, "Two areas",
                      status=status, evidence="the list", effect="seen")  # fmt: skip


@pytest.mark.parametrize(
    ("day", "step", "late"),
    [
        ("2026-12-07", None, 0),
        ("2026-12-08", "before:2026-12-15", 0),
        ("2026-12-14", "before:2026-12-15", 0),
        ("2026-12-15", "due:2026-12-15", 0),
        ("2026-12-21", "due:2026-12-15", 6),
        ("2026-12-22", "overdue:2026-12-15:1", 7),
        ("2026-12-29", "overdue:2026-12-15:2", 14),
    ],
)
def test_the_owner_is_told_a_week_before_on_the_day_and_each_week_after(
    day: str, step: str | None, late: int
) -> None:
    word = actions.reminder(action(), date.fromisoformat(day), LIMITS)
    assert (word.step if word else None, word.days_late if word else 0) == (step, late)


@pytest.mark.parametrize("status", [DONE, WORKS, DROPPED])
def test_nobody_is_reminded_of_what_is_done_or_dropped(status: str) -> None:
    assert actions.reminder(action(status), DUE + timedelta(days=30), LIMITS) is None


def test_what_does_not_work_is_to_be_done_again_and_reminded_of() -> None:
    assert actions.reminder(action(FAILED), DUE, LIMITS) is not None


def test_a_day_that_was_moved_is_reminded_of_anew() -> None:
    before = actions.reminder(action(), DUE, LIMITS)
    moved = actions.reminder(action(due=DUE + timedelta(days=3)), DUE, LIMITS)
    assert before is not None
    assert moved is not None
    assert before.step != moved.step


@given(st.dates(date(2026, 11, 1), date(2027, 6, 1)), st.integers(1, 60), st.integers(1, 60))
def test_from_the_first_reminder_on_there_is_always_one_word_and_it_gets_no_milder(
    today: date, before: int, again: int
) -> None:
    limits = Limits(action_reminder_days=before, action_again_days=again)
    rank = {"before": 0, "due": 1, "overdue": 2}
    word = actions.reminder(action(), today, limits)
    after = actions.reminder(action(), today + timedelta(days=1), limits)
    assert (word is None) == (today < DUE - timedelta(days=before))
    if word is not None:
        assert after is not None
        assert rank[after.occasion] >= rank[word.occasion]


def test_an_action_is_done_then_checked_and_one_that_fails_is_to_be_done_again() -> None:
    done = actions.done(action(), " the letter ")
    assert (done.status, done.evidence) == (DONE, "the letter")
    failed = actions.checked(done, False, "it happened again")
    assert (failed.status, actions.to_do(failed), actions.is_open(failed)) == (FAILED, True, True)
    works = actions.checked(actions.done(failed, "a second letter"), True, "seen twice")
    assert (works.status, actions.is_open(works)) == (WORKS, False)


@pytest.mark.parametrize("status", [OPEN, FAILED, WORKS, DROPPED])
def test_what_is_not_done_has_no_effect_to_check(status: str) -> None:
    with pytest.raises(actions.NotNow, match=f"it is {status}; right would be one that is done"):
        actions.checked(action(status), True, "x")


def test_what_is_done_is_not_done_once_more() -> None:
    with pytest.raises(actions.NotNow, match="right would be one that is open"):
        actions.done(action(DONE), "x")


def test_the_overdue_come_first_and_what_is_finished_last() -> None:
    today = DUE + timedelta(days=1)
    late, soon = action(), action(due=today + timedelta(days=3))
    old_done, finished = action(DONE, DUE - timedelta(days=9)), action(WORKS, DUE)
    found = sorted([finished, soon, old_done, late], key=lambda a: actions.order(a, today))
    assert found == [late, old_done, soon, finished]
