"""When an incident began, once a report was about another one (E33)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.wrong_merge import start_without

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 60).map(lambda minutes: START + timedelta(minutes=minutes))


@pytest.mark.covers("E33")
def test_the_start_moves_to_the_earliest_report_that_remains() -> None:
    later = START + timedelta(minutes=20)
    assert start_without(START, [(START, True), (later, False)]) == later
    assert start_without(START, [(START, False), (later, True)]) == START
    assert start_without(START, [(START, True)]) == START


@given(MOMENTS, st.lists(st.tuples(MOMENTS, st.booleans())))
def test_it_never_begins_earlier_by_taking_something_out(
    start: datetime, reports: list[tuple[datetime, bool]]
) -> None:
    assert start_without(start, reports) >= start
