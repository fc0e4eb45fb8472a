"""What holds for every course of cover, whoever is out and whoever sits in (A17, D11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.calendars import is_open
from kitart.rules.cover.clocks import LevelStep, clocks_of, verdict_of, warning_moments
from kitart.rules.cover.course import QueueCourse, course_of_queue
from kitart.rules.cover.rungs import Rung
from kitart.rules.cover.stretches import Absence, Sitting, Stretch, stretches
from kitart.rules.rosters import on_shift, seats_needed
from kitart.rules.verdicts import Outcome

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
QUEUES = ("ALPHA/nl", "BRAVO/de", "BRAVO/es", "BRAVO/it", "CHARLIE/hu", "CHARLIE/ro", "DELTA/en")
QUARTER = timedelta(minutes=15)
RUNGS = (Rung.NATIVE, Rung.NON_NATIVE, Rung.ENGLISH_ONLY)


@cache
def sample() -> Plan:
    return load_plan(Path(__file__).resolve().parents[4] / "config")


@dataclass(frozen=True)
class Case:
    queue: str
    first: datetime
    now: datetime
    absences: tuple[Absence, ...]
    sittings: tuple[Sitting, ...]
    levels: tuple[LevelStep, ...]

    def stretches(self, shuffled: int = 0) -> tuple[Stretch, ...]:
        away, sat = list(self.absences), list(self.sittings)
        if shuffled:
            Random(shuffled).shuffle(away)
            Random(shuffled).shuffle(sat)
        return stretches(sample(), self.queue, away, sat, self.first, self.now)

    def course(self, shuffled: int = 0) -> QueueCourse:
        return course_of_queue(self.queue, self.stretches(shuffled), counts_after=QUARTER)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    queue = draw(st.sampled_from(QUEUES))
    first = MONDAY + draw(st.integers(0, 7 * 24 * 12)) * timedelta(minutes=5)
    length = draw(st.integers(0, 20 * 60))
    within = st.integers(0, length + 30).map(lambda n: first + n * timedelta(minutes=1))
    maybe = st.none() | st.integers(1, 600).map(lambda n: n * timedelta(minutes=1))
    own = [agent.id for agent in sample().agents if agent.queue == queue]

    def end_of(start: datetime) -> datetime | None:
        for_so_long = draw(maybe)
        return start + for_so_long if for_so_long else None

    absences, sittings = [], []
    for code in draw(st.lists(st.sampled_from(own), max_size=6)):
        start = draw(within)
        absences.append(Absence(code, start, end_of(start)))
    for n in range(draw(st.integers(0, 4))):
        start = draw(within)
        rung = draw(st.sampled_from(RUNGS))
        sittings.append(Sitting(f"X-{n}", queue, rung, start, end_of(start)))
    steps = draw(st.lists(st.tuples(within, st.sampled_from([1, 2, 3, 4])), max_size=3))
    levels = tuple(LevelStep(*each) for each in sorted(steps))
    return Case(
        queue, first, first + timedelta(minutes=length), tuple(absences), tuple(sittings), levels
    )


@pytest.mark.covers("D11", "A16")
@settings(max_examples=150)
@given(cases())
def test_the_stretches_fit_end_to_end_and_no_uncovered_seat_vanishes(case: Case) -> None:
    plan, found = sample(), case.stretches()
    project, _, lang = case.queue.partition("/")
    assert found[0].start == case.first
    assert found[-1].end == case.now
    for one, after in pairwise(found):
        assert one.end == after.start > one.start
    for each in found:
        assert each.filled + each.uncovered == each.needed
        assert 0 <= each.lost <= each.uncovered
        moment = each.start + (each.end - each.start) / 2  # nothing changes inside a stretch
        at_work = [a for a in plan.agents if a.queue == case.queue and on_shift(a, moment)]
        assert each.own + each.out == len(at_work)
        opened = is_open(plan.calendar_of(project), moment)
        assert each.needed == (seats_needed(plan, project, lang, moment) if opened else 0)


@pytest.mark.covers("A16", "E36")
@settings(max_examples=200)
@given(cases())
def test_no_time_is_negative_and_an_effect_is_felt_in_service_hours(case: Case) -> None:
    course = case.course()
    for shortage in course.shortages:
        felt = next(each for each in course.stretches if each.start == shortage.start)
        assert felt.open
        assert felt.lost > 0
        for moment in (shortage.first_cover_at, shortage.answered_at, shortage.over_at):
            assert moment is None or shortage.start <= moment <= case.now
        if shortage.recovered_at is not None:
            assert shortage.answered_at is not None
            assert shortage.answered_at <= shortage.recovered_at
        assert all(each.end > each.start for each in shortage.interim)
        assert all(each.end - each.start < QUARTER for each in shortage.interim)
    starts = [each.start for each in course.shortages]
    assert starts == sorted(set(starts))
    clocks = clocks_of(course, case.levels, sample().limits, case.now)
    for clock in clocks:
        assert clock.results
        for result in clock.results:
            late, left = result.verdict.late_by, result.verdict.left
            assert late is None or late > timedelta(0)
            assert left is None or left >= timedelta(0)
            assert result.verdict.short_cover is None or result.verdict.short_cover.minutes >= 0
    assert bool(clocks) == (course.threatened_at is not None or bool(course.shortages))


@pytest.mark.covers("D11")
@settings(max_examples=80)
@given(cases(), st.integers(1, 99))
def test_the_order_of_what_is_known_makes_no_difference(case: Case, shuffled: int) -> None:
    assert case.course(shuffled) == case.course()


@pytest.mark.covers("A17")
@settings(max_examples=200)
@given(cases(), st.sampled_from([1, 2, 3, 4]), st.integers(0, 600))
def test_a_level_that_comes_after_a_miss_never_takes_it_back(
    case: Case, level: int, minutes: int
) -> None:
    plan, course = sample(), case.course()
    before = clocks_of(course, case.levels, plan.limits, case.now)
    for place, clock in enumerate(before):
        missed = [r.due for r in clock.results if r.verdict.outcome is Outcome.MISSED]
        if not missed:
            continue
        later = max([*missed, *(each.at for each in case.levels)])
        raised = (*case.levels, LevelStep(later + timedelta(minutes=minutes + 1), level))
        after = clocks_of(course, raised, plan.limits, case.now)
        assert after[place].verdict.outcome is Outcome.MISSED
        assert after[place].verdict.late_by is not None
        assert after[place].verdict.late_by >= clock.verdict.late_by
        assert verdict_of(after).outcome is Outcome.MISSED


@pytest.mark.covers("A17")
@settings(max_examples=80)
@given(cases())
def test_warnings_come_in_order_and_none_before_the_effect(case: Case) -> None:
    for shortage in case.course().shortages:
        found = warning_moments(shortage, case.levels, sample().limits)
        assert [each.at for each in found] == sorted(each.at for each in found)
        assert all(each.at > shortage.start for each in found)
