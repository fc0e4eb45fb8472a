"""Whom of the ERT to ask now (R8-R10, A14, E24)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.rules.escalation import Ask, Escalation, Policy, escalate

T0 = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TEAM = ("ERT-1", "ERT-2", "ERT-3", "ERT-4", "ERT-5")
IN_HOURS = Policy(TEAM, T0, T0 + timedelta(minutes=5), retry_minutes=2)


def after(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def play(
    policy: Policy,
    until: datetime,
    cannot: dict[str, datetime] | None = None,
    unreached: dict[str, datetime] | None = None,
) -> dict[str, list[datetime]]:
    """Look whenever the rule says so, and write down who was asked when."""
    asked: dict[str, list[datetime]] = {}
    now = policy.reported_at
    while now <= until:
        known = {p: at for p, at in (cannot or {}).items() if at <= now}
        failed = {p: at for p, at in (unreached or {}).items() if at <= now}
        due = escalate(policy, asked, known, now, failed)
        for ask in due.asks:
            asked.setdefault(ask.person, []).append(now)
        moments = [due.next_at, *(at for at in (cannot or {}).values() if at > now)]
        now = min(moments)
    return asked


@pytest.mark.covers("R8", "R9", "A14")
def test_in_hours_one_more_member_is_asked_every_two_minutes() -> None:
    asked = play(IN_HOURS, after(4.9))
    assert asked == {"ERT-1": [T0], "ERT-2": [after(2)], "ERT-3": [after(4)]}


@pytest.mark.covers("R10", "A14")
def test_out_of_hours_the_pause_is_longer() -> None:
    policy = Policy(TEAM, T0, after(15), retry_minutes=5)
    assert play(policy, after(14.9)) == {
        "ERT-1": [T0], "ERT-2": [after(5)], "ERT-3": [after(10)],
    }  # fmt: skip


@pytest.mark.covers("E24")
def test_at_the_deadline_everybody_is_asked_and_the_asking_goes_on() -> None:
    asked = play(IN_HOURS, after(9))
    assert asked["ERT-4"][0] == asked["ERT-5"][0] == after(5)
    assert asked["ERT-1"] == [T0, after(5), after(7), after(9)]
    assert not escalate(IN_HOURS, {}, {}, after(4.99)).breached
    assert escalate(IN_HOURS, {}, {}, after(5)).breached


@pytest.mark.covers("A14")
def test_a_cannot_brings_the_next_at_once() -> None:
    asked = play(IN_HOURS, after(3), cannot={"ERT-1": after(0.5), "ERT-2": after(0.7)})
    assert asked == {
        "ERT-1": [T0],
        "ERT-2": [after(0.5)],
        "ERT-3": [after(0.7)],
        "ERT-4": [after(2.7)],
    }


@pytest.mark.covers("D15")
def test_a_page_that_nobody_took_brings_the_next_at_once() -> None:
    due = escalate(IN_HOURS, {"ERT-1": [T0]}, {}, after(0.1), {"ERT-1": T0})
    assert due.asks == (Ask("ERT-2", 1),)


def test_who_declined_is_spared_while_somebody_else_is_left() -> None:
    asked = play(IN_HOURS, after(9), cannot={"ERT-1": after(1)})
    assert asked["ERT-1"] == [T0]
    assert len(asked["ERT-2"]) > 1


@pytest.mark.covers("E24")
def test_when_all_declined_all_are_asked_again() -> None:
    asked = play(IN_HOURS, after(9), cannot=dict.fromkeys(TEAM, after(1)))
    assert all(any(at >= after(5) for at in moments) for moments in asked.values())


@st.composite
def situations(draw: st.DrawFn) -> tuple[Policy, dict[str, list[datetime]], dict, datetime, dict]:
    seconds = st.integers(0, 3600)
    team = TEAM[: draw(st.integers(1, 5))]
    due = T0 + timedelta(seconds=draw(st.integers(60, 1800)))
    policy = Policy(team, T0, due, draw(st.integers(1, 10)))
    now = T0 + timedelta(seconds=draw(seconds))
    past = st.integers(0, int((now - T0).total_seconds())).map(lambda s: T0 + timedelta(seconds=s))
    asked = draw(
        st.dictionaries(st.sampled_from(team), st.lists(past, max_size=4).map(sorted), max_size=5)
    )
    cannot = draw(st.dictionaries(st.sampled_from(team), past, max_size=5))
    unreached = draw(st.dictionaries(st.sampled_from(team), past, max_size=5))
    return policy, asked, cannot, now, unreached


@given(situations())
def test_the_next_look_is_always_in_the_future_and_nobody_is_asked_twice(situation) -> None:
    policy, asked, cannot, now, unreached = situation
    due = escalate(policy, asked, cannot, now, unreached)
    assert due.next_at > now
    people = [ask.person for ask in due.asks]
    assert len(people) == len(set(people))
    assert all(ask.round == len(asked.get(ask.person, ())) + 1 for ask in due.asks)
    assert due.breached == (now >= policy.due_at)


@given(situations())
def test_asked_again_at_the_same_moment_nobody_is_asked_twice(situation) -> None:
    policy, asked, cannot, now, unreached = situation
    first = escalate(policy, asked, cannot, now, unreached)
    after_it = {person: list(moments) for person, moments in asked.items()}
    for ask in first.asks:
        after_it.setdefault(ask.person, []).append(now)
    again: Escalation = escalate(policy, after_it, cannot, now, unreached)
    asked_twice = {a.person for a in first.asks} & {a.person for a in again.asks}
    assert not asked_twice


@given(situations())
def test_it_is_never_silent_for_longer_than_a_pause(situation) -> None:
    """From any past: somebody is asked within one pause, or at the deadline."""
    policy, asked, cannot, now, unreached = situation
    asked = {person: list(moments) for person, moments in asked.items()}
    pause = timedelta(minutes=policy.retry_minutes)
    limit = max(now + pause, policy.due_at)
    while now <= limit:
        due = escalate(policy, asked, cannot, now, unreached)
        if due.asks:
            return
        now = due.next_at
    pytest.fail("nobody was asked")


@given(situations())
def test_after_the_deadline_everybody_has_been_asked(situation) -> None:
    policy, asked, cannot, now, unreached = situation
    now = max(now, policy.due_at)
    due = escalate(policy, asked, cannot, now, unreached)
    reached = {person for person, tries in asked.items() if tries} | {a.person for a in due.asks}
    assert reached == set(policy.order)
