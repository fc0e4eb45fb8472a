"""Did agents fall out of the phone system together? (E18)"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.rules.dropped import Looks, at_once, dropped
from kitart.rules.rosters import on_shift
from kitart.settings import HOUSE

pytestmark = pytest.mark.covers("E18")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AGENTS = load_plan(HOUSE / "config").agents
AT_WORK = [agent.id for agent in AGENTS if on_shift(agent, NOW)]
CODES = [agent.id for agent in AGENTS]


def looks(
    live: object, logged_in: object = (), gap: timedelta = MINUTE, now: datetime = NOW
) -> Looks:  # fmt: skip
    return Looks(now - gap, now, frozenset(live), frozenset(logged_in))  # type: ignore[call-overload]


def test_who_was_live_and_is_gone_counts_in_the_plans_order() -> None:
    live = [AT_WORK[3], AT_WORK[0], AT_WORK[1]]
    assert dropped(looks(live, [AT_WORK[1]]), AGENTS, ()) == (AT_WORK[0], AT_WORK[3])


def test_a_break_is_no_drop() -> None:
    # Logged in, and not live: a pause, or work after a call.
    assert dropped(looks(AT_WORK[:4], AT_WORK[:4]), AGENTS, ()) == ()


def test_who_is_reported_already_is_not_asked() -> None:
    assert dropped(looks(AT_WORK[:3]), AGENTS, AT_WORK[:2]) == (AT_WORK[2],)


def test_the_end_of_a_shift_and_work_outside_one_are_no_drop() -> None:
    # AG-014 works until 16:00 in Budapest.
    for minutes, counts in ((10, True), (4, False), (-1, False)):
        now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC) - timedelta(minutes=minutes)
        assert bool(dropped(looks(["AG-014"], now=now), AGENTS, ())) is counts
    assert dropped(looks(["AG-032"]), AGENTS, ()) == ()  # standby only


@pytest.mark.parametrize(
    ("gap", "counts"),
    [(60, True), (120, True), (150, True), (151, False), (600, False), (0, False), (-60, False)],
)
def test_only_two_looks_close_together_can_be_compared(gap: int, counts: bool) -> None:
    found = dropped(looks(AT_WORK[:4], gap=timedelta(seconds=gap)), AGENTS, ())
    assert bool(found) is counts


def test_the_first_look_concludes_nothing() -> None:
    assert dropped(Looks(None, NOW, frozenset(AT_WORK), frozenset()), AGENTS, ()) == ()


def test_how_many_are_many() -> None:
    assert [at_once(range(n), 3) for n in (0, 2, 3, 4)] == [False, False, True, True]


codes = st.frozensets(st.sampled_from(CODES))


@given(codes, codes, codes)
def test_nobody_counts_without_having_been_live_and_gone(
    live: frozenset[str], logged_in: frozenset[str], reported: frozenset[str]
) -> None:
    found = dropped(looks(live, logged_in), AGENTS, reported)
    assert set(found) <= live - logged_in - reported
    assert len(set(found)) == len(found)
    assert dropped(looks(live, logged_in), AGENTS, reported) == found


@given(codes, codes, st.sampled_from(CODES))
def test_one_more_who_is_there_takes_none_but_that_one_away(
    live: frozenset[str], logged_in: frozenset[str], more: str
) -> None:
    found = dropped(looks(live, logged_in), AGENTS, ())
    assert set(found) - {more} == set(dropped(looks(live, logged_in | {more}), AGENTS, ()))
