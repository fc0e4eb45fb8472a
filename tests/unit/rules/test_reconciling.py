"""The count of forms comes out, or says by how much it does not (R46)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.rules.reconciling import Form, State, enter_by, reconciled
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("R46")

DAY = ("AG-017", "2026-11-24")
CALENDAR = load_plan(HOUSE / "config").calendar_of("CHARLIE")


def test_all_entered_or_void_comes_out() -> None:
    found = reconciled([Form(DAY, 1, "entered"), Form(DAY, 2, "void")])
    assert (found.issued, found.entered, found.void) == (2, 1, 1)
    assert found.comes_out


def test_a_number_of_which_no_form_came_is_a_difference() -> None:
    found = reconciled([Form(DAY, 1, "entered"), Form(DAY, 4, "entered")])
    assert found.missing == ((*DAY, 2), (*DAY, 3))
    assert found.issued == 4
    assert not found.comes_out


def test_a_number_that_went_to_another_incident_is_none() -> None:
    found = reconciled([Form(DAY, 1, "entered"), Form(DAY, 3, "entered")], {DAY: {1, 2, 3}})
    assert found.comes_out


def test_what_is_still_to_be_entered_and_called_back_is_counted() -> None:
    found = reconciled([Form(DAY, 1, "open", callback_open=True)])
    assert (found.open, found.callbacks_open, found.comes_out) == (1, 1, False)


numbers = st.integers(min_value=1, max_value=30)
series = st.tuples(st.sampled_from(["AG-1", "AG-2"]), st.sampled_from(["2026-11-24", "2026-11-25"]))
forms = st.dictionaries(st.tuples(series, numbers), st.sampled_from(get_args(State)))


@given(forms)
def test_every_number_up_to_the_last_is_counted_exactly_once(made: dict) -> None:  # type: ignore[type-arg]
    found = reconciled([Form(of, number, state) for (of, number), state in made.items()])
    highest = {of: max(n for each, n in made if each == of) for of, _ in made}
    assert found.issued == sum(highest.values())
    assert found.entered + found.void + found.open == len(made)
    assert found.comes_out == (found.open == 0 and not found.missing)


def test_an_urgent_form_is_entered_the_same_day_another_the_next_business_day() -> None:
    friday = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
    zone = "Europe/Budapest"
    assert enter_by(friday, zone, True, CALENDAR).date() == date(2026, 11, 27)
    due = enter_by(friday, zone, False, CALENDAR)
    assert due.date() > date(2026, 11, 27)
    assert (due.hour, due.tzinfo) == (23, ZoneInfo(zone))


def test_the_day_is_that_of_the_place_where_the_call_was_taken() -> None:
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    assert enter_by(late, "Asia/Kuala_Lumpur", True, CALENDAR).date() == date(2026, 11, 25)
