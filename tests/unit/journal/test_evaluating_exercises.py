"""Findings, the participants' words, and when an exercise counts, in the journal (t1, t15, t17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.journal import (
    erasing,
    exercise_record,
    exercises,
    findings,
    hot_wash,
    incidents,
    timeline,
    write_up,
)
from kitart.journal.database import Journal
from kitart.journal.fences import fence_after, fence_of
from kitart.journal.late_entries import NotTaken, Writer
from kitart.plan.loading import load_plan
from kitart.rules.findings import FindingForm
from kitart.rules.write_up import ActionForm
from kitart.settings import HOUSE
from tests.exercising import MINUTES, ended_exercise
from tests.unit.journal.conftest import NOW

pytestmark = pytest.mark.covers("R52", "D28")
PLAN = load_plan(HOUSE / "config")
MANAGER, PLAYER = Writer("IT-MGR", "it_manager"), Writer("AG-014", "agent")
IN_TIME = MINUTES | {"backup-live": 12.0}


@pytest.fixture
def number(journal: Journal) -> str:
    """An exercise that has just ended; one of four steps came late."""
    with journal.write() as session:
        return ended_exercise(session, PLAN, NOW)


def test_each_step_that_did_not_pass_is_proposed_as_a_finding_once(
    journal: Journal, number: str
) -> None:
    for new in (1, 0):
        with journal.write() as session:
            assert findings.propose(session, exercises.get(session, number), now=NOW) == new
    with journal.read() as session:
        (found,) = findings.of_exercise(session, number)
    assert found.proposed
    assert (found.form.step, found.form.requirement) == ("backup-live", "R22")
    assert found.form.text == "cover live: after 46.5 min, 30 min allowed"


def test_a_step_that_never_came_is_proposed_too_and_numbers_go_on(journal: Journal) -> None:
    with journal.write() as session:
        number = ended_exercise(session, PLAN, NOW, minutes={"ert-has-it": 7.0})
        findings.propose(session, exercises.get(session, number), now=NOW)
        own = FindingForm("All were calm", "strength")
        assert findings.record(session, number, own, MANAGER, now=NOW) == 5
        assert findings.record(session, number, own, MANAGER, now=NOW) is None  # sent twice
        assert [f.number for f in findings.of_exercise(session, number)] == [1, 2, 3, 4, 5]


def test_a_finding_that_is_not_there_can_not_be_confirmed(journal: Journal, number: str) -> None:
    with journal.write() as session, pytest.raises(NotTaken, match="has no finding 4"):
        findings.record(session, number, FindingForm("x", "strength"), MANAGER, place=4, now=NOW)


def test_a_participant_has_one_word_until_the_time_is_over(journal: Journal, number: str) -> None:
    with journal.write() as session:
        with pytest.raises(NotTaken, match="was not asked"):
            hot_wash.say(session, number, PLAYER, "all", "", now=NOW)
        hot_wash.note_asked(session, number, ("AG-014", "SV-3"), 48, now=NOW)
        assert hot_wash.say(session, number, PLAYER, "", "More notice", now=NOW)
        assert not hot_wash.say(session, number, PLAYER, "", "Less notice", now=NOW)
        assert hot_wash.silent(session, number) == ("SV-3",)
        assert not hot_wash.over(session, number, NOW + timedelta(hours=47))
        assert hot_wash.over(session, number, NOW + timedelta(hours=48))
        late = NOW + timedelta(hours=48, seconds=1)
        with pytest.raises(NotTaken, match="was over at 2026-11-26 09:00 UTC"):
            hot_wash.say(session, number, Writer("SV-3", "supervisor"), "x", "", now=late)
        (word,) = hot_wash.words(session, number)
    assert (word.role, word.change) == ("agent", "More notice")


@pytest.mark.covers("D22")
def test_a_word_is_erased_with_the_person_and_the_chain_holds(
    journal: Journal, number: str
) -> None:
    with journal.write() as session:
        hot_wash.note_asked(session, number, ("AG-014",), 48, now=NOW)
        hot_wash.say(session, number, PLAYER, "", "My name is known", now=NOW)
        erasing.erase(session, number, person="AG-014", reason="asked", by="operator", now=NOW)
        assert hot_wash.words(session, number) == []
        assert "My name" not in str([e.data for e in timeline.entries(session, number)])
        assert timeline.first_broken(session, incidents.get(session, number)) is None


def test_an_exercise_with_a_failed_step_counts_only_when_it_was_evaluated(
    journal: Journal, number: str
) -> None:
    with journal.write() as session:
        assert exercises.last_counted(session) is None
        exercise_record.evaluate(session, number, 1, now=NOW)
        exercise_record.evaluate(session, number, 2, now=NOW)  # a newer version: said once
        found = exercises.last_counted(session)
        assert found is not None
        assert found.number == number
        assert len(timeline.entries(session, number, exercise_record.EVALUATED)) == 1


def test_one_that_passed_counts_at_once_and_one_that_was_stopped_never(journal: Journal) -> None:
    with journal.write() as session:
        stopped = ended_exercise(session, PLAN, NOW, minutes=IN_TIME, stopped=True)
        exercise_record.evaluate(session, stopped, 1, now=NOW)
        assert exercises.last_counted(session) is None
        passed = ended_exercise(session, PLAN, NOW, minutes=IN_TIME)
        found = exercises.last_counted(session)
        assert found is not None
        assert found.number == passed


def test_it_is_carried_out_evaluated_and_closed_when_its_actions_are_finished(
    journal: Journal, number: str
) -> None:
    form = ActionForm("Late", "Buy headsets", "supervisor", NOW.date(), "Shown")

    def stage() -> str:
        with journal.read() as session:
            return exercise_record.stage(session, incidents.get(session, number))

    assert stage() == "carried out"
    with journal.write() as session:
        write_up.record_action(session, number, form, MANAGER, now=NOW)
        exercise_record.evaluate(session, number, 1, now=NOW)
    assert stage() == "evaluated"
    done = ActionForm(
        form.finding, form.action, form.owner, form.due, form.check, "works", "x", "y"
    )
    with journal.write() as session:
        write_up.record_action(session, number, done, MANAGER, place=1, now=NOW)
    assert stage() == "closed"


def test_a_record_is_wanted_of_what_began_is_over_and_is_driven_by_nobody_any_more(
    journal: Journal,
) -> None:
    with journal.write() as session:
        number = ended_exercise(session, PLAN, NOW, settled=False)
        assert exercise_record.wanting(session, NOW) == []
        incidents.settle(session, number, now=NOW)
        assert [row.number for row in exercise_record.wanting(session, NOW)] == [number]
        assert exercise_record.wanting(session, NOW + timedelta(days=91)) == []


@pytest.mark.covers("D4")
def test_once_it_is_over_its_own_people_are_reached_and_still_nobody_outside(
    journal: Journal, number: str
) -> None:
    lead = PLAN.people_of_kind("cmt_lead")[0]
    own = {(c.kind, c.address.casefold()) for c in lead.channels}
    with journal.read() as session:
        played = exercises.played(session, number)[0].number
        behind = fence_of(session, PLAN, incidents.get(session, played))
    assert behind is not None
    assert not own & set(behind.addresses)  # what was played stays among its players
    after = fence_after((PLAN, PLAN), number)
    assert own <= set(after.addresses)
    outside = [c.address for s in PLAN.suppliers for c in s.channels]
    outside += [c.address for cl in PLAN.clients for ct in cl.contacts for c in ct.channels]
    outside += [line.number for line in PLAN.lines]
    for kind in ("mail", "sms", "voice"):
        for address in outside:
            with pytest.raises(Exception, match="outside the exercise"):
                after.let_through(kind, address, "somebody")
    assert not after.lines
