"""How long a legal period is: real hours, months by the calendar, business hours (ADR 0014)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.calendars import Calendar
from kitart.rules.legal.periods import (
    NOON,
    business_hours_after,
    hours_after,
    month_after,
    month_later,
    working_day,
)

ZONES = ["Europe/Budapest", "Europe/London", "America/Toronto", "Asia/Kuala_Lumpur"]
MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001, hypothesis adds the zone
    datetime(2035, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
OFFICE = Calendar(id="B", time_zone="Europe/Berlin", hours=("Mon-Fri 08:00-18:00",), market="DE")


def budapest(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Budapest"))


@pytest.mark.covers("E38")
def test_72_hours_are_real_hours_over_a_change_of_the_clocks() -> None:
    start = budapest("2026-10-24T12:00")  # the clocks go back that night
    assert hours_after(start, 72) == budapest("2026-10-27T11:00").astimezone(UTC)


@given(MOMENTS, st.integers(1, 24 * 31), st.sampled_from(ZONES))
def test_hours_are_the_same_whatever_the_zone_they_are_given_in(
    start: datetime, hours: int, zone: str
) -> None:
    there = start.astimezone(ZoneInfo(zone))
    assert hours_after(there, hours) == start + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2026-03-31", "2026-04-30"),
        ("2026-12-15", "2027-01-15"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_months_last(day: str, later: str) -> None:
    assert month_later(date.fromisoformat(day)) == date.fromisoformat(later)


def test_a_month_ends_with_its_last_day_where_who_is_bound_lives() -> None:
    # Half past midnight in Budapest is still the day before in UTC.
    end = month_after(budapest("2026-11-25T00:30"), "Europe/Budapest", working_day(None))
    assert end == budapest("2026-12-26T00:00").astimezone(UTC)


def test_the_end_of_a_month_moves_on_from_holidays_and_weekends() -> None:
    """Regulation 1182/71 Article 3(4): Christmas, Boxing Day and a Sunday; Monday is the end."""
    start = budapest("2026-11-25T10:00")
    end = month_after(start, "Europe/Budapest", working_day("HU"))
    assert end == budapest("2026-12-29T00:00").astimezone(UTC)
    # DORA gives only until noon of that day (Article 5(4) of Delegated Regulation 2025/301).
    noon = month_after(start, "Europe/Budapest", working_day("HU"), NOON)
    assert noon == budapest("2026-12-28T12:00").astimezone(UTC)


def test_a_month_that_ends_on_a_working_day_has_all_of_it_under_dora_too() -> None:
    end = month_after(budapest("2026-10-01T10:00"), "Europe/Budapest", working_day("HU"), NOON)
    assert end == budapest("2026-11-03T00:00").astimezone(UTC) - timedelta(hours=12)  # 1 is Sunday
    end = month_after(budapest("2026-09-01T10:00"), "Europe/Budapest", working_day("HU"), NOON)
    assert end == budapest("2026-10-02T00:00").astimezone(UTC)


@given(MOMENTS, st.sampled_from(ZONES), st.sampled_from([None, "HU", "DE", "PT"]))
def test_a_month_is_never_shorter_than_a_month_and_ends_on_a_working_day(
    start: datetime, zone: str, country: str | None
) -> None:
    is_one = working_day(country)
    end = month_after(start, zone, is_one)
    last = (end - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).date()
    assert is_one(last)
    first = month_later(start.astimezone(ZoneInfo(zone)).date())
    assert first <= last
    assert not any(is_one(first + timedelta(days=n)) for n in range((last - first).days))


def test_business_hours_stand_still_in_the_night_and_on_the_weekend() -> None:
    friday = datetime(2026, 11, 27, 16, tzinfo=ZoneInfo("Europe/Berlin"))
    end = business_hours_after(friday, 4, OFFICE)
    assert end == datetime(2026, 11, 30, 10, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


def test_business_hours_of_a_calendar_that_never_opens_have_no_end() -> None:
    shut = OFFICE.model_copy(update={"hours": ("Mon 08:00-09:00",)})
    assert business_hours_after(datetime(2026, 11, 27, 16, tzinfo=UTC), 24 * 31, shut) is None


@given(MOMENTS, st.integers(1, 100))
def test_business_hours_are_never_over_before_as_many_real_ones(start: datetime, n: int) -> None:
    end = business_hours_after(start, n, OFFICE)
    assert end is not None
    assert end >= start + timedelta(hours=n)
