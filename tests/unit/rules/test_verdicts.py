"""Verdicts on plain values."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.measured_times import Moments, measured_times
from kitart.rules.outages import State, episodes, is_unstable
from kitart.rules.verdicts import (
    RTO_LEVEL_4,
    RTO_LEVELS_1_TO_3,
    Outcome,
    RtoTarget,
    ShortCover,
    judge,
    not_applicable,
    punctuality,
    rto_results,
    worst,
)

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.mark.covers("R22", "A4")
@pytest.mark.parametrize(
    ("reached", "now", "outcome", "late_by", "left"),
    [
        (22, 60, Outcome.MET, None, None),
        (30, 60, Outcome.MET, None, None),
        (34, 60, Outcome.MISSED, 4, None),
        (None, 10, Outcome.RUNNING, None, 20),
        (None, 30, Outcome.RUNNING, None, 0),
        (None, 45, Outcome.MISSED, 15, None),
    ],
)
def test_a_target_is_judged_by_the_minute(
    reached: int | None, now: int, outcome: Outcome, late_by: int | None, left: int | None
) -> None:
    verdict = judge(
        START, minutes(30), None if reached is None else minute(reached), now=minute(now)
    )
    assert verdict.outcome is outcome
    assert verdict.late_by == (None if late_by is None else minutes(late_by))
    assert verdict.left == (None if left is None else minutes(left))


@pytest.mark.covers("E7", "D11")
def test_two_of_three_seats_in_time_is_met_in_part_with_the_figures() -> None:
    short = ShortCover(2, 3, 115)
    verdict = judge(START, minutes(30), minute(22), now=minute(200), short_cover=short)
    assert verdict.outcome is Outcome.MET_IN_PART
    assert verdict.short_cover == short


def test_no_effect_inside_service_hours_is_not_applicable() -> None:
    assert judge(None, minutes(30), None, now=START).outcome is Outcome.NOT_APPLICABLE


def test_what_is_restored_but_not_yet_proved_is_still_running() -> None:
    verdict = judge(START, minutes(30), minute(11), now=minute(14), awaiting_proof=True)
    assert verdict.outcome is Outcome.RUNNING
    assert "being proved" in verdict.reason


def test_what_came_back_too_late_is_missed_even_before_it_is_proved() -> None:
    verdict = judge(START, minutes(30), minute(31), now=minute(32), awaiting_proof=True)
    assert verdict.outcome is Outcome.MISSED


@pytest.mark.covers("E36")
def test_a_fault_put_right_before_opening_is_prevented() -> None:
    opens = minute(120)
    verdict = judge(opens, minutes(30), opens - minutes(20), now=opens + minutes(60))
    assert verdict.outcome is Outcome.MET
    assert verdict.prevented


@pytest.mark.covers("A17", "E29")
def test_level_4_declared_after_half_an_hour_does_not_undo_the_missed_target() -> None:
    targets = [RtoTarget(RTO_LEVELS_1_TO_3, START), RtoTarget(RTO_LEVEL_4, minute(40))]
    half_hour, eight_hours = rto_results(START, targets, minute(120), now=minute(200))
    assert half_hour.verdict.outcome is Outcome.MISSED
    assert half_hour.verdict.late_by == minutes(90)
    assert eight_hours.verdict.outcome is Outcome.MET
    assert eight_hours.due == START + timedelta(hours=8)
    assert worst([half_hour.verdict, eight_hours.verdict]).outcome is Outcome.MISSED


@pytest.mark.covers("A17")
def test_level_4_declared_in_time_takes_over_but_does_not_restart_the_clock() -> None:
    targets = [RtoTarget(RTO_LEVELS_1_TO_3, START), RtoTarget(RTO_LEVEL_4, minute(20))]
    half_hour, eight_hours = rto_results(START, targets, None, now=minute(100))
    assert half_hour.verdict.outcome is Outcome.NOT_APPLICABLE
    assert eight_hours.verdict.outcome is Outcome.RUNNING
    assert eight_hours.verdict.left == minutes(380)


@pytest.mark.covers("A17", "E30")
def test_lowering_the_level_rewrites_nothing() -> None:
    targets = [RtoTarget(RTO_LEVEL_4, START), RtoTarget(RTO_LEVELS_1_TO_3, minute(60))]
    eight_hours, half_hour = rto_results(START, targets, minute(90), now=minute(100))
    assert eight_hours.verdict.outcome is Outcome.MET
    assert half_hour.verdict.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.covers("A17")
def test_a_target_met_before_the_level_was_raised_stays_met() -> None:
    targets = [RtoTarget(RTO_LEVELS_1_TO_3, START), RtoTarget(RTO_LEVEL_4, minute(25))]
    first, _ = rto_results(START, targets, minute(12), now=minute(100))
    assert first.verdict.outcome is Outcome.MET


@pytest.mark.covers("E38")
def test_eight_hours_over_the_end_of_summer_time_are_eight_elapsed_hours() -> None:
    budapest = ZoneInfo("Europe/Budapest")
    declared = datetime(2026, 10, 25, 1, 30, tzinfo=budapest).astimezone(UTC)
    (result,) = rto_results(declared, [RtoTarget(RTO_LEVEL_4, declared)], None, now=declared)
    assert f"{result.due.astimezone(budapest):%H:%M %Z}" == "08:30 CET"


FLAPS: list[tuple[datetime, State]] = [
    (minute(0), "down"),
    (minute(3), "up"),
    (minute(6), "down"),
    (minute(8), "up"),
    (minute(12), "down"),
    (minute(20), "up"),
]


@pytest.mark.covers("E34")
def test_a_flapping_system_is_one_episode_with_span_and_down_time() -> None:
    (episode,) = episodes(FLAPS, now=minute(30))
    assert episode.total_span(minute(30)) == minutes(20)
    assert episode.down_time(minute(30)) == minutes(3 + 2 + 8)
    assert not episode.held
    assert episodes(FLAPS, now=minute(35))[0].held


@pytest.mark.covers("E34")
def test_three_changes_in_a_quarter_of_an_hour_are_unstable_until_it_is_quiet() -> None:
    assert not is_unstable(FLAPS, now=minute(6))
    assert is_unstable(FLAPS, now=minute(8))
    assert not is_unstable(FLAPS, now=minute(34))


def test_a_monitor_that_says_unstable_is_believed() -> None:
    assert is_unstable([(START, "down"), (minute(1), "unstable")], now=minute(40))


@pytest.mark.covers("E35")
def test_a_relapse_after_a_stable_time_is_an_episode_of_its_own() -> None:
    states: list[tuple[datetime, State]] = [
        (minute(0), "down"),
        (minute(10), "up"),
        (minute(26), "down"),
    ]
    first, second = episodes(states, now=minute(40))
    assert (first.restored, first.held) == (minute(10), True)
    assert (second.start, second.restored) == (minute(26), None)
    assert second.down_time(minute(40)) == minutes(14)


def test_a_time_in_which_nobody_could_look_is_not_counted_as_stable() -> None:
    states: list[tuple[datetime, State]] = [
        (minute(0), "down"),
        (minute(10), "up"),
        (minute(12), "unknown"),
        (minute(30), "up"),
    ]
    assert not episodes(states[:3], now=minute(60))[0].held
    (episode,) = episodes(states, now=minute(44))
    assert (episode.restored, episode.held) == (minute(10), False)
    assert episodes(states, now=minute(45))[0].held


def test_an_unknown_state_neither_ends_nor_begins_an_outage() -> None:
    states: list[tuple[datetime, State]] = [(minute(0), "down"), (minute(5), "unknown")]
    (episode,) = episodes(states, now=minute(9))
    assert episode.restored is None
    assert episodes([(minute(0), "unknown")], now=minute(9)) == ()


@given(
    st.lists(
        st.tuples(
            st.integers(0, 300).map(minute),
            st.sampled_from(["up", "down", "unstable", "unknown"]),
        )
    )
)
def test_down_time_never_exceeds_the_total_span(states: list[tuple[datetime, State]]) -> None:
    now = minute(301)
    found = episodes(states, now=now)
    for episode in found:
        assert timedelta(0) <= episode.down_time(now) <= episode.total_span(now)
    assert all(each.held for each in found[:-1])


@given(st.integers(0, 600), st.integers(1, 600), st.integers(0, 600), st.booleans())
def test_a_missed_verdict_stays_missed_as_time_passes(
    target: int, later: int, reached: int, open_: bool
) -> None:
    end = None if open_ else minute(reached)
    before = judge(START, minutes(target), end, now=minute(target + 1))
    after = judge(START, minutes(target), end, now=minute(target + 1 + later))
    if before.outcome is Outcome.MISSED:
        assert after.outcome is Outcome.MISSED


def moments() -> Moments:
    return Moments(
        reported=minute(1),
        effect_start=START,
        ert_acknowledged=minute(8),
        ert_due=minute(6),
        effect_known=minute(1),
        am_told=minute(4),
        classified=None,
        invoked=minute(9),
        normal=minute(41),
    )


@pytest.mark.covers("R9", "R15", "A15", "E24")
def test_the_table_of_measured_times_has_a_verdict_in_each_row() -> None:
    results = rto_results(START, [RtoTarget(RTO_LEVELS_1_TO_3, START)], minute(38), now=minute(60))
    rows = {r.measure: r for r in measured_times(moments(), results, minute(38), now=minute(60))}
    outcomes = {name: row.verdict.outcome.value for name, row in rows.items()}
    assert outcomes == {
        "Time to report": "no target",
        "Time to emergency response team": "missed",
        "Time to account manager": "met",
        "Time to classify": "missed",
        "Time to crisis management team": "not applicable",
        "Time to invoke": "no target",
        "Recovery time": "missed",
        "Time to normal": "no target",
    }
    assert rows["Time to emergency response team"].verdict.late_by == minutes(2)
    assert rows["Recovery time"].actual == minutes(38)


@pytest.mark.covers("E32")
def test_a_false_alarm_keeps_the_times_but_gives_no_verdict() -> None:
    rows = measured_times(moments(), (), None, now=minute(60), void="false alarm")
    assert {row.verdict.outcome for row in rows} == {Outcome.NOT_APPLICABLE}
    assert any(row.actual == minutes(7) for row in rows)


def test_a_message_sent_on_its_minute_is_punctual_and_one_unsent_is_not() -> None:
    assert punctuality(START, START, now=minute(9)).outcome is Outcome.MET
    assert punctuality(START, minute(2), now=minute(9)).late_by == minutes(2)
    assert punctuality(START, None, now=minute(9)).outcome is Outcome.MISSED


def test_the_worst_of_nothing_is_not_applicable() -> None:
    assert worst([]).outcome is Outcome.NOT_APPLICABLE
    assert worst([not_applicable("x")]).reason == "x"
