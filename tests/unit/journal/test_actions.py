"""The ledger of corrective actions: those of all records together (D29)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from kitart.journal import actions, incidents, late_entries, timeline, write_up
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened
from kitart.journal.late_entries import NotTaken, Writer
from kitart.rules.write_up import ActionForm
from tests.unit.journal.conftest import NOW

pytestmark = pytest.mark.covers("D29")
WRITER = Writer("IT-MGR", "it_manager")
FORM = ActionForm("Both in one area", "Hire in a second", "account_manager", date(2026, 12, 15),
                  "Two areas", resources="one month of overlap")  # fmt: skip


@pytest.fixture
def kept(journal: Journal, open_one: Callable[..., Opened]) -> Journal:
    """An action of an incident and one of an exercise."""
    for number in (
        open_one("VCC").incident.number,
        open_one("VCC", exercise=True).incident.number,
    ):
        with journal.write() as session:
            write_up.record_action(session, number, FORM, WRITER, now=NOW)
    return journal


def test_actions_of_incidents_and_of_exercises_stand_in_one_ledger(kept: Journal) -> None:
    with kept.read() as session:
        found = actions.every(session)
    assert [each.reference for each in found] == ["INC-0001/1", "INC-0002/1"]
    assert [each.record.exercise for each in found] == [False, True]
    assert found[0].action.form.resources == "one month of overlap"


def test_an_action_outlives_its_incident_until_it_is_shown_to_work(kept: Journal) -> None:
    with kept.write() as session:
        incidents.close(session, "INC-0001", "closed", now=NOW)
        incidents.settle(session, "INC-0001", now=NOW)
    with kept.write() as session:
        assert actions.done(session, "INC-0001/1", "the contract", WRITER, now=NOW)
    with kept.read() as session:
        assert "INC-0001/1" in [each.reference for each in actions.still_open(session)]
    with kept.write() as session:
        assert actions.checked(session, "INC-0001/1", True, "two areas", WRITER, now=NOW)
    with kept.read() as session:
        assert [each.reference for each in actions.still_open(session)] == ["INC-0002/1"]
        assert timeline.first_broken(session, incidents.get(session, "INC-0001")) is None


def test_the_same_said_twice_is_one_entry(kept: Journal) -> None:
    with kept.write() as session:
        assert actions.done(session, "INC-0001/1", "the contract", WRITER, now=NOW)
        assert not actions.done(session, "INC-0001/1", "the contract", WRITER, now=NOW)
        assert len(timeline.entries(session, "INC-0001", write_up.ACTION)) == 2


def test_something_else_said_of_what_is_done_is_refused(kept: Journal) -> None:
    with kept.write() as session:
        actions.done(session, "INC-0001/1", "the contract", WRITER, now=NOW)
        with pytest.raises(NotTaken, match=r"INC-0001/1 can't be recorded so: it is done"):
            actions.done(session, "INC-0001/1", "another thing", WRITER, now=NOW)


@pytest.mark.parametrize("reference", ["INC-0001/9", "INC-0099/1", "INC-0001", "x", ""])
def test_an_action_that_is_not_there_is_named(kept: Journal, reference: str) -> None:
    with kept.read() as session, pytest.raises(LookupError, match=r"action|no incident"):
        actions.find(session, reference)


def test_an_action_whose_entry_was_withdrawn_is_not_in_the_ledger(kept: Journal) -> None:
    with kept.write() as session:
        (entry,) = timeline.entries(session, "INC-0001", write_up.ACTION)
        late_entries.correct(session, "INC-0001", entry.seq, "of another incident", WRITER,
                             withdrawn=True, now=NOW)  # fmt: skip
        assert [each.reference for each in actions.every(session)] == ["INC-0002/1"]
