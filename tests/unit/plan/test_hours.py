"""Hours as written, and what they mean on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.hours import day_ranges, spans, wall_moment, weekly_windows, within

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
ZONES = ["Europe/Budapest", "America/Toronto", "Asia/Kuala_Lumpur", "Africa/Casablanca"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    ["", "Mon-Fri", "08:00-20:00", "Mon 8:00-9:00", "Mon 25:00-26:00", "Mon 08:60-09:00",
     "Mon 09:00-09:00", "Mon-Someday 08:00-09:00", "mon 08:00-09:00", "Mon 08:00-24:30", "24/6",
     "Mon 08:00-12:00,"],
)  # fmt: skip
def test_unreadable_hours_are_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match="right would be 24/7, 'Mon-Fri 08:00-20:00'"):
        weekly_windows(text)


def test_lists_of_days_and_of_ranges_and_a_week_over_its_end_are_understood() -> None:
    found = weekly_windows("Sat-Mon,Wed 08:00-12:00, 22:00-06:00")
    assert {window.weekdays for window in found} == {frozenset({5, 6, 0, 2})}
    assert [(w.range.start, w.range.end) for w in found] == [(480, 720), (1320, 1800)]
    assert day_ranges("00:00-24:00")[0].end == 1440


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    hours = ("Mon-Fri 22:00-06:00",)
    assert within(hours, "Europe/Madrid", utc("2026-11-21T03:00+01:00"))  # Saturday, Friday's
    assert not within(hours, "Europe/Madrid", utc("2026-11-16T03:00+01:00"))  # Monday, Sunday's
    assert not within(hours, "Europe/Madrid", utc("2026-11-21T06:00+01:00"))


@pytest.mark.covers("E38")
@pytest.mark.parametrize(("day", "length"), [(SPRING, 7), (AUTUMN, 9)])
def test_a_shift_over_the_clock_change_lasts_seven_or_nine_hours(day: date, length: int) -> None:
    before = day - timedelta(days=1)
    (span,) = spans(("Sat 22:00-06:00",), "Europe/Budapest", before, before)
    assert span[1] - span[0] == timedelta(hours=length)


def test_a_shift_until_a_time_that_does_not_exist_ends_with_the_change() -> None:
    before = SPRING - timedelta(days=1)
    (span,) = spans(("Sat 22:00-02:30",), "Europe/Budapest", before, before)
    assert span[1] == utc("2027-03-28T03:00+02:00")
    assert within(("Sat 22:00-02:30",), "Europe/Budapest", utc("2027-03-28T01:59+01:00"))


def test_standby_until_half_past_two_holds_in_only_the_first_of_both() -> None:
    hours = ("Sat 22:00-02:30",)
    assert within(hours, "Europe/Budapest", utc("2026-10-25T02:15+02:00"))
    assert not within(hours, "Europe/Budapest", utc("2026-10-25T02:15+01:00"))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        within(("24/7",), "UTC", datetime(2026, 11, 19))  # noqa: DTZ001


@given(
    day=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    minute=st.integers(0, 2 * 1440 - 2),
    zone=st.sampled_from(ZONES),
)
def test_later_on_the_wall_is_never_earlier_in_truth(day: date, minute: int, zone: str) -> None:
    moment, next_minute = wall_moment(day, minute, zone), wall_moment(day, minute + 1, zone)
    assert moment <= next_minute
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
    assert shown >= wanted
    before = (moment - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert before < wanted


@given(moment=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_round_the_clock_holds_always(moment: datetime) -> None:
    assert all(within(("24/7",), zone, moment) for zone in ZONES)
