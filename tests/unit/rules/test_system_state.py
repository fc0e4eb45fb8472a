"""What looks at a system say: up, down, unstable or not known (A14, D7, E34, E35)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.system_state import Look, Picture, Span, picture

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def seen(*looks: tuple[float, str], now: float | None = None) -> Picture:
    end = now if now is not None else (looks[-1][0] if looks else 0)
    return picture(
        [Look(after(minute), state) for minute, state in looks],
        stable_minutes=15, unstable_changes=3, unstable_window_minutes=15, now=after(end),
    )  # fmt: skip


def test_without_a_look_nothing_is_known() -> None:
    assert seen() == Picture("unknown", None, None, None, (), 0)


@pytest.mark.covers("E34")
def test_down_times_are_kept_and_summed() -> None:
    found = seen((0, "down"), (5, "up"), (30, "down"), (40, "up"), (60, "down"))
    assert found.spans == (
        Span(T0, after(5)), Span(after(30), after(40)), Span(after(60), None),
    )  # fmt: skip
    assert found.total_down == timedelta(minutes=15)
    assert found.state == "down"
    assert found.since == after(60)


@pytest.mark.covers("D7", "E35")
def test_recovered_only_after_the_whole_unbroken_time() -> None:
    looks = [(0, "down"), (10, "up")]
    assert not seen(*looks, now=24.99).recovered(after(24.99))
    found = seen(*looks, now=25)
    assert found.stable_at == after(25)
    assert found.recovered(after(25))


@pytest.mark.covers("A14", "E35")
def test_a_look_that_could_not_tell_breaks_the_time_up_and_is_no_down_time() -> None:
    found = seen((0, "down"), (10, "up"), (20, "unknown"), (21, "up"), now=30)
    assert found.up_since == after(21)
    assert not found.recovered(after(30))
    assert found.recovered(after(36))
    assert found.spans == (Span(T0, after(10)),)


def test_a_system_that_was_never_down_has_not_recovered() -> None:
    assert not seen((0, "up"), now=60).recovered(after(60))


def test_a_relapse_starts_the_time_anew() -> None:
    found = seen((0, "down"), (10, "up"), (20, "down"), (22, "up"), now=30)
    assert found.stable_at == after(37)


@pytest.mark.covers("E34")
def test_changes_in_quick_succession_are_unstable_until_it_holds() -> None:
    looks = [(0, "down"), (3, "up"), (6, "down"), (9, "up")]
    assert seen(*looks, now=10).state == "unstable"
    assert seen(*looks, now=10).changes == 3
    assert seen(*looks, now=24).state == "up"
    assert seen((0, "down"), (3, "up"), (6, "down"), now=7).state == "down"
    assert seen((0, "down"), (20, "up"), (40, "down"), (60, "up"), now=61).state == "up"


LOOKS = st.lists(
    st.tuples(
        st.integers(0, 200), st.sampled_from(["up", "down", "unknown", "degraded", "", "UP"])
    ),
    max_size=25,
).map(sorted)


@given(LOOKS, st.integers(0, 60))
def test_what_is_not_known_never_reads_as_up(looks: list[tuple[int, str]], more: int) -> None:
    now = (looks[-1][0] if looks else 0) + more
    found = seen(*looks, now=now)
    if not looks or looks[-1][1] != "up":
        assert found.state != "up"
        assert found.up_since is None
        assert not found.recovered(after(now))


@given(LOOKS, st.integers(0, 60))
def test_recovered_means_that_every_look_of_a_quarter_hour_said_up(
    looks: list[tuple[int, str]], more: int
) -> None:
    now = (looks[-1][0] if looks else 0) + more
    if seen(*looks, now=now).recovered(after(now)):
        assert any(state == "down" for _, state in looks)
        assert all(state == "up" for minute, state in looks if minute > now - 15)
        assert any(state == "up" for minute, state in looks if minute <= now - 15)


@given(LOOKS)
def test_down_times_follow_one_another_and_only_the_last_is_open(
    looks: list[tuple[int, str]],
) -> None:
    spans = seen(*looks).spans
    for one, following in pairwise(spans):
        assert one.end is not None
        assert one.start <= one.end <= following.start
    assert seen(*looks).total_down >= timedelta()
