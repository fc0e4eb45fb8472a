"""Tests of the contact list in the record: whom they pass over, what they verify."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kitart.journal import contact_tests, incidents, plans
from kitart.journal.database import Journal
from kitart.plan.contact_list import contact_list, deputies, last_verified
from kitart.plan.loading import load_plan
from kitart.plan.people import Leave
from kitart.plan.schema import Plan
from kitart.settings import HOUSE
from tests.unit.journal.conftest import NOW

PLAN = load_plan(HOUSE / "config")


def opened(journal: Journal, plan: Plan = PLAN) -> str:
    with journal.write() as session:
        plans.keep(session, plan.hash, plan.snapshot(), now=NOW)
        return contact_tests.open_or_join(
            session, plan, (), 60, "schedule", now=NOW, real_now=NOW
        ).incident.number


@pytest.mark.covers("D4", "R50")
def test_a_test_is_a_record_but_no_disruption(journal: Journal) -> None:
    number = opened(journal)
    assert opened(journal) == number
    with journal.read() as session:
        row = incidents.get(session, number)
        assert row.exercise
        assert not incidents.is_disruption(row)
        assert incidents.open_incidents(session) == []
        assert incidents.unsettled(session) == [row]
        assert contact_tests.real_incident(session) is None
        assert contact_tests.evaluated(session, number) is None


@pytest.mark.covers("E40")
def test_another_exercise_does_not_stop_a_test_and_a_real_incident_does(
    journal: Journal, open_one
) -> None:
    opened(journal)
    open_one(exercise=True)
    with journal.read() as session:
        assert contact_tests.real_incident(session) is None
    real = open_one("MAIL").incident.number
    with journal.read() as session:
        found = contact_tests.real_incident(session)
    assert found is not None
    assert found.number == real


def test_the_times_are_counted_from_the_first_run(journal: Journal) -> None:
    number = opened(journal)
    with journal.write() as session:
        first = contact_tests.begin(session, number, now=NOW)
        again = contact_tests.begin(session, number, now=NOW + timedelta(minutes=20))
    assert again == first
    assert first.half_at == NOW + timedelta(minutes=30)
    assert first.due_at == NOW + timedelta(minutes=60)


@pytest.mark.covers("D27")
def test_an_older_answer_never_overwrites_a_newer_one(journal: Journal) -> None:
    number = opened(journal)
    entry = contact_list(PLAN)[0]
    for minutes in (5, 3):
        with journal.write() as session:
            contact_tests.keep_verified(
                session, entry.address, number, at=NOW + timedelta(minutes=minutes)
            )
    with journal.read() as session:
        known = contact_tests.verified(session)
    assert known == {entry.address: NOW + timedelta(minutes=5)}
    assert last_verified(PLAN, entry.person, entry.channel, known) == NOW.date()
    assert last_verified(PLAN, entry.person, entry.channel, {}) == date(2026, 10, 30)


def test_who_is_on_leave_is_not_disturbed_and_what_has_no_text_is_passed_over() -> None:
    entry = contact_list(PLAN)[0]
    resting = entry.person.model_copy(update={"leave": (Leave(first=NOW.date(), last=NOW.date()),)})
    away = type(entry)(resting, entry.place, entry.channel)
    assert contact_tests.why_not(away, NOW, ("sms", "mail")) == "on leave"
    assert contact_tests.why_not(away, NOW + timedelta(days=2), ("sms", "mail")) == ""
    assert contact_tests.why_not(entry, NOW, ("mail",)) == "nothing can be sent by sms yet"


@pytest.mark.covers("D14")
def test_deputies_of_people_and_of_projects_are_known() -> None:
    named = deputies(PLAN)
    assert {"IT-DEP", "AM-2"} <= named
    assert None not in named
