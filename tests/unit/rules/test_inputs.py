"""When an input is due, what an arrival counts for, and when it is late (R6, A21)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.calendars import Calendar
from kitart.plan.schema import ExpectedInput
from kitart.rules.inputs import counts_for, due_between, next_due, standing, wait_until

BUDAPEST, NEW_YORK = "Europe/Budapest", "America/New_York"
ZONES = ("UTC", BUDAPEST, NEW_YORK, "Asia/Kuala_Lumpur", "Africa/Casablanca", "Australia/Lord_Howe")
DUE = ("daily 06:00", "Mon-Fri 02:30", "Sun 02:30", "monthly 1 08:00", "monthly 31 23:30",
       "Mon,Thu 12:00", "monthly last 00:15")  # fmt: skip
HUNGARY = Calendar(id="HU", time_zone=BUDAPEST, hours=("Mon-Fri 08:00-16:00",), market="HU")


def an_input(*due: str, **other: Any) -> ExpectedInput:
    values: dict[str, Any] = {
        "id": "ROSTER", "name": "Roster", "kind": "roster", "function": "Planning",
        "owner": "SV-1", "due": due, "time_zone": BUDAPEST,
        "fallbacks": ({"id": "old", "text": "the old one"},),
    }  # fmt: skip
    return ExpectedInput.model_validate(values | other)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def dues(
    known: ExpectedInput, first: str, last: str, calendar: Calendar | None = None
) -> list[str]:
    found = due_between(known, calendar, utc(first), utc(last))
    return [f"{each.due_at:%m-%d %H:%M}" for each in found]


@pytest.mark.covers("E38")
def test_a_daily_time_keeps_to_the_wall_clock_over_both_changes() -> None:
    known = an_input("daily 06:00")
    assert dues(known, "2026-10-24T00:00", "2026-10-27T00:00") == [
        "10-24 04:00", "10-25 05:00", "10-26 05:00",
    ]  # fmt: skip
    assert dues(known, "2027-03-27T00:00", "2027-03-30T00:00") == [
        "03-27 05:00", "03-28 04:00", "03-29 04:00",
    ]  # fmt: skip


@pytest.mark.covers("E38")
def test_a_time_that_comes_twice_is_due_once_and_one_that_is_left_out_at_the_change() -> None:
    known = an_input("daily 02:30")
    assert dues(known, "2026-10-25T00:00", "2026-10-25T12:00") == ["10-25 00:30"]
    assert dues(known, "2027-03-28T00:00", "2027-03-28T12:00") == ["03-28 01:00"]


def test_the_last_day_of_a_month_is_the_month_s_own() -> None:
    known = an_input("monthly last 12:00")
    assert dues(known, "2027-01-15T00:00", "2027-04-15T00:00") == [
        "01-31 11:00", "02-28 11:00", "03-31 10:00",
    ]  # fmt: skip
    thirtieth = an_input("monthly 30 12:00")
    assert dues(thirtieth, "2027-02-01T00:00", "2027-03-05T00:00") == ["02-28 11:00"]


@pytest.mark.parametrize(
    ("on_closed_day", "expected"),
    [
        ("skip", ["12-23 06:30", "12-28 06:30"]),
        ("same", ["12-23 06:30", "12-24 06:30", "12-25 06:30", "12-28 06:30"]),
        ("next", ["12-23 06:30", "12-28 06:30"]),
    ],
)
def test_a_holiday_by_the_calendar_is_left_out_kept_or_moved(
    on_closed_day: str, expected: list[str]
) -> None:
    known = an_input("Mon-Fri 07:30", on_closed_day=on_closed_day, calendar="HU")
    assert dues(known, "2026-12-23T00:00", "2026-12-28T12:00", HUNGARY) == expected


def test_a_first_of_the_month_on_a_closed_day_is_due_on_the_next_open_one() -> None:
    known = an_input("monthly 1 12:00", on_closed_day="next", calendar="HU")
    # 1 January is a holiday, 2 and 3 January 2027 are a weekend.
    assert dues(known, "2026-12-30T00:00", "2027-02-02T00:00", HUNGARY) == [
        "01-04 11:00", "02-01 11:00",
    ]  # fmt: skip


def test_an_arrival_is_in_time_within_the_grace_late_after_it_and_overdue_without_one() -> None:
    known = an_input("daily 06:00", grace_minutes=15)
    (due,) = due_between(known, None, utc("2026-11-24T00:00"), utc("2026-11-24T23:00"))
    assert due.due_at == utc("2026-11-24T05:00")
    in_grace, after = utc("2026-11-24T05:15"), utc("2026-11-24T05:15:01")
    assert standing(due, utc("2026-11-24T04:00"), after) == "arrived"
    assert standing(due, in_grace, after) == "arrived"
    assert standing(due, after, after) == "arrived late"
    assert standing(due, None, in_grace) == "expected"
    assert standing(due, None, after) == "overdue"


def test_an_early_arrival_counts_for_the_next_due_time_and_a_late_one_for_the_last() -> None:
    known = an_input("daily 06:00", early_minutes=120)

    def counting(text: str) -> str:
        found = counts_for(known, None, utc(text))
        return f"{found.due_at:%d %H:%M}" if found else "none"

    assert counting("2026-11-24T02:59") == "23 05:00"
    assert counting("2026-11-24T03:01") == "24 05:00"
    assert counting("2026-11-24T23:59") == "24 05:00"


def test_what_arrives_in_the_grace_never_counts_for_the_due_time_after() -> None:
    known = an_input("daily 06:00", "daily 07:00", grace_minutes=30, early_minutes=240)
    found = counts_for(known, None, utc("2026-11-24T05:30"))
    assert found is not None
    assert found.due_at == utc("2026-11-24T05:00")
    later = counts_for(known, None, utc("2026-11-24T05:31"))
    assert later is not None
    assert later.due_at == utc("2026-11-24T06:00")


inputs = st.builds(
    lambda due, zone, grace, early: an_input(
        *due, time_zone=zone, grace_minutes=grace, early_minutes=early
    ),
    st.lists(st.sampled_from(DUE), min_size=1, max_size=3),
    st.sampled_from(ZONES),
    st.integers(0, 600),
    st.integers(1, 3000),
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.covers("E38", "D2")
@given(inputs, moments)
def test_due_times_rise_lie_between_the_ends_and_show_their_wall_clock(
    known: ExpectedInput, start: datetime
) -> None:
    end = start + timedelta(days=40)
    found = due_between(known, None, start, end)
    due = [each.due_at for each in found]
    assert due == sorted(set(due))
    assert all(start < moment <= end for moment in due)
    assert all(each.counts_after <= each.due_at <= each.overdue_at for each in found)
    walls = {text.split(" ")[-1] for text in known.due}
    zone = ZoneInfo(known.time_zone)
    for moment in due:
        shown = moment.astimezone(zone)
        gap = shown.utcoffset() != (moment - timedelta(minutes=1)).astimezone(zone).utcoffset()
        assert f"{shown:%H:%M}" in walls or gap


@given(inputs, moments)
def test_a_due_time_is_the_same_however_far_one_looks(
    known: ExpectedInput, start: datetime
) -> None:
    near = due_between(known, None, start, start + timedelta(days=3))
    far = due_between(known, None, start - timedelta(days=50), start + timedelta(days=50))
    assert near == [each for each in far if start < each.due_at <= start + timedelta(days=3)]
    following = next_due(known, None, start)
    assert following is not None
    assert following.due_at > start
    if near:
        assert following == near[0]


@given(inputs, moments)
def test_every_arrival_counts_for_one_due_time_at_most_and_never_for_a_later_window(
    known: ExpectedInput, at: datetime
) -> None:
    found = counts_for(known, None, at)
    around = due_between(known, None, at - timedelta(days=70), at + timedelta(days=70))
    holding = [
        each for each, after in pairwise(around) if each.counts_after < at <= after.counts_after
    ]
    assert len(holding) <= 1
    assert holding == ([found] if found is not None else [])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("until 06:40", "2026-11-24T05:40"),
        ("at 8.15 at the latest", "2026-11-24T07:15"),
        ("wait for them until 05:00", "2026-11-25T04:00"),
        ("half an hour", None),
        ("25:10", None),
    ],
)
def test_how_long_somebody_wants_to_wait_is_read_from_the_words(
    words: str, expected: str | None
) -> None:
    found = wait_until(words, utc("2026-11-24T05:20"), BUDAPEST)
    assert found == (utc(expected) if expected else None)


def test_a_time_that_comes_twice_is_waited_for_until_its_next_coming() -> None:
    assert date(2026, 10, 25).weekday() == 6
    now = utc("2026-10-25T00:45")  # 02:45 CEST, before the change
    assert wait_until("02:30", now, BUDAPEST) == utc("2026-10-25T01:30")
