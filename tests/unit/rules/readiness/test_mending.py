"""The weakest hours, and what one more backup would lift: counted as if the plan had it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.plan.schema import Plan
from kitart.rules.readiness.mending import PARTS, Mend, mends, newcomer, standby_of
from kitart.rules.readiness.outlook import NOBODY, Model, Outlook, open_hours, outlook
from kitart.rules.readiness.recurring import in_words, longest_in_words, recurring
from kitart.rules.readiness.reserve import reserves
from kitart.rules.readiness.situations import hours_from
from kitart.rules.readiness.weakest import weakest
from tests.unit.rules.readiness.companies import plans

BUDAPEST = "Europe/Budapest"
MONDAY = datetime(2026, 10, 26, tzinfo=UTC)


def lifted(plan: Plan, hours: tuple[datetime, ...], queue: str, standby: str) -> Counter[object]:
    """What an agent who is really in the plan lifts."""
    wider = plan.model_copy(update={"agents": (
        *plan.agents, newcomer(plan, queue, (standby,), date(2026, 10, 26)))})  # fmt: skip
    before = outlook(Model(plan, hours)).worst(queue)
    wide = outlook(Model(wider, hours))
    kept = {key: rows for key, rows in wide.levels.items() if key != "area:ELSEWHERE"}
    after = Outlook(wide.first, wide.hours, wide.queues, kept)
    pairs = zip(before, after.worst(queue), strict=True)
    return Counter((int(was), will) for was, will in pairs if was >= "2" and will < was)


@pytest.mark.covers("D27")
@settings(max_examples=12, deadline=None)
@given(plans(), st.integers(0, 6))
def test_what_a_backup_would_lift_is_what_it_lifts_once_in_the_plan(plan: Plan, day: int) -> None:
    hours = hours_from(MONDAY + timedelta(days=day, hours=18), 10)
    model = Model(plan, hours)
    found = outlook(model)
    told = {(mend.queue, mend.part): mend for mend in mends(model, found)}
    for queue in found.queues:
        for part in PARTS:
            mend = told.get((queue, part))
            said = Counter({(was, will): n for was, will, n in mend.lifts} if mend else {})
            assert said == lifted(plan, hours, queue, standby_of(part)), (queue, part)


@pytest.fixture(scope="module")
def all_mends(model: Model, found: Outlook) -> list[Mend]:
    return mends(model, found)


@pytest.mark.covers("D27")
def test_the_best_mend_comes_first_and_says_where_not_to_look(all_mends: list[Mend]) -> None:
    first = all_mends[0]
    level_four = [sum(n for was, _, n in mend.lifts if was == 4) for mend in all_mends]
    assert level_four == sorted(level_four, reverse=True)
    assert first.hours > 30
    (romanian,) = [mend for mend in all_mends if mend.queue == "CHARLIE/ro"]
    assert romanian.outside == ("RO-IS",)
    # One seat from 16:00 on; before, two are lost and one more backup is not enough.
    assert romanian.part == ((0, 1, 2, 3, 4), 16, 24)
    assert {(was, will) for was, will, _ in romanian.lifts} == {(4, "1")}


@pytest.mark.covers("D27", "E15")
def test_weak_hours_are_said_by_weekday_the_worst_first(found: Outlook) -> None:
    weak = weakest(found, BUDAPEST)
    assert [each.level for each in weak] == sorted((each.level for each in weak), reverse=True)
    assert weak[0].causes == (NOBODY,), "what needs nothing to fail comes first"
    (romanian,) = [each for each in weak if each.queue == "CHARLIE/ro" and each.when.hours > 100]
    assert romanian.causes == ("area:RO-IS",)
    when = romanian.when
    assert in_words(when.days, when.start, when.end) == "Mon-Fri 08:00-18:00"
    for queue in found.queues:
        hours = sum(each.when.hours for each in weak if each.queue == queue)
        assert hours == sum(letter >= "3" for letter in found.worst(queue))


def test_hours_that_come_again_are_one_and_keep_their_clock_over_the_change() -> None:
    first = datetime(
        2026, 10, 24, 22, tzinfo=UTC
    )  # midnight in Budapest, an hour before the change
    marks: list[str | None] = [
        "x" if (first + n * timedelta(hours=1)).hour == hour else None
        for n in range(24 * 10)
        for hour in (8 if n > 2 else 7,)
    ]
    (one,) = recurring(marks, first, BUDAPEST)
    assert (one.start, one.end, one.days, one.hours) == (9, 10, (0, 1, 2, 3, 4, 5, 6), 10)
    assert str(in_words((0, 1, 5), 0, 24)) == "Mon,Tue,Sat 00:00-24:00"
    assert in_words((0, 1, 2), 8, 16).translations["hu"] == "H-Sze 08:00-16:00"


def test_the_hour_that_comes_twice_is_counted_twice() -> None:
    marks = ["x"] * 25
    (one,) = recurring(marks, datetime(2026, 10, 24, 22, tzinfo=UTC), BUDAPEST)
    assert (one.start, one.end, one.hours) == (0, 24, 25)


@pytest.mark.covers("D27", "E6")
def test_a_queue_has_a_reserve_only_in_an_area_of_none_of_its_agents(model: Model) -> None:
    found = reserves(model)
    assert set(found["CHARLIE/ro"]) == {".", "3"}, "its only reserve lives where its agents do"
    dutch = found["ALPHA/nl"]
    assert 0 < dutch.count("3") < open_hours(dutch)


def test_hours_within_longer_ones_are_not_said_again() -> None:
    """The look begins at noon on a Friday: its first day has hours that are no whole day's."""
    first = datetime(2026, 11, 27, 11, tzinfo=UTC)
    marks = [
        "" if 8 <= (first + timedelta(hours=n)).astimezone(ZoneInfo(BUDAPEST)).hour < 20 else None
        for n in range(8 * 24)
    ]
    found = recurring(marks, first, BUDAPEST)
    assert len(found) > 1
    assert str(longest_in_words(found, 3)) == "Mon-Sun 08:00-20:00"
