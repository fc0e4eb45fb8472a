"""When the plan is to be reviewed, and what is said of it when (R51, A25)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.difference import Change
from kitart.plan.limits import Limits
from kitart.rules.review import (
    Reminder,
    Trigger,
    again,
    found_in,
    latest_next_review,
    reminder,
    review_due,
    wants_review,
)

pytestmark = pytest.mark.covers("R51", "A25")
LIMITS = Limits()
LAST = date(2026, 3, 2)
DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def test_without_a_trigger_it_is_due_a_year_after_the_last_one() -> None:
    due = review_due(LAST, None, [], LIMITS)
    assert due.on == date(2027, 3, 2)
    assert [t.reason for t in due.reasons] == ["scheduled"]


def test_a_day_that_was_agreed_makes_it_earlier_and_never_later() -> None:
    assert review_due(LAST, date(2026, 9, 1), [], LIMITS).on == date(2026, 9, 1)
    assert review_due(LAST, date(2029, 9, 1), [], LIMITS).on == date(2027, 3, 2)


def test_a_trigger_asks_for_one_within_thirty_days_and_the_first_decides() -> None:
    triggers = [Trigger("client", date(2026, 6, 20), "CL-5"),
                Trigger("incident", date(2026, 6, 1), "INC-0007")]  # fmt: skip
    due = review_due(LAST, None, triggers, LIMITS)
    assert due.on == date(2026, 7, 1)
    assert due.reasons == (triggers[1], triggers[0])


def test_the_year_is_a_reason_too_where_it_is_near() -> None:
    trigger = Trigger("test", date(2027, 1, 20), "INC-0009")
    due = review_due(LAST, None, [trigger], LIMITS)
    assert due.on == date(2027, 2, 19)
    assert [t.reason for t in due.reasons] == ["test", "scheduled"]


@given(last=DAYS, on=st.lists(DAYS, max_size=4))
def test_whatever_happens_it_is_never_due_later_than_a_year_after_the_last_one(
    last: date, on: list[date]
) -> None:
    due = review_due(last, None, [Trigger("test", day, str(day)) for day in on], LIMITS)
    assert due.on <= last + timedelta(days=365)
    assert {t.on for t in due.reasons if t.reason == "test"} == set(on)
    assert due.reasons


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-31, None),
        (-30, ("soon", 0)),
        (-1, ("soon", 0)),
        (0, ("due", 0)),
        (6, ("due", 0)),
        (7, ("overdue", 1)),
        (13, ("overdue", 1)),
        (14, ("overdue", 2)),
    ],
)
def test_it_is_said_thirty_days_before_on_the_day_and_each_week_after_it(
    days: int, said: tuple[Any, int] | None
) -> None:
    due = date(2026, 12, 29)
    found = reminder(due, due + timedelta(days=days), LIMITS)
    assert found == (Reminder(said[0], due, said[1]) if said else None)


@given(st.integers(-60, 200))
def test_each_word_is_in_force_on_days_in_a_row_so_a_morning_that_was_missed_loses_none(
    days: int,
) -> None:
    due = date(2026, 12, 29)
    before = reminder(due, due + timedelta(days=days - 1), LIMITS)
    now = reminder(due, due + timedelta(days=days), LIMITS)
    order = [None, "soon", "due", "overdue"]
    assert order.index(before.stage if before else None) <= order.index(now.stage if now else None)
    if before and now and before.stage == now.stage == "overdue":
        assert now.weeks - before.weeks in (0, 1)


@pytest.mark.parametrize(
    ("level", "priority", "wants"),
    [(0, "P2", False), (1, "P2", False), (2, "P3", True), (4, "P4", True), (0, "P1", True)],
)
def test_an_incident_asks_for_one_from_level_two_on_or_at_p1(
    level: int, priority: str, wants: bool
) -> None:
    assert wants_review(level, priority) is wants


def change(section: str, about: str, path: tuple[str, ...], kind: Any = "changed") -> Change:
    return Change(section, about, path, kind, None, {})


def test_staff_clients_languages_and_systems_ask_for_one() -> None:
    changes = [
        change("people", "AM-5", (), "added"),
        change("people", "AM-1", (), "removed"),
        change("people", "AM-2", ("deputy",)),
        change("projects", "ALPHA", ("account_manager",)),
        change("clients", "CL-5", (), "added"),
        change("projects", "ALPHA", ("queues", "sv"), "added"),
        change("projects", "ECHO", (), "added"),
        change("systems", "CHAT", (), "added"),
    ]
    assert found_in(changes) == (
        ("staff", "AM-5"), ("staff", "AM-1"), ("staff", "AM-2"), ("staff", "ALPHA"),
        ("client", "CL-5"), ("language", "ALPHA"), ("language", "ECHO"), ("system", "CHAT"),
    )  # fmt: skip


def test_a_new_phone_number_other_seats_or_what_goes_do_not() -> None:
    assert found_in([
        change("people", "AM-2", ("channels", "sms", "address")),
        change("projects", "ALPHA", ("queues", "de", "seats", "day")),
        change("clients", "CL-1", (), "removed"),
        change("clients", "CL-1", ("contacts", "CL-1-NEW"), "added"),
        change("agents", "AG-947", (), "added"),
        change("systems", "VCC", ("fallback",)),
    ]) == ()  # fmt: skip


@pytest.mark.parametrize(("days", "times"), [(0, 0), (6, 0), (7, 1), (13, 1), (14, 2), (28, 4)])
def test_who_has_not_read_a_version_is_reminded_after_seven_days_and_then_each_week(
    days: int, times: int
) -> None:
    assert again(LAST, LAST + timedelta(days=days), LIMITS) == times


def test_twelve_months_on_is_the_latest_that_may_be_agreed() -> None:
    assert latest_next_review(date(2026, 11, 24)) == date(2027, 11, 24)
    assert latest_next_review(date(2028, 2, 29)) == date(2029, 2, 28)
