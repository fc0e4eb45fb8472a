"""Calls counted from records, by interval and by speaker, and what is usual (reports c5 to c7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.rules.call_figures import (
    Call,
    Tally,
    Usual,
    never_reached,
    percent,
    slices,
    speaker,
    spoken,
    tally,
    usual,
    weeks_before,
)

pytestmark = pytest.mark.covers("D3")
TEN = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)  # ten o'clock in Berlin
moments = st.integers(0, 500_000).map(lambda minutes: TEN - timedelta(minutes=minutes))


def call(minute: int, outcome: str = "answered", **more: object) -> Call:
    return Call(TEN + timedelta(minutes=minute), outcome, **more)  # type: ignore[arg-type]


def test_each_call_was_answered_given_up_or_met_a_recording() -> None:
    calls = [call(1), call(2), call(3, "abandoned"), call(4, "recording")]
    assert tally(calls) == Tally(offered=4, answered=2, abandoned=1, recording=1)


def test_answered_in_time_counts_the_wait_to_the_second() -> None:
    calls = [call(1, waited_s=20.0), call(2, waited_s=20.5), call(3, "abandoned", waited_s=1.0)]
    assert tally(calls, within_s=20).in_time == 1


def test_one_unknown_wait_makes_the_share_unknown() -> None:
    assert tally([call(1, waited_s=3.0), call(2)], within_s=20).in_time is None


@given(
    st.lists(st.tuples(st.integers(0, 2999), st.sampled_from(["answered", "abandoned"]))),
    st.integers(1, 3000),
)
def test_the_intervals_add_up_to_the_whole(found: list[tuple[int, str]], length: int) -> None:
    end = TEN + timedelta(minutes=length)
    calls = [call(minute, outcome) for minute, outcome in found if minute < length]
    parts = slices(calls, TEN, end)
    assert sum(part.tally.offered for part in parts) == len(calls)
    assert parts[0].start == TEN
    assert parts[-1].end == end
    assert all(a.end == b.start for a, b in pairwise(parts))


@pytest.mark.parametrize(("hours", "parts"), [(1, 2), (6, 12), (7, 7), (24, 24), (60, 3)])
def test_a_longer_time_is_told_in_longer_intervals(hours: int, parts: int) -> None:
    assert len(slices([], TEN, TEN + timedelta(hours=hours))) == parts


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match=r"end is 2026-11-19T08:59.*right would be"):
        slices([], TEN, TEN - timedelta(minutes=1))


def test_ten_o_clock_stays_ten_o_clock_across_the_change_of_summer_time() -> None:
    start = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
    found = weeks_before(start, start + timedelta(hours=2), "Europe/Berlin")
    local = [moment.astimezone(ZoneInfo("Europe/Berlin")) for moment, _ in found]
    assert [f"{each:%a %H:%M}" for each in local] == ["Thu 10:00"] * 4
    assert [f"{each:%d %b %H:%M}" for each, _ in found] == [
        "29 Oct 09:00", "22 Oct 08:00", "15 Oct 08:00", "08 Oct 08:00",
    ]  # fmt: skip


@given(moments, st.sampled_from(["Europe/London", "Africa/Casablanca", "America/Toronto"]))
def test_the_same_hours_are_wholly_before(start: datetime, zone: str) -> None:
    windows = weeks_before(start, start + timedelta(hours=3), zone)
    assert len(windows) == 4
    assert all(begin < end < start for begin, end in windows)


def test_the_usual_is_the_middle_of_the_weeks_that_had_calls() -> None:
    weeks = [Tally(100, 94, 6), Tally(0, 0, 0), Tally(90, 85, 5), Tally(300, 100, 200)]
    assert usual(weeks) == Usual(3, offered=100, answered=94, abandoned=6, least=90, most=300)


def test_without_any_call_nothing_is_usual() -> None:
    assert usual([Tally(), Tally()]) is None


def test_who_never_reached_us_is_estimated_with_a_margin_and_never_below_nothing() -> None:
    found = Usual(4, offered=100, answered=94, abandoned=6, least=70, most=120)
    assert never_reached(found, 80) == (20, 0, 40)
    assert never_reached(None, 80) is None


def test_a_share_of_nothing_is_unknown() -> None:
    assert percent(25, 96) == 26
    assert percent(0, 0) is None


def test_answered_calls_are_counted_by_the_kind_of_speaker() -> None:
    calls = [call(1, spoken_by="native"), call(2, spoken_by="english_only"),
             call(3, "abandoned", spoken_by="unknown")]  # fmt: skip
    assert spoken(calls) == {"native": 1, "english_only": 1}


@pytest.mark.covers("R33")
def test_an_agent_counts_by_how_well_the_queue_s_language_is_spoken() -> None:
    plan = load_plan(Path(__file__).resolve().parents[3] / "config")
    queue = plan.project("BRAVO").queue("es")
    by_kind = {kind: 0 for kind in ("native", "non_native", "english_only", "unknown")}
    for agent in plan.agents:
        kind = speaker(agent, queue)
        by_kind[kind] += 1
        level = agent.languages.get("es")
        assert (kind == "native") == (level == "native")
        if level in ("A1", "A2", "B1", "B2"):  # BRAVO wants C1
            assert kind in ("english_only", "unknown")
    assert all(by_kind[kind] for kind in ("native", "english_only"))
    assert speaker(None, queue) == "unknown"
