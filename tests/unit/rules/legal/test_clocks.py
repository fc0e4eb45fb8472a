"""Which legal clock runs for whom, from when on, until when (reports §5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.calendars import Calendar
from kitart.plan.limits import Limits
from kitart.rules.legal import clocks as c
from kitart.rules.legal.clocks import Clock, State, Why, clocks
from kitart.rules.legal.matter import (
    ALL,
    COMPANY,
    STAFF,
    Bound,
    Matter,
    Notice,
    Said,
    client_in,
    towards,
)
from kitart.rules.legal.reminders import reminder

T0 = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
US = Bound("Europe/Budapest", country="HU", nis2=True, own_staff_data=True)
SHOP = Bound("Europe/Paris", breach_hours=24)
BANK = Bound("Europe/Berlin", country="DE", dora=True, nis2=True, incident_hours=4)


def said(answer: str = "", at: datetime = T0, reason: str = "as they said") -> Said:
    return Said(answer, at, reason, "data_protection", at)


def notice(at: datetime) -> Notice:
    return Notice("the authority", at, "portal", "R-1", "", "data_protection", at)


def matter(**known: Any) -> Matter:
    """Personal data were hit, and all are aware since T0, unless said otherwise."""
    aware = {(scope, "all"): said() for scope in (COMPANY, "BANK", "SHOP")}
    return Matter(**({"affected": {ALL: said("yes")}, "aware": aware} | known))


def all_of(known: Matter, now: datetime = T0 + HOUR) -> dict[tuple[str, str], Clock]:
    found = clocks(known, US, {"SHOP": SHOP, "BANK": BANK}, now)
    return {(clock.duty, clock.scope): clock for clock in found}


def one(duty: str, scope: str, known: Matter, now: datetime = T0 + HOUR) -> Clock:
    return all_of(known, now)[duty, scope]


def test_nothing_runs_by_itself_each_clock_says_what_is_missing() -> None:
    found = all_of(Matter())
    assert {clock.state for clock in found.values()} == {State.NOT_STARTED}
    assert found[c.BREACH, towards("SHOP")].why is Why.NOT_DECIDED
    assert found[c.EARLY, COMPANY].why is Why.NO_AWARENESS
    assert found[c.INITIAL, "BANK"].why is Why.NOT_CLASSIFIED
    assert found[c.FINAL, COMPANY].why is Why.NOT_SUBMITTED


def test_a_yes_without_a_moment_of_awareness_starts_no_clock() -> None:
    found = all_of(Matter(affected={ALL: said("yes")}))
    assert found[c.BREACH, towards("SHOP")].why is Why.NO_AWARENESS
    assert not any(clock.open for clock in found.values())


def test_the_contract_fixes_the_hours_that_the_law_leaves_open() -> None:
    shop = one(c.BREACH, towards("SHOP"), matter())
    assert (shop.due, shop.by_contract, shop.bound, shop.client) == (
        T0 + DAY, True, COMPANY, "SHOP",
    )  # fmt: skip
    bank = one(c.BREACH, towards("BANK"), matter())
    assert (bank.due, bank.state) == (None, State.RUNNING)


def test_a_contracts_hours_may_be_business_hours() -> None:
    office = Calendar(id="B", time_zone="Europe/Paris", hours=("Mon-Fri 09:00-17:00",))
    known = matter(aware={(COMPANY, "all"): said(at=datetime(2026, 11, 27, 15, tzinfo=UTC))})
    bound = {"SHOP": replace(SHOP, breach_hours=4, business=office)}
    found = clocks(known, US, bound, T0 + 9 * DAY)
    assert found[0].due == datetime(2026, 11, 30, 11, tzinfo=UTC)


def test_the_controller_has_72_hours_of_its_own_awareness() -> None:
    later = T0 + 3 * HOUR
    known = matter(aware={(COMPANY, "all"): said(), ("SHOP", "gdpr"): said(at=later)})
    assert one(c.AUTHORITY, "SHOP", known).due == later + 72 * HOUR
    assert one(c.AUTHORITY, STAFF, known).due == T0 + 72 * HOUR
    assert one(c.AUTHORITY, "BANK", known).why is Why.NO_AWARENESS


def test_the_awareness_of_one_matter_comes_before_that_of_all() -> None:
    late = T0 + 5 * HOUR
    known = matter(aware={
        (COMPANY, "all"): said(), (towards("SHOP"), "gdpr"): said(at=late),
        (COMPANY, "nis2"): said(at=late + HOUR),
    })  # fmt: skip
    assert one(c.BREACH, towards("SHOP"), known).starts_at == late
    assert one(c.BREACH, towards("BANK"), known).starts_at == T0
    assert one(c.EARLY, COMPANY, known).due == late + 25 * HOUR


def test_people_are_told_only_of_a_high_risk_and_the_law_names_no_hours() -> None:
    assert one(c.PEOPLE, "SHOP", matter()).why is Why.RISK_OPEN
    high = one(c.PEOPLE, "SHOP", matter(risk={"SHOP": said("high", T0 + HOUR)}))
    assert (high.state, high.starts_at, high.due) == (State.RUNNING, T0 + HOUR, None)
    low = matter(risk={"SHOP": said("unlikely", reason="encrypted")})
    assert one(c.PEOPLE, "SHOP", low).why is Why.NOT_HIGH
    authority = one(c.AUTHORITY, "SHOP", low)
    assert (authority.why, authority.reason) == (Why.UNLIKELY, "encrypted")


def test_no_personal_data_hit_needs_nothing_of_the_gdpr_and_leaves_the_rest() -> None:
    found = all_of(matter(affected={ALL: said("no", reason="nothing was stored")}))
    breach = found[c.BREACH, towards("SHOP")]
    assert (breach.state, breach.reason) == (State.NOT_APPLICABLE, "nothing was stored")
    assert found[c.EARLY, COMPANY].state is State.RUNNING
    assert found[c.CONTRACT, towards("BANK")].due == T0 + 4 * HOUR


def test_the_word_on_one_client_counts_for_that_client_alone() -> None:
    known = matter(affected={ALL: said("yes"), "SHOP": said("no")})
    assert one(c.BREACH, towards("SHOP"), known).state is State.NOT_APPLICABLE
    assert one(c.BREACH, towards("BANK"), known).state is State.RUNNING


def test_nis2_counts_24_and_72_hours_of_awareness_and_a_month_of_the_notification() -> None:
    known = matter(notices={(COMPANY, c.NOTIFICATION): (notice(T0 + 30 * HOUR),)})
    assert one(c.EARLY, COMPANY, known).due == T0 + DAY
    assert one(c.NOTIFICATION, COMPANY, known).due == T0 + 3 * DAY
    final = one(c.FINAL, COMPANY, known)
    assert final.starts_at == T0 + 30 * HOUR  # as submitted, not as due
    # A month after 25 November is Christmas, then a weekend: the 28th counts to its end.
    assert final.due == datetime(2026, 12, 28, 23, tzinfo=UTC)
    out = matter(applies={(COMPANY, "nis2"): said("no", reason="not significant")})
    assert one(c.EARLY, COMPANY, out).why is Why.OUT_OF_SCOPE


@pytest.mark.parametrize(
    ("classified", "due"),
    [
        (2 * HOUR, 6 * HOUR),  # 4 hours after the classification
        (22 * HOUR, 24 * HOUR),  # but at most 24 of awareness
        (30 * HOUR, 34 * HOUR),  # classified later: 4 hours again
    ],
)
def test_doras_initial_notification(classified: timedelta, due: timedelta) -> None:
    known = matter(classified={"BANK": said("yes", T0 + classified)})
    assert one(c.INITIAL, "BANK", known).due == T0 + due


def test_dora_counts_each_further_report_from_the_last_as_submitted() -> None:
    sent = {
        ("BANK", c.INITIAL): (notice(T0 + 3 * HOUR),),
        ("BANK", c.INTERMEDIATE): (notice(T0 + 50 * HOUR), notice(T0 + 4 * DAY)),
    }
    known = matter(classified={"BANK": said("yes")}, notices=sent)
    assert one(c.INTERMEDIATE, "BANK", known).due == T0 + 75 * HOUR
    final = one(c.DORA_FINAL, "BANK", known)
    assert final.starts_at == T0 + 4 * DAY  # brought up to date: the last intermediate one
    assert final.due == datetime(2026, 12, 28, 23, tzinfo=UTC)  # a Monday, to its end in Berlin


def test_classified_as_no_major_incident_ends_what_dora_asks() -> None:
    known = matter(classified={"BANK": said("no", reason="two clients alone")})
    found = one(c.INITIAL, "BANK", known)
    assert (found.why, found.reason) == (Why.NOT_MAJOR, "two clients alone")


def test_done_in_time_done_late_and_decided_against() -> None:
    scope = towards("SHOP")
    early = one(c.BREACH, scope, matter(notices={(scope, c.BREACH): (notice(T0 + 23 * HOUR),)}))
    assert (early.state, early.late_by) == (State.IN_TIME, None)
    late = one(c.BREACH, scope, matter(notices={(scope, c.BREACH): (notice(T0 + 26 * HOUR),)}))
    assert (late.state, late.late_by) == (State.LATE, 2 * HOUR)
    not_done = one(c.BREACH, scope, matter(waived={(scope, c.BREACH): said(reason="no duty")}))
    assert (not_done.why, not_done.reason, not_done.open) == (Why.WAIVED, "no duty", False)


def test_what_is_given_in_phases_is_done_with_the_first() -> None:
    sent = (notice(T0 + HOUR), notice(T0 + 9 * DAY))
    found = one(c.AUTHORITY, "SHOP", matter(notices={("SHOP", c.AUTHORITY): sent}))
    assert found.state is State.IN_TIME


def test_regimes_out_of_scope_have_no_clock_unless_people_say_they_apply() -> None:
    assert (c.INITIAL, "SHOP") not in all_of(matter())
    assert (c.INITIAL, "SHOP") in all_of(matter(applies={("SHOP", "dora"): said("yes")}))


@given(
    st.timedeltas(timedelta(0), timedelta(days=60)),
    st.timedeltas(timedelta(0), timedelta(days=60)),
)
def test_a_clock_is_missed_only_after_its_end_and_never_comes_back_by_itself(
    first: timedelta, more: timedelta
) -> None:
    before, after = all_of(matter(), T0 + first), all_of(matter(), T0 + first + more)
    for key, clock in before.items():
        assert clock.due == after[key].due
        if clock.state is State.MISSED:
            assert clock.due is not None
            assert clock.due < T0 + first
            assert after[key].state is State.MISSED


@pytest.mark.parametrize(
    ("at", "stage"),
    [
        (11 * HOUR, None),
        (12 * HOUR, "half"),
        (22 * HOUR, "soon"),
        (24 * HOUR, "soon"),
        (24 * HOUR + timedelta(minutes=1), "missed"),
    ],
)
def test_a_word_at_half_of_the_time_before_its_end_and_once_it_is_over(
    at: timedelta, stage: str | None
) -> None:
    clock = one(c.BREACH, towards("SHOP"), matter(), T0 + at)
    word = reminder(clock, Limits(), T0 + at)
    assert (word.stage if word else None) == stage
    if stage == "missed":
        assert word.at == T0 + DAY  # at its true time, whenever it is looked at


def test_where_the_law_names_no_hours_a_word_after_the_companys_own_measure() -> None:
    clock = one(c.BREACH, towards("BANK"), matter())
    stages = [reminder(clock, Limits(), T0 + n * HOUR) for n in (11, 12, 24, 99)]
    assert [w.stage if w else None for w in stages] == [None, "delay", "delay again", "delay again"]


def test_nobody_is_reminded_of_what_is_done_or_not_started() -> None:
    scope = towards("SHOP")
    done = one(c.BREACH, scope, matter(notices={(scope, c.BREACH): (notice(T0),)}))
    idle = one(c.BREACH, scope, Matter())
    assert reminder(done, Limits(), T0 + 9 * DAY) is None
    assert reminder(idle, Limits(), T0 + 9 * DAY) is None


@pytest.mark.parametrize(
    ("scope", "client"),
    [(ALL, None), (COMPANY, None), (STAFF, None), (towards("SHOP"), "SHOP"), ("SHOP", "SHOP")],
)
def test_a_scope_names_its_client(scope: str, client: str | None) -> None:
    assert client_in(scope) == client
