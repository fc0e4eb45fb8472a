"""The plan's clock: steady, faster for exercises, or moved by hand (D2, D21)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart import clock
from kitart.clock import HandClock, SteadyClock, as_utc, monotonic_s, nap, nap_async, real_now

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOMENTS = st.integers(-800_000_000, 2_000_000_000).map(lambda s: T0 + timedelta(seconds=s))
SPEEDS = st.floats(0.1, 1000)


@pytest.mark.covers("D2")
def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        as_utc(T0.replace(tzinfo=None))
    assert as_utc(T0.astimezone(timezone(timedelta(hours=5)))).utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="has no time zone"):
        HandClock(T0.replace(tzinfo=None))


@given(MOMENTS, MOMENTS, SPEEDS, st.floats(0, 1e6))
def test_two_clocks_of_one_installation_agree(
    anchor: datetime, start: datetime, speed: float, passed_s: float
) -> None:
    one, other = SteadyClock(speed, anchor, start), SteadyClock(speed, anchor, start)
    real = anchor + timedelta(seconds=passed_s)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: real)
        assert one.now() == other.now()
        gone = (one.now() - start).total_seconds()
        assert gone == pytest.approx(passed_s * speed, rel=1e-6, abs=1e-3)


@given(SPEEDS, st.floats(0, 1e5))
def test_waiting_the_real_seconds_reaches_the_moment(speed: float, ahead_s: float) -> None:
    fast = SteadyClock(speed, T0, T0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: T0)
        moment = T0 + timedelta(seconds=ahead_s)
        wait_s = fast.real_seconds_until(moment)
        assert wait_s >= 0
        patch.setattr(clock, "real_now", lambda: T0 + timedelta(seconds=wait_s))
        assert abs((fast.now() - moment).total_seconds()) < 1e-3 * max(1, speed)
        assert fast.real_seconds_until(T0 - timedelta(days=1)) == 0


def test_what_was_dated_by_real_time_is_found_on_the_plan_s_clock() -> None:
    dated = T0 - timedelta(minutes=3)
    assert SteadyClock(8, T0, T0 + timedelta(days=1)).at(dated) == T0 + timedelta(
        days=1, minutes=-24
    )
    assert SteadyClock().at(dated.astimezone(timezone(timedelta(hours=2)))) == dated
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "real_now", lambda: T0)
        assert HandClock(T0 + timedelta(days=9)).at(dated) == dated + timedelta(days=9)


def test_without_an_anchor_it_is_real_time() -> None:
    before = real_now()
    assert before <= SteadyClock().now() <= real_now()


@given(st.lists(st.integers(-3600, 3600), max_size=10))
def test_a_clock_by_hand_stands_where_it_was_put(steps: list[int]) -> None:
    by_hand, expected = HandClock(T0), T0
    for step in steps:
        by_hand.advance(seconds=step)
        expected += timedelta(seconds=step)
        assert by_hand.now() == expected
    by_hand.move_to(T0)
    assert by_hand.now() == T0
    assert by_hand.real_seconds_until(T0) == 0
    assert by_hand.real_seconds_until(T0 + timedelta(microseconds=1)) == float("inf")


def test_a_nap_ends_at_its_moment_or_its_limit() -> None:
    by_hand = HandClock(T0)
    begun = monotonic_s()
    nap(by_hand, T0, at_most_s=5)
    nap(by_hand, T0 - timedelta(hours=1), at_most_s=5)
    assert monotonic_s() - begun < 1
    nap(by_hand, T0 + timedelta(hours=1), at_most_s=0.05)
    nap(by_hand, None, at_most_s=0.05)
    asyncio.run(nap_async(by_hand, T0 + timedelta(hours=1), at_most_s=0.05))
    assert monotonic_s() - begun >= 0.15
