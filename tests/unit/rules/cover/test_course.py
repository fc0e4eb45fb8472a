"""The clock of a queue: exact moments, cover that lasts, cover that does not (A16, E7, E36)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from kitart.plan.people import Leave
from kitart.plan.schema import Plan
from kitart.rules.cover.clocks import (
    CLOSED_FIRST,
    LevelStep,
    clocks_of,
    verdict_of,
    voicemail_verdict,
    warning_moments,
)
from kitart.rules.cover.course import QueueCourse, course_of_queue
from kitart.rules.cover.rungs import Rung
from kitart.rules.cover.stretches import Absence, Sitting, stretches
from kitart.rules.verdicts import Outcome, ShortCover, Verdict
from tests.unit.rules.cover.conftest import changed

QUARTER = timedelta(minutes=15)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def on(day: str, clock: str, zone: str = "+01:00") -> datetime:
    return at(f"{day}T{clock}{zone}")


def course(
    plan: Plan,
    queue: str,
    out: Sequence[tuple[str, datetime, datetime | None]],
    cover: Sequence[tuple[str, Rung, datetime, datetime | None]],
    now: datetime,
) -> QueueCourse:
    absences = [Absence(*each) for each in out]
    sittings = [Sitting(agent, queue, rung, start, end) for agent, rung, start, end in cover]
    first = min(start for _, start, _ in out)
    found = stretches(plan, queue, absences, sittings, first, now)
    return course_of_queue(queue, found, counts_after=QUARTER)


def verdicts(
    found: QueueCourse, plan: Plan, now: datetime, *levels: tuple[datetime, int]
) -> list[Verdict]:
    steps = [LevelStep(*each) for each in levels]
    (clock,) = clocks_of(found, steps, plan.limits, now)
    return [each.verdict for each in clock.results]


TUESDAY = "2026-11-24"
SUNDAY = "2026-11-22"


@pytest.mark.covers("E10", "A4")
def test_scenario_a_the_backup_is_live_after_21_minutes(plan: Plan) -> None:
    out = [("AG-014", on(TUESDAY, "09:12"), on(TUESDAY, "11:02"))]
    cover = [("AG-016", Rung.NATIVE, on(TUESDAY, "09:33"), on(TUESDAY, "11:17"))]
    now = on(TUESDAY, "11:20")
    found = course(plan, "CHARLIE/hu", out, cover, now)
    assert found.effect_at == on(TUESDAY, "09:12")
    assert found.recovered_at == on(TUESDAY, "09:33")
    (clock,) = clocks_of(found, [LevelStep(on(TUESDAY, "09:15"), 1)], plan.limits, now)
    assert clock.verdict == Verdict(Outcome.MET)
    assert clock.restored_at == on(TUESDAY, "09:33")


def scenario_b(plan: Plan, now: str = "04:30") -> QueueCourse:
    out = [(code, on(SUNDAY, "02:40", "Z"), None) for code in ("AG-023", "AG-024")]
    cover = [
        ("AG-045", Rung.NON_NATIVE, on(SUNDAY, "02:58", "Z"), on(SUNDAY, "03:05", "Z")),
        ("AG-057", Rung.ENGLISH_ONLY, on(SUNDAY, "03:29", "Z"), None),
    ]
    return course(plan, "BRAVO/es", out, cover, on(SUNDAY, now, "Z"))


@pytest.mark.covers("E14", "A16", "R28", "R34")
def test_scenario_b_cover_that_broke_is_shown_and_does_not_count(plan: Plan) -> None:
    found = scenario_b(plan)
    (shortage,) = found.shortages
    assert shortage.start == on(SUNDAY, "02:40", "Z")
    assert shortage.recovered_at == on(SUNDAY, "03:29", "Z")
    (interim,) = shortage.interim
    assert (interim.start, interim.end) == (on(SUNDAY, "02:58", "Z"), on(SUNDAY, "03:05", "Z"))
    assert interim.rungs == (Rung.NON_NATIVE,)
    assert shortage.first_cover_at == on(SUNDAY, "02:58", "Z")
    (verdict,) = verdicts(found, plan, on(SUNDAY, "04:30", "Z"))
    assert verdict == Verdict(Outcome.MISSED, late_by=timedelta(minutes=19))


@pytest.mark.covers("A16")
def test_cover_awaits_its_proof_for_a_quarter_of_an_hour(plan: Plan) -> None:
    early = scenario_b(plan, "03:02").shortages[0]
    assert early.recovered_at == on(SUNDAY, "02:58", "Z")
    assert early.awaiting_proof
    (verdict,) = verdicts(scenario_b(plan, "03:02"), plan, on(SUNDAY, "03:02", "Z"))
    assert verdict.outcome is Outcome.RUNNING
    assert verdict.reason == "restored, being proved"
    assert scenario_b(plan, "03:10").recovered_at is None
    assert scenario_b(plan, "03:43").shortages[0].awaiting_proof
    assert not scenario_b(plan, "03:44").shortages[0].awaiting_proof


@pytest.mark.covers("E7", "D11")
def test_two_of_three_seats_in_time_is_met_in_part(plan: Plan) -> None:
    night = "2026-11-24"  # a weekday, 10:00 in London: BRAVO/de needs three seats
    begins = on(night, "09:02", "Z")
    mine = [agent.id for agent in plan.agents if agent.queue == "BRAVO/de" and agent.shift]
    out = [(code, begins, None) for code in mine]
    cover = [
        ("AG-047", Rung.NON_NATIVE, on(night, "09:24", "Z"), None),
        ("AG-052", Rung.NON_NATIVE, on(night, "09:31", "Z"), None),
    ]
    early = course(plan, "BRAVO/de", out, cover, on(night, "09:31", "Z"))
    assert [v.outcome for v in verdicts(early, plan, on(night, "09:31", "Z"))] == [Outcome.RUNNING]
    now = on(night, "11:00", "Z")
    late = course(plan, "BRAVO/de", out, cover, now)
    needed = late.last_open.needed if late.last_open else 0
    assert needed == 3
    (verdict,) = verdicts(late, plan, now)
    assert verdict.outcome is Outcome.MET_IN_PART
    assert verdict.short_cover == ShortCover(2, 3, 89)  # the 7 minutes with one are another number
    (clock,) = clocks_of(late, [], plan.limits, now)
    assert clock.restored_at == on(night, "09:24", "Z")


@pytest.mark.covers("E36", "A16")
def test_what_begins_outside_hours_hits_at_opening(plan: Plan) -> None:
    out = [("AG-001", on(TUESDAY, "06:30"), None)]
    now = on(TUESDAY, "10:00")
    found = course(plan, "ALPHA/de", out, [], now)
    assert found.effect_at is not None
    assert found.effect_at >= on(TUESDAY, "08:00")
    cover = [("AG-031", Rung.NATIVE, on(TUESDAY, "07:40"), None)]
    ready = course(plan, "ALPHA/de", out, cover, now)
    assert ready.effect_at is None
    assert ready.prevented
    (verdict,) = verdicts(ready, plan, now)
    assert verdict.prevented
    assert verdict.outcome is Outcome.MET


@pytest.mark.covers("E37")
def test_a_line_that_closes_ends_the_effect_and_the_next_opening_is_a_new_one(plan: Plan) -> None:
    mine = [(a.id, on(TUESDAY, "17:58"), None) for a in plan.agents if a.queue == "CHARLIE/hu"]
    evening = on(TUESDAY, "20:00")
    found = course(plan, "CHARLIE/hu", mine, [], evening)
    (shortage,) = found.shortages
    assert shortage.start == on(TUESDAY, "17:58")
    assert shortage.closed_at == on(TUESDAY, "18:00")
    assert shortage.recovered_at is None
    (verdict,) = verdicts(found, plan, evening)
    assert (verdict.outcome, verdict.reason) == (Outcome.NOT_APPLICABLE, CLOSED_FIRST)
    morning = course(plan, "CHARLIE/hu", mine, [], on("2026-11-25", "08:45"))
    assert [each.start for each in morning.shortages][1] == on("2026-11-25", "08:00")
    both = clocks_of(morning, [], plan.limits, on("2026-11-25", "08:45"))
    assert verdict_of(both).outcome is Outcome.MISSED
    assert both[1].verdict.late_by == timedelta(minutes=15)


@pytest.mark.covers("E29", "A17", "R41")
def test_a_worse_level_leaves_the_miss_and_adds_eight_hours(plan: Plan) -> None:
    mine = [(a.id, on(TUESDAY, "10:02"), None) for a in plan.agents if a.queue == "CHARLIE/ro"]
    now = on(TUESDAY, "12:00")
    found = course(plan, "CHARLIE/ro", mine, [], now)
    levels = [(on(TUESDAY, f"10:{m}"), n) for m, n in (("05", 1), ("25", 2), ("50", 4))]
    (clock,) = clocks_of(found, [LevelStep(*each) for each in levels], plan.limits, now)
    half, eight = clock.results
    assert half.due == on(TUESDAY, "10:32")
    assert half.verdict.outcome is Outcome.MISSED
    assert eight.due == on(TUESDAY, "18:02")
    assert eight.verdict.outcome is Outcome.RUNNING
    assert clock.verdict.outcome is Outcome.MISSED
    steps = [LevelStep(*each) for each in levels]
    moments = warning_moments(found.shortages[0], steps, plan.limits)
    assert [each.at for each in moments] == [
        on(TUESDAY, clock) for clock in ("10:17", "10:32", "14:02", "18:02")
    ]


@pytest.mark.covers("E38", "A17")
def test_eight_hours_are_eight_hours_in_the_night_of_the_clock_change(plan: Plan) -> None:
    begins = at("2026-10-25T01:30:00+02:00")
    mine = [(a.id, begins, None) for a in plan.agents if a.queue == "BRAVO/es"]
    now = begins + timedelta(hours=1)
    found = course(plan, "BRAVO/es", mine, [], now)
    (clock,) = clocks_of(found, [LevelStep(begins, 4)], plan.limits, now)
    half, eight = clock.results
    assert half.verdict.outcome is Outcome.NOT_APPLICABLE
    assert eight.due == at("2026-10-25T08:30:00+01:00")


@pytest.mark.covers("A16", "R42")
def test_voicemail_is_a_milestone_and_live_answering_the_recovery(plan: Plan) -> None:
    mine = [(a.id, on(TUESDAY, "10:02"), None) for a in plan.agents if a.queue == "CHARLIE/ro"]
    now = on(TUESDAY, "15:00")
    cover = [("AG-050", Rung.NON_NATIVE, on(TUESDAY, "14:00"), None)]
    found = course(plan, "CHARLIE/ro", mine, cover, now)
    level = on(TUESDAY, "10:07"), 4
    half, eight = verdicts(found, plan, now, level)
    assert half.outcome is Outcome.NOT_APPLICABLE
    assert eight.outcome is Outcome.MET_IN_PART  # one of two seats
    heard = voicemail_verdict([LevelStep(*level)], on(TUESDAY, "10:20"), plan.limits, now)
    assert heard.outcome is Outcome.MET
    none = voicemail_verdict([], None, plan.limits, now)
    assert none.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.covers("E15", "A16")
def test_level_4_of_another_queue_gives_a_queue_that_answers_no_eight_hours(plan: Plan) -> None:
    out = [("AG-014", on(TUESDAY, "09:12"), None)]
    now = on(TUESDAY, "10:00")
    found = course(plan, "CHARLIE/hu", out, [], now)
    (verdict,) = verdicts(found, plan, now, (on(TUESDAY, "09:20"), 4))
    assert verdict.outcome is Outcome.MET_IN_PART


def test_leave_and_the_end_of_a_shift_are_edges(plan: Plan) -> None:
    away = changed(
        plan, "AG-014", leave=(Leave(first=datetime(2026, 11, 25).date(),  # noqa: DTZ001
                                     last=datetime(2026, 11, 25).date()),),  # noqa: DTZ001
    )  # fmt: skip
    first, last = on(TUESDAY, "07:00"), on("2026-11-26", "07:00")
    usual = stretches(plan, "CHARLIE/hu", [], [], first, last)
    found = stretches(away, "CHARLIE/hu", [], [], first, last)
    assert found[0].start == first
    assert found[-1].end == last
    assert all(one.end == other.start for one, other in pairwise(found))
    wednesday = on("2026-11-25", "10:00")

    def own(of: object) -> int:
        return next(s.own for s in of if s.start <= wednesday < s.end)  # type: ignore[attr-defined]

    assert own(usual) - own(found) == 1


@pytest.mark.covers("D8")
def test_an_own_agent_who_covers_elsewhere_is_not_here_as_well(plan: Plan) -> None:
    begins, now = on(TUESDAY, "09:12"), on(TUESDAY, "09:40")
    elsewhere = [Sitting("AG-013", "BRAVO/de", Rung.NON_NATIVE, begins, None)]
    (one,) = stretches(plan, "CHARLIE/hu", [], elsewhere, begins, now)
    (usual,) = stretches(plan, "CHARLIE/hu", [], [], begins, now)
    assert usual.own - one.own == 1
