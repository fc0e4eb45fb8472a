"""Clock times as people type them: around now, in their zone, also when clocks change (D2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.gateway import typed

BUDAPEST = "Europe/Budapest"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "clock", "last", "following"),
    [
        ("2026-11-24T09:00", "09:45", "2026-11-24T08:45", "2026-11-25T08:45"),
        ("2026-11-24T00:10", "23:50", "2026-11-23T22:50", "2026-11-24T22:50"),
        # 02:30 comes twice on this night: the one nearest to now counts.
        ("2026-10-25T01:45", "02:30", "2026-10-25T01:30", "2026-10-26T01:30"),
        ("2026-10-25T00:45", "02:30", "2026-10-25T00:30", "2026-10-25T01:30"),
    ],
)
def test_a_time_is_the_last_or_the_next_of_its_kind(
    now: str, clock: str, last: str, following: str
) -> None:
    assert typed.last_time(clock, at(now), BUDAPEST) == at(last)
    assert typed.next_time(clock, at(now), BUDAPEST) == at(following)


def test_nothing_typed_is_now_or_not_known() -> None:
    now = at("2026-11-24T09:00")
    assert typed.last_time("", now, BUDAPEST) == now
    assert typed.next_time("", now, BUDAPEST) is None


@pytest.mark.parametrize("text", ["9:45", "24:00", "soon", "09:45:99", "-1:00", "０9:45"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|hour|second|minute|isoformat"):
        typed.last_time(text, at("2026-11-24T09:00"), BUDAPEST)


@given(
    st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")),
    st.times(),
    st.sampled_from(["Europe/Budapest", "Asia/Kuala_Lumpur", "America/Toronto", "UTC"]),
)  # fmt: skip
def test_any_time_lies_within_a_day_and_a_bit(moment: datetime, clock, zone: str) -> None:  # type: ignore[no-untyped-def]
    now, text = moment.replace(tzinfo=UTC), f"{clock:%H:%M}"
    last, following = typed.last_time(text, now, zone), typed.next_time(text, now, zone)
    assert following is not None
    assert now - timedelta(hours=25, minutes=1) <= last <= now < following
    assert following <= now + timedelta(hours=25, minutes=1)


def test_a_form_keeps_its_number_and_gets_one() -> None:
    assert typed.form_id("abcDEF_-123") == "abcDEF_-123"
    for odd in ("", "short", "a b c d e f", "x" * 65, "'; DROP"):
        assert typed.FORM_ID.fullmatch(typed.form_id(odd))
