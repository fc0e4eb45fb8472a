"""By when, and by which rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.calendars import Calendar
from kitart.plan.limits import Limits
from kitart.rules.calendars import is_open, next_opening
from kitart.rules.deadlines import (
    am_deadline,
    backup_deadline,
    cmt_deadline,
    effect_start,
    ert_deadline,
    ert_retry_minutes,
    rto_deadline,
)
from kitart.rules.limits_by_name import LIMIT_NAMES, limit_by_name

ALPHA = Calendar(
    id="ALPHA-HOURS",
    time_zone="Europe/Berlin",
    hours=("Mon-Fri 08:00-20:00", "Sat 09:00-17:00"),
    market="DE",
)
CHARLIE = Calendar(
    id="CHARLIE-HOURS", time_zone="Europe/Budapest", hours=("Mon-Fri 08:00-18:00",), market="HU"
)
BRAVO = Calendar(id="BRAVO-24x7", time_zone="Europe/London", hours=("24/7",))
EARLY = Calendar(id="EARLY", time_zone="Europe/Budapest", hours=("Mon-Fri 06:00-20:00",))
LIMITS = Limits()
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SETS = st.lists(st.sampled_from([ALPHA, CHARLIE, EARLY, BRAVO]), min_size=1, max_size=3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.covers("R9", "R10", "A13")
@pytest.mark.parametrize(
    ("calendars", "reported", "due", "in_hours", "words"),
    [
        ([ALPHA], "2026-11-19T10:00+01:00", "2026-11-19T10:05+01:00", True, "in service hours"),
        ([ALPHA], "2026-11-19T22:00+01:00", "2026-11-19T22:15+01:00", False, "outside"),
        # the two examples of the requirements' timers
        ([EARLY], "2026-11-19T05:58+01:00", "2026-11-19T06:05+01:00", False, "from the opening"),
        ([EARLY], "2026-11-19T19:58+01:00", "2026-11-19T20:03+01:00", True, "in service hours"),
        # exactly at the opening; the last second before it
        ([EARLY], "2026-11-19T06:00+01:00", "2026-11-19T06:05+01:00", True, "in service hours"),
        ([EARLY], "2026-11-19T05:50+01:00", "2026-11-19T06:05+01:00", False, "15 minutes."),
        ([EARLY], "2026-11-19T05:50:01+01:00", "2026-11-19T06:05+01:00", False, "opening"),
        # several projects: one open is enough; else the first to open
        ([ALPHA, BRAVO], "2026-11-19T22:00+01:00", "2026-11-19T22:05+01:00", True, "BRAVO-24x7"),
        ([ALPHA, EARLY], "2026-11-19T05:58+01:00", "2026-11-19T06:05+01:00", False, "EARLY"),
        # a holiday is outside hours
        ([ALPHA], "2026-12-25T10:00+01:00", "2026-12-25T10:15+01:00", False, "outside"),
        # the night of the clock change: elapsed time
        ([BRAVO], "2026-10-25T02:58+02:00", "2026-10-25T02:03+01:00", True, "in service hours"),
        ([], "2026-11-19T22:00+01:00", "2026-11-19T22:05+01:00", True, "stricter"),
    ],
)
def test_the_ert_has_five_minutes_in_hours_and_fifteen_outside_but_not_past_the_opening(
    calendars: list[Calendar], reported: str, due: str, in_hours: bool, words: str
) -> None:
    found = ert_deadline(calendars, at(reported), LIMITS)
    assert found.due_at == at(due)
    assert found.in_hours is in_hours
    assert words in found.rule


@pytest.mark.covers("R9", "R10", "A13")
@given(calendars=SETS, reported=MOMENTS)
def test_the_ert_limit_of_the_moment_is_never_exceeded_nor_undercut(
    calendars: list[Calendar], reported: datetime
) -> None:
    found = ert_deadline(calendars, reported, LIMITS)
    opened = any(is_open(calendar, reported) for calendar in calendars)
    assert found.in_hours is opened
    assert found.due_at <= reported + timedelta(minutes=5 if opened else 15)
    assert found.due_at >= reported + timedelta(minutes=5)
    assert found.due_at.tzinfo is UTC
    if not opened:
        for calendar in calendars:
            opening = next_opening(calendar, reported)
            assert opening is not None
            assert found.due_at <= opening + timedelta(minutes=5)


@given(calendars=SETS, reported=MOMENTS, wait=st.integers(1, 600), short=st.integers(1, 30))
def test_reporting_later_never_brings_an_earlier_deadline(
    calendars: list[Calendar], reported: datetime, wait: int, short: int
) -> None:
    limits = Limits(ert_ack_in_hours=short, ert_ack_out_of_hours=3 * short)
    later = reported + timedelta(minutes=wait)
    due, due_later = (ert_deadline(calendars, at, limits).due_at for at in (reported, later))
    assert due <= due_later


@given(calendars=SETS, extra=st.sampled_from([ALPHA, CHARLIE, EARLY, BRAVO]), reported=MOMENTS)
def test_another_affected_project_can_only_make_it_stricter(
    calendars: list[Calendar], extra: Calendar, reported: datetime
) -> None:
    alone = ert_deadline(calendars, reported, LIMITS).due_at
    assert ert_deadline([*calendars, extra], reported, LIMITS).due_at <= alone


@pytest.mark.covers("A14")
def test_the_silence_before_the_next_member_is_shorter_in_hours() -> None:
    assert ert_retry_minutes([ALPHA], at("2026-11-19T10:00+01:00"), LIMITS) == 2
    assert ert_retry_minutes([ALPHA], at("2026-11-19T22:00+01:00"), LIMITS) == 5


@pytest.mark.covers("E36")
def test_a_cause_before_the_opening_has_its_effect_at_the_opening() -> None:
    cause = at("2026-11-19T06:30+01:00")
    assert effect_start(ALPHA, cause) == at("2026-11-19T08:00+01:00")
    assert ert_deadline([ALPHA], cause, LIMITS).due_at == at("2026-11-19T06:45+01:00")
    assert limit_by_name("rto-1", ALPHA, cause, LIMITS).due_at == at("2026-11-19T08:30+01:00")


@pytest.mark.covers("E37")
def test_a_cause_two_minutes_before_closing_keeps_the_short_limit() -> None:
    cause = at("2026-11-19T19:58+01:00")
    assert effect_start(ALPHA, cause) == cause
    assert ert_deadline([ALPHA], cause, LIMITS).due_at == at("2026-11-19T20:03+01:00")


@pytest.mark.covers("E38", "R41")
def test_eight_hours_over_the_clock_change_are_eight_hours() -> None:
    found = rto_deadline(4, at("2026-10-25T01:30+02:00"), LIMITS)
    assert found.due_at == at("2026-10-25T08:30+01:00")


@pytest.mark.covers("R22", "R28", "R34", "R41")
@pytest.mark.parametrize(("level", "minutes"), [(1, 30), (2, 30), (3, 30), (4, 480)])
def test_each_level_has_its_recovery_time(level: int, minutes: int) -> None:
    start = at("2026-11-19T10:00+01:00")
    found = rto_deadline(level, start, LIMITS)
    assert found.due_at - start == timedelta(minutes=minutes)
    assert f"level {level}: {minutes} minutes" in found.rule


def test_there_is_no_fifth_level() -> None:
    with pytest.raises(ValueError, match="level is 5; right would be 1, 2, 3 or 4"):
        rto_deadline(5, at("2026-11-19T10:00+01:00"), LIMITS)


@pytest.mark.covers("A15", "R21")
@pytest.mark.parametrize(
    ("limit", "minutes"), [(am_deadline, 5), (cmt_deadline, 5), (backup_deadline, 30)]
)
def test_the_other_limits_run_by_day_and_night(limit: object, minutes: int) -> None:
    for text, in_hours in (("2026-11-19T10:00+01:00", True), ("2026-11-19T22:00+01:00", False)):
        found = limit([ALPHA], at(text), LIMITS)  # type: ignore[operator]
        assert found.due_at - at(text) == timedelta(minutes=minutes)
        assert found.in_hours is in_hours


@given(name=st.sampled_from(LIMIT_NAMES), moment=MOMENTS)
def test_every_limit_gives_a_later_moment_in_utc_and_a_sentence(
    name: str, moment: datetime
) -> None:
    found = limit_by_name(name, ALPHA, moment, LIMITS)
    assert found.due_at > moment
    assert found.due_at.tzinfo is UTC
    assert found.rule.endswith(".")
    assert found.in_hours is is_open(ALPHA, moment)


def test_an_unknown_limit_and_a_line_that_never_opens_are_refused() -> None:
    moment = at("2026-11-19T10:00+01:00")
    with pytest.raises(ValueError, match="'rto-5' is no limit"):
        limit_by_name("rto-5", ALPHA, moment, LIMITS)
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(450)]
    ended = Calendar.model_validate(
        {
            "id": "ENDED",
            "time_zone": "Europe/Berlin",
            "hours": ["24/7"],
            "overrides": [{"day": day, "reason": "ended"} for day in days],
        }
    )
    with pytest.raises(ValueError, match="ENDED does not open"):
        limit_by_name("rto-1", ended, moment, LIMITS)
    assert effect_start(ended, moment) is None
    assert ert_deadline([ended], moment, LIMITS).due_at == moment + timedelta(minutes=15)
