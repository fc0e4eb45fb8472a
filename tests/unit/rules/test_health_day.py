"""A day of looks as slots and figures: what the board draws (R43)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.health_day import DAY, SLOTS, Look, day

pytestmark = pytest.mark.covers("R43")
NOW = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(minutes_ago: int, state: str, took: float | None = None) -> Look:
    return Look(NOW - minutes_ago * MINUTE, state, took)


def test_the_running_slot_is_the_last_one_and_the_day_is_whole() -> None:
    found = day([], NOW)
    assert found.begin + DAY == datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
    assert [(s.first, s.slots, s.state) for s in found.stretches] == [(0, SLOTS, "none")]
    assert (found.now_state, found.last_down, found.mean_s) == ("none", None, None)


def test_the_worst_look_of_a_slot_is_shown() -> None:
    found = day([at(3, "up"), at(2, "down"), at(1, "unknown")], NOW)
    assert found.stretches[-1].state == "down"
    assert day([at(3, "up"), at(2, "unknown")], NOW).stretches[-1].state == "unknown"
    assert found.now_state == "unknown"


def test_the_time_down_goes_from_each_failed_look_to_the_next_look() -> None:
    found = day([at(60, "down"), at(59, "down"), at(58, "up"), at(2, "down")], NOW)
    assert found.down == 4 * MINUTE
    assert found.last_down == NOW - 2 * MINUTE
    # Nobody looked for an hour after a failed look: that is not an hour down.
    assert day([at(60, "down"), at(1, "up")], NOW).down == 5 * MINUTE


def test_answers_are_kept_by_slot_with_their_mean_and_the_slowest() -> None:
    found = day([at(20, "up", 0.2), at(19, "up", 0.4), at(1, "down")], NOW)
    assert found.took_s[-1] is None
    assert found.took_s[-2] == pytest.approx(0.3)
    assert (found.mean_s, found.most_s) == (pytest.approx(0.3), 0.4)


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.sampled_from(["up", "down", "unknown", "degraded"])),
        max_size=60,
    )
)
def test_stretches_fill_the_day_and_figures_add_up(told: list[tuple[int, str]]) -> None:
    looks = [at(minutes, state) for minutes, state in sorted(told, reverse=True)]
    found = day(looks, NOW)
    assert sum(stretch.slots for stretch in found.stretches) == SLOTS
    assert [s.first for s in found.stretches] == [
        sum(each.slots for each in found.stretches[:n]) for n in range(len(found.stretches))
    ]
    seen = [look for look in looks if found.begin <= look.at]
    assert found.looks == len(seen)
    assert found.up + found.unknown + sum(look.state == "down" for look in seen) == found.looks
    assert timedelta(0) <= found.down <= DAY


def test_looks_of_before_the_day_are_left_out() -> None:
    assert day([at(24 * 60 + 30, "down")], NOW).looks == 0
