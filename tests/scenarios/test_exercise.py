"""Exercises, from the date to the end, over real sockets and with a clock moved by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import prefect
import pytest
import requests

from flows.exercise import exercise
from kitart.alerts.exercise import open_exercise
from kitart.journal import exercises, incidents, messages, timeline
from kitart.journal.exercises import ExerciseRecord
from sandbox.sms import InboundOrder
from sandbox.sms import reply as sms_reply
from tasks.exercise import ExerciseWanted
from tests.held_elsewhere import hold_until

pytestmark = pytest.mark.timeout(400)

BACKUP = {
    "reads": True, "delay_s": 0, "answers": {"cover": "yes"}, "logs_in_s": 240
}  # fmt: skip
COORDINATORS = {
    "delay_s": 0,
    "answers": {"exercise-date": "confirm", "ack": "take", "priority": "P3"},
    "fills": {"note": "seen"},
}
AGREES = {
    "reads": True, "delay_s": 0, "answers": {"exercise-date": "confirm"}, "otherwise": "leave"
}  # fmt: skip
PLAYERS = {
    "delay_s": 0,
    "answers": {
        "exercise-date": "confirm", "exercise-inject": "done", "ack": "take", "priority": "P3",
        "cover-level": "as-proposed", "level-view": "agree", "cover": "yes", "approve": "approve",
    },
    "fills": {"note": "We tell the CMT lead", "exercise-inject/note": "We tell the CMT lead"},
}  # fmt: skip


def planned(story, entry: str, at: datetime | None = None) -> None:
    """Somebody plans an exercise by the command line: the gateway sees it in the journal."""
    with story.inst.journal.write() as session:
        opened = open_exercise(
            session, story.plan, story.clock, entry, starts_at=at or story.clock.now()
        )
    assert opened.incident.number == "INC-0001"


def record(story) -> ExerciseRecord:
    with story.inst.journal.read() as session:
        return exercises.get(session, "INC-0001")


def played(story) -> list[Any]:
    with story.inst.journal.read() as session:
        return exercises.played(session, "INC-0001")


def last_link(story, person: str) -> str:
    (*_, text) = [t for t in story.texts_to(person) if "/d/" in t]
    return text.rsplit("\n", 1)[-1]


def phone(story, person: str) -> str:
    return next(c.address for c in story.plan.person(person).channels if c.kind == "sms")


def says(story, number: str, body: str) -> str:
    """What is said back to an SMS from a number."""
    order = InboundOrder.model_validate({"from": number, "body": body})
    return sms_reply(story.world.sms, order)["said"]


def began(story) -> None:
    story.eventually(lambda: story.entries("exercise began"), "the exercise")
    story.settle(quiet_s=0.8)


def ended(story) -> ExerciseRecord:
    story.eventually(lambda: record(story).over, "the end")
    story.orchestrator.wait()
    story.settle()
    return record(story)


@pytest.mark.covers("R52", "R53", "D4")
@pytest.mark.begins(people={"default": PLAYERS})
def test_a_tabletop_is_answered_on_pages_and_every_step_is_measured(story) -> None:
    planned(story, "SUDDEN-SWITCH")
    began(story)
    found = ended(story)
    assert found.state == "ended"
    (step,) = found.steps
    assert (step.what, step.requirement, step.verdict) == ("answered", "D4", "pass")
    assert step.evidence is not None
    assert step.evidence[0] == "INC-0001"
    assert set(found.answered["real"]) == {"AM-1", "AM-2", *(f"ERT-{n}" for n in range(1, 6))}
    assert played(story) == [], "a tabletop sets nothing off"
    text = story.texts_to("AM-1")
    assert all(t.startswith("GYAKORLAT") for t in text)
    assert any("Gyakorlat közben valódi riasztás" in t for t in text)
    *_, over, word = text
    assert "véget ért" in over
    assert "/h/" in word, "what to keep, what to change, while it is fresh"
    assert story.orchestrator.states[-1].is_completed()
    assert story.incident.settled_at is not None
    assert story.texts_to("SV-1") == []


@pytest.mark.covers("R53")
@pytest.mark.begins(people={"default": "never", "IT-MGR": {"reads": True, **COORDINATORS}})
def test_it_begins_only_when_both_coordinators_have_confirmed(story) -> None:
    planned(story, "SUDDEN-SWITCH")
    story.eventually(lambda: record(story).confirmed == ("IT-MGR",), "the first yes")
    story.at("10:01", by_minutes=30)
    assert record(story).began_at is None
    story.at("11:01", by_minutes=30)
    found = ended(story)
    asked = [t for t in story.texts_to("AM-2") if "/d/" in t]
    assert len(asked) == 2, "asked, and reminded once"
    assert found.state == "stopped"
    assert "not confirmed in time by AM-2" in found.stopped
    assert story.orchestrator.states[-1].is_cancelled()


@pytest.mark.covers("R53", "D28")
@pytest.mark.begins(people={"default": "never", "IT-MGR": {"reads": True, **COORDINATORS}})
def test_a_coordinator_moves_it_and_both_are_asked_again(story) -> None:
    planned(story, "SUDDEN-SWITCH")
    story.eventually(lambda: record(story).confirmed == ("IT-MGR",), "the first yes")
    wrong = story.press("AM-2", "/d/", "move", "next week")
    assert wrong.status_code == 200
    story.eventually(
        lambda: (
            "does not begin with a date and a time"
            in requests.get(last_link(story, "AM-2"), timeout=10).text
        ),
        "asked once more, with what was wrong",
    )
    assert record(story).round == 1
    story.press("AM-2", "/d/", "move", "2026-11-24 10:40 a fair until then")
    story.eventually(lambda: record(story).round == 2, "the move")
    found = record(story)
    assert f"{found.starts_at:%H:%M}" == "09:40", "as the clock of the company shows it"
    story.eventually(lambda: record(story).confirmed == ("IT-MGR",), "the second yes")
    story.press("AM-2", "/d/", "confirm")
    story.eventually(lambda: set(record(story).confirmed) == {"IT-MGR", "AM-2"}, "both")
    story.settle()
    assert record(story).began_at is None
    story.at("09:41", by_minutes=40)
    began(story)
    assert record(story).began_at is not None


@pytest.mark.covers("R52", "R53")
@pytest.mark.begins(people={"default": PLAYERS})
def test_the_yearly_schedule_plans_it_and_it_is_held_after_its_notice(story) -> None:
    def scheduled() -> None:
        with prefect.tags("auto-scheduled"):
            story.orchestrator.start_with(exercise, ExerciseWanted(exercise="SUDDEN-SWITCH"))

    scheduled()
    story.eventually(lambda: story.entries("exercise confirmed")[1:], "both coordinators")
    (planned_for,) = story.entries("exercise planned")
    assert planned_for.author == "schedule"
    story.settle()
    assert record(story).starts_at == story.start + timedelta(days=14)
    assert record(story).began_at is None
    invited = [m for m in story.world.tenant.mail if m.attachments]
    assert {m.attachments[0].name for m in invited} == {"EXERCISE_INC-0001.ics"}
    assert len(invited) == 2
    story.clock.move_to(story.start + timedelta(days=14))
    began(story)
    assert ended(story).state == "ended"
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session).number == "INC-0001"


@pytest.mark.covers("R53")
@pytest.mark.begins(people={"default": PLAYERS})
def test_a_run_that_comes_late_asks_both_coordinators_again(story) -> None:
    """Agreed for 09:30, and from 09:05 to 11:00 nothing ran."""
    planned(story, "SUDDEN-SWITCH", at=story.clock.now() + timedelta(minutes=30))
    story.eventually(lambda: len(record(story).confirmed) == 2, "both")
    story.settle()
    story.orchestrator.away = True
    story.orchestrator.kill()
    story.people("never", "AM-2")
    story.clock.move_to(story.start + timedelta(hours=2))
    story.orchestrator.away = False
    with story.inst.journal.write() as session:
        hold_until(session, "INC-0001", None)
    story.eventually(lambda: record(story).round == 2, "the date is asked for again")
    story.eventually(lambda: record(story).confirmed == ("IT-MGR",), "the first yes")
    story.settle()
    assert record(story).began_at is None
    assert "nothing ran" in story.entries("exercise moved")[0].text
    story.press("AM-2", "/d/", "confirm")
    began(story)
    assert record(story).confirmed == ("IT-MGR", "AM-2")


@pytest.mark.covers("R52", "R9", "R18", "R20", "R21", "D4")
@pytest.mark.begins(
    at="2026-11-24T09:12:00+00:00",
    people={"default": PLAYERS, "AG-016": BACKUP},
)
def test_a_functional_exercise_runs_the_plan_behind_the_fence(story) -> None:
    """Scenario A: one agent of CHARLIE Hungarian, with real messages to the players alone."""
    planned(story, "BACKUP-CALLOUT")
    began(story)
    (incident,) = played(story)
    assert (incident.kind, incident.exercise, incident.part_of) == (
        "workplace unusable", True, "INC-0001",
    )  # fmt: skip
    story.until(story.start + timedelta(minutes=62), by_minutes=4)
    found = ended(story)
    verdicts = {step.expect: step.verdict for step in found.steps}
    assert verdicts["ert-has-it"] == verdicts["am-told"] == verdicts["backup-asked"] == "pass"
    for step in found.steps:
        if step.verdict == "pass":
            number, seq = step.evidence
            with story.inst.journal.read() as session:
                entries = timeline.entries(session, number)
            assert any(e.seq == seq for e in entries), "the evidence is there"
    # Nobody outside the players heard anything, and every text carries the mark.
    plan = story.plan
    numbers = {
        c.address: who.id
        for who in (*plan.people, *plan.agents)
        for c in who.channels
        if c.kind == "sms"
    }
    reached = {numbers.get(sms.to, sms.to) for sms in story.world.sms.sent}
    assert reached <= set(found.players), reached - set(found.players)
    assert all(s.body.startswith(("EXERCISE", "GYAKORLAT")) for s in story.world.sms.sent)
    assert not any(story.client_mails(client.id) for client in plan.clients)
    with story.inst.journal.read() as session:
        assert incidents.open_incidents(session) == [], "what was played ended with it"
        assert timeline.entries(session, "INC-0001", exercises.FENCED) is not None
        (row,) = exercises.played(session, "INC-0001")
        assert row.state == "exercise over"
        assert row.settled_at is not None


@pytest.mark.covers("E40", "D4")
@pytest.mark.begins(
    at="2026-11-24T09:12:00+00:00", people={"default": PLAYERS, "IT-MGR": COORDINATORS}
)
def test_a_real_incident_in_the_middle_goes_before(story) -> None:
    planned(story, "BACKUP-CALLOUT")
    began(story)
    before = {p: len(story.texts_to(p)) for p in ("ERT-1", "ERT-2", "AM-2", "SV-3")}
    story.phone_system("down")
    assert story.alert().status_code == 202
    story.eventually(lambda: record(story).over, "the exercise stops")
    story.settle(quiet_s=0.8)
    found = record(story)
    assert found.state == "stopped"
    assert "is a real incident and needs" in found.stopped
    assert "ERT-1" in found.left
    later = story.texts_to("ERT-1")[before["ERT-1"] :]
    ours = [t for t in later if t.startswith("GYAKORLAT")]
    assert len(ours) == 1, "one line, and nothing more of the exercise"
    assert "valódi esemény" in ours[0]
    assert any(not t.startswith("GYAKORLAT") for t in later), "the real alarm"
    # The records are two: neither has anything of the other, but for the number that ended it.
    with story.inst.journal.read() as session:
        (real,) = [i for i in incidents.open_incidents(session) if not i.exercise]
        assert real.part_of is None
        assert all(
            "EXERCISE" not in e.text and "INC-0001" not in e.text
            for e in timeline.entries(session, real.number)
        )
        late = [
            row
            for row in messages.of_incident(session, "INC-0001")
            if row.state in ("queued", "sending")
        ]
        assert late == []
    story.eventually(lambda: played(story)[0].closed_at, "what was played ends with it")


@pytest.mark.covers("D4", "E40")
@pytest.mark.begins(at="2026-11-24T09:12:00+00:00", people={"default": PLAYERS, "ERT-3": "never"})
def test_the_stop_word_by_sms_ends_it(story) -> None:
    planned(story, "BACKUP-CALLOUT")
    began(story)
    stranger = says(story, "+447700900999", "stop exercise")
    assert not record(story).over
    assert "not known" in stranger or "nem" in stranger
    said = says(story, phone(story, "SV-3"), "  Gyakorlat  vége! ")
    assert "leállt" in said
    found = ended(story)
    assert found.state == "stopped"
    assert "the stop word by SMS, from SV-3" in found.stopped
    assert story.orchestrator.states[-1].is_cancelled() or any(
        s.is_cancelled() for s in story.orchestrator.states
    )
    assert "véget ért" in story.texts_to("SV-3")[-2]
    (incident,) = played(story)
    assert incident.state == "exercise over"
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session) is None


@pytest.mark.covers("D4")
@pytest.mark.begins(people={"default": "never", "IT-MGR": AGREES, "AM-2": AGREES})
def test_a_button_on_a_players_page_ends_it(story) -> None:
    planned(story, "SUDDEN-SWITCH")
    began(story)
    page = requests.get(last_link(story, "ERT-3"), timeout=10).text
    assert "Stop the exercise now" in page
    stopped = requests.post(last_link(story, "ERT-3"), data={"answer": "stop-exercise"}, timeout=10)
    assert "The exercise is stopped" in stopped.text
    assert ended(story).state == "stopped"


@pytest.mark.covers("R50", "R52")
@pytest.mark.begins(people={"default": PLAYERS | {"picks_up": True}})
def test_a_contact_call_is_measured_as_an_exercise(story) -> None:
    planned(story, "CONTACT-CALL")
    story.eventually(lambda: record(story).over, "the end")
    story.settle()
    found = record(story)
    assert {step.expect: step.verdict for step in found.steps} == {
        "ert-has-it": "pass", "contacts-valid": "pass",
    }  # fmt: skip
    assert {step.expect: (step.requirement, step.expected_minutes) for step in found.steps} == {
        "ert-has-it": ("R9", 5), "contacts-valid": ("R50", 60),
    }  # fmt: skip
    entry = story.plan.exercise("CONTACT-CALL")
    assert {o.measure for o in entry.objectives} == {step.expect for step in found.steps}
    (test,) = played(story)
    assert test.kind == "contact test"
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session).number == "INC-0001"


@pytest.mark.covers("R10", "R50", "D28")
@pytest.mark.begins(
    at="2026-11-29T02:40:00+00:00", people={"default": "never", "IT-MGR": AGREES, "AM-1": AGREES}
)
def test_a_contact_call_that_nobody_answers_fails_each_objective(story) -> None:
    planned(story, "CONTACT-CALL")
    began(story)
    story.until(story.start + timedelta(minutes=130), by_minutes=30)
    found = record(story)
    assert {step.expect: step.verdict for step in found.steps} == {
        "ert-has-it": "fail", "contacts-valid": "fail",
    }  # fmt: skip
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session) is None


@pytest.mark.covers("R53", "D5")
@pytest.mark.begins(people={"default": "never"})
def test_an_answer_that_no_run_has_taken_yet_is_not_asked_for_again(story) -> None:
    planned(story, "SUDDEN-SWITCH", at=story.clock.now() + timedelta(hours=5))

    def invited() -> list[Any]:
        return [m for m in story.world.tenant.mail if m.attachments]

    story.eventually(lambda: len(invited()) == 2, "both are asked")
    story.settle()
    story.orchestrator.away = True
    story.orchestrator.kill()
    story.press("AM-2", "/d/", "confirm")
    assert record(story).confirmed == ()
    story.orchestrator.away = False
    with story.inst.journal.write() as session:
        hold_until(session, "INC-0001", None)
    story.eventually(lambda: record(story).confirmed == ("AM-2",), "the next run takes it")
    story.settle()
    assert len(invited()) == 2
