"""When a line is open: hours, then holidays, then overrides."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.calendars import Calendar, Override
from kitart.rules.calendars import (
    add_business_days,
    is_business_day,
    is_open,
    next_opening,
    next_service_minute,
    open_spans,
)

ALPHA = Calendar(
    id="ALPHA-HOURS",
    time_zone="Europe/Berlin",
    hours=("Mon-Fri 08:00-20:00", "Sat 09:00-17:00"),
    market="DE",
)
ALWAYS = Calendar(
    id="BRAVO-24x7", time_zone="Europe/London", hours=("24/7",), market="GB", open_on_holidays=True
)
NIGHT = Calendar(id="NIGHT", time_zone="Europe/Budapest", hours=("Mon-Sun 22:00-02:30",))
HUNGARY = Calendar(
    id="CHARLIE-HOURS",
    time_zone="Europe/Budapest",
    hours=("Mon-Fri 08:00-18:00",),
    market="HU",
    overrides=(
        Override(day=date(2026, 8, 8), hours=("08:00-18:00",), reason="moved from 21 August"),
        Override(day=date(2026, 12, 24), hours=("08:00-12:00",), reason="Christmas Eve"),
        Override(day=date(2026, 11, 18), reason="stocktaking"),
    ),
)
CALENDARS = st.sampled_from([ALPHA, ALWAYS, NIGHT, HUNGARY])
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.covers("A13")
@pytest.mark.parametrize(
    ("calendar", "moment", "opened"),
    [
        (ALPHA, "2026-11-19T07:59:59+01:00", False),
        (ALPHA, "2026-11-19T08:00+01:00", True),
        (ALPHA, "2026-11-19T19:59:59+01:00", True),
        (ALPHA, "2026-11-19T20:00+01:00", False),
        (ALPHA, "2026-11-21T10:00+01:00", True),  # Saturday
        (ALPHA, "2026-11-22T10:00+01:00", False),  # Sunday
        (ALPHA, "2026-07-06T06:00+00:00", True),  # eight o'clock in summer
        (ALPHA, "2026-11-19T06:00+00:00", False),  # seven o'clock in winter
        (ALPHA, "2026-12-25T10:00+01:00", False),  # a holiday of the market
        (ALWAYS, "2026-12-25T10:00+00:00", True),  # open on holidays
        (HUNGARY, "2026-08-20T10:00+02:00", False),  # the holiday
        (HUNGARY, "2026-08-21T10:00+02:00", False),  # the day off moved
        (HUNGARY, "2026-08-08T10:00+02:00", True),  # the Saturday worked instead
        (HUNGARY, "2026-08-15T10:00+02:00", False),  # any other Saturday
        (HUNGARY, "2026-12-24T10:00+01:00", True),  # a holiday, opened by an override
        (HUNGARY, "2026-12-24T12:00+01:00", False),
        (HUNGARY, "2026-11-18T10:00+01:00", False),  # closed by an override
        (NIGHT, "2026-11-19T01:00+01:00", True),
        (NIGHT, "2026-10-25T02:15+02:00", True),  # the first 02:15
        (NIGHT, "2026-10-25T02:15+01:00", False),  # the second
        (NIGHT, "2027-03-28T01:59+01:00", True),
        (NIGHT, "2027-03-28T03:00+02:00", False),  # 02:30 does not exist
    ],
)
def test_the_later_layer_wins(calendar: Calendar, moment: str, opened: bool) -> None:
    assert is_open(calendar, at(moment)) is opened


def test_a_holiday_of_one_region_closes_only_there() -> None:
    bavaria = ALPHA.model_copy(update={"subdivision": "BY"})
    epiphany = at("2027-01-06T10:00+01:00")
    assert is_open(ALPHA, epiphany)
    assert not is_open(bavaria, epiphany)


@pytest.mark.parametrize(
    ("calendar", "after", "opening"),
    [
        (ALPHA, "2026-11-19T07:00+01:00", "2026-11-19T08:00+01:00"),
        (ALPHA, "2026-11-19T08:00+01:00", "2026-11-20T08:00+01:00"),  # later than, not at
        (ALPHA, "2026-11-21T17:00+01:00", "2026-11-23T08:00+01:00"),
        (ALPHA, "2026-10-24T18:00+02:00", "2026-10-26T08:00+01:00"),  # over the clock change
        (HUNGARY, "2026-08-19T20:00+02:00", "2026-08-24T08:00+02:00"),  # holiday, moved day, Sunday
        (HUNGARY, "2026-08-07T20:00+02:00", "2026-08-08T08:00+02:00"),  # the Saturday worked
    ],
)
def test_the_next_opening_skips_nights_sundays_and_holidays(
    calendar: Calendar, after: str, opening: str
) -> None:
    assert next_opening(calendar, at(after)) == at(opening)


def test_a_line_that_never_closes_has_no_next_opening() -> None:
    assert next_opening(ALWAYS, at("2026-11-19T10:00+00:00")) is None
    assert next_service_minute(ALWAYS, at("2026-11-19T10:00+01:00")) == at("2026-11-19T09:00+00:00")


def test_a_line_that_no_longer_opens_has_no_next_service_minute() -> None:
    closed = Calendar(
        id="ENDED",
        time_zone="UTC",
        hours=("Mon 08:00-09:00",),
        overrides=tuple(
            Override(day=date(2026, 1, 1) + timedelta(days=n), reason="ended") for n in range(900)
        ),
    )
    assert next_service_minute(closed, at("2026-11-19T10:00+00:00")) is None
    with pytest.raises(ValueError, match="ENDED has no business days"):
        add_business_days(closed, date(2026, 11, 19), 1)


@pytest.mark.parametrize(
    ("calendar", "day", "n", "result"),
    [
        (HUNGARY, date(2026, 11, 19), 0, date(2026, 11, 19)),
        (HUNGARY, date(2026, 11, 21), 0, date(2026, 11, 23)),
        (HUNGARY, date(2026, 11, 19), 5, date(2026, 11, 26)),
        (HUNGARY, date(2026, 8, 19), 1, date(2026, 8, 24)),
        (HUNGARY, date(2026, 8, 7), 1, date(2026, 8, 8)),
        (HUNGARY, date(2026, 11, 17), 1, date(2026, 11, 19)),
        (ALPHA, date(2026, 12, 24), 1, date(2026, 12, 28)),
        (ALPHA, date(2026, 12, 31), 1, date(2027, 1, 2)),
    ],
)
def test_business_days_are_those_on_which_the_calendar_opens(
    calendar: Calendar, day: date, n: int, result: date
) -> None:
    assert add_business_days(calendar, day, n) == result


def test_a_negative_number_of_business_days_is_refused() -> None:
    with pytest.raises(ValueError, match="n is -1; right would be 0 or more"):
        add_business_days(ALPHA, date(2026, 11, 19), -1)


def test_a_moment_without_a_zone_is_refused() -> None:
    for ask in (is_open, next_opening, next_service_minute):
        with pytest.raises(ValueError, match="has no time zone"):
            ask(ALPHA, datetime(2026, 11, 19))  # noqa: DTZ001


@given(calendar=CALENDARS, moment=MOMENTS)
def test_the_next_service_minute_is_the_first_open_one(
    calendar: Calendar, moment: datetime
) -> None:
    found = next_service_minute(calendar, moment)
    assert found is not None
    assert found >= moment
    assert found.tzinfo is UTC
    assert is_open(calendar, found)
    if found > moment:
        assert not is_open(calendar, moment)
        assert not is_open(calendar, found - timedelta(microseconds=1))


@given(calendar=st.sampled_from([ALPHA, NIGHT, HUNGARY]), moment=MOMENTS)
def test_at_an_opening_the_line_was_closed_just_before(
    calendar: Calendar, moment: datetime
) -> None:
    opening = next_opening(calendar, moment)
    assert opening is not None
    assert opening > moment
    assert is_open(calendar, opening)
    assert not is_open(calendar, opening - timedelta(microseconds=1))


@given(calendar=CALENDARS, moment=MOMENTS)
def test_open_spans_follow_each_other_with_pauses_and_agree_with_is_open(
    calendar: Calendar, moment: datetime
) -> None:
    found = list(islice(open_spans(calendar, moment), 5))
    assert found[0][1] > moment
    assert (found[0][0] <= moment) is is_open(calendar, moment)
    for start, end in found:
        assert start < end
        assert is_open(calendar, start)
    for (_, end), (start, _) in pairwise(found):
        assert end < start
        assert not is_open(calendar, end)


@given(
    calendar=CALENDARS,
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    n=st.integers(1, 30),
)
def test_between_a_day_and_its_nth_business_day_there_are_n(
    calendar: Calendar, day: date, n: int
) -> None:
    result = add_business_days(calendar, day, n)
    days = [day + timedelta(days=k) for k in range(1, (result - day).days + 1)]
    assert sum(is_business_day(calendar, d) for d in days) == n
    assert is_business_day(calendar, result)
