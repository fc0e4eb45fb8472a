"""Emergency voicemail at level 4: decided and switched by people, proved by calls, and ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kitart.clock import sleep_s
from kitart.connectors.voice import Voicemail
from kitart.gateway.ivr import READ_EVERY_S
from kitart.journal import routing_state
from kitart.rules.voicemail_lines import Stage, Way
from sandbox.vcc_calls import place_call
from tests.scenarios.level_four import PEOPLE, ROMANIAN, back, begun, level, press, question

pytestmark = pytest.mark.timeout(300)

RO, NUMBER = "line-33", "+448081570303"
WAIT = {
    "answers": {
        kind: "leave"
        for kind in ("voicemail", "announcement", "voicemail-off", "voicemail-on", "voicemail-end",
                     "voicemail-test", "line-test", "voicemail-box", "callbacks", "strategy",
                     "voicemail-divert")
    }
}  # fmt: skip
ALL = ("AM-1", "AM-2", "VCC-ADMIN", "VCC-ADMIN-2", "IT-MGR", "IT-DEP", "SV-1", "SV-3", "CMT-LEAD",
       "CMT-DEP", "CMT-2", "CMT-3", "CMT-4", *(f"ERT-{n}" for n in range(1, 6)))  # fmt: skip
BY_HAND = PEOPLE | dict.fromkeys(ALL, WAIT)
"""Everybody reads and answers nothing about voicemail: the story presses the buttons."""


def call(story) -> dict:
    """A caller dials the Romanian line; the platform asks our webhook what to do with the call."""
    story.settle()
    return dial(story)


def dial(story) -> dict:
    number = {name: n for n, name in story.world.vcc.project_names.items()}["CHARLIE"]
    story.world.vcc.ivr_url = (
        f"{story.gateway_url}/ivr/sandbox-ivr-secret/mode?destination=${{destination}}"
    )
    sleep_s(2 * READ_EVERY_S)  # the webhook's memory is so old at most
    return place_call(story.world.vcc, number, NUMBER)


def line(story):
    with story.inst.journal.read() as session:
        found = routing_state.lines_of(session, "INC-0001")
    return {each.line: each for each in found}[RO]


def at_level_4(story) -> None:
    begun(story, *ROMANIAN)
    level(story, "CHARLIE", 4)
    story.eventually(lambda: question(story, "voicemail"), "the question of voicemail")
    story.settle()


def switched(story) -> None:
    press(story, "AM-2", "voicemail", "switch-all")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")


@pytest.mark.covers("R38", "R42", "A24", "A16", "E15", "E41", "E45", "D5")
@pytest.mark.begins(people=BY_HAND)
def test_people_switch_a_line_to_voicemail_and_back_and_calls_prove_both(story) -> None:
    at_level_4(story)
    asked = question(story, "voicemail")
    assert asked.asked_of == ["AM-2"]
    assert asked.title == "Switch CHARLIE/ro to voicemail?"
    assert "CHARLIE/ro: 0 of 2 seats are filled" in asked.known
    assert [(o["value"], o["label"], o["note"]) for o in asked.options] == [
        ("switch-all", "Yes, new callers and those who wait", "none"),
        ("switch-new", "Yes, new callers only", "none"),
        ("not-now", "Not now", "required"),
    ]
    # Nothing switches without a person, not by time and not by an order alone.
    story.at("09:06")
    assert call(story)["mode"] == "normal"
    press(story, "AM-2", "voicemail", "switch-all")
    (ordered,) = story.entries("routing ordered")
    assert {"line": RO, "queue": "CHARLIE/ro", "mode": "voicemail", "waiting": "switch-all",
            "ordered_by_role": "account_manager"}.items() <= ordered.data.items()  # fmt: skip
    story.at("09:08")
    assert call(story)["mode"] == "normal"
    task = question(story, "voicemail-on")
    assert "Then move the calls that wait yourself" in task.text
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    kept = story.inst.routing.read(RO)
    assert kept.mode == "voicemail"
    assert kept.set_by == "VCC administrator VCC-ADMIN, ordered by the account manager"
    assert story.entries("routing executed")
    assert not story.entries("routing verified"), "read back is not proved (E41)"
    left = call(story)
    assert left["answered_by"] == "voicemail"
    assert len(story.world.vcc.voicemails) == 1

    # A person hears it, in each language of the greeting; somebody owns the box.
    test = question(story, "voicemail-test")
    assert test.asked_of[0] == "VCC-ADMIN"
    assert "in each language (Romanian)" in test.text
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED
    proved = {e.data["factor"] for e in story.entries("success factor proved")}
    assert proved == {"calls reach VCC", "callers can leave a voicemail"}
    (active,) = story.entries("voicemail active")
    assert active.data["met"] is True
    assert active.data["minutes"] == 8
    press(story, "SV-3", "voicemail-box", "mine")
    (box,) = story.entries("voicemail box taken")
    assert box.data["person"] == "SV-3"

    # Agents work again and callers don't reach them yet: the way back is asked for at once.
    story.at("09:20", by_minutes=4)
    back(story, *ROMANIAN)
    story.settle()
    assert story.entries("queue covered")
    press(story, "AM-2", "voicemail-off", "switch-back")
    assert call(story)["answered_by"] == "voicemail"
    press(story, "VCC-ADMIN", "voicemail-end", "switch")
    assert story.inst.routing.read(RO).mode == "normal"
    assert line(story).stage is Stage.END_EXECUTED
    assert call(story)["answered_by"] in ROMANIAN
    press(story, "VCC-ADMIN", "line-test", "answered")
    (ended,) = story.entries("routing ended")
    assert ended.data["line"] == RO
    press(story, "SV-3", "callbacks", "done", "1 message, 1 returned, at 09:50")
    (returned,) = story.entries("callbacks done")
    assert "1 message, 1 returned" in returned.text


@pytest.mark.covers("E45", "E21", "A24")
@pytest.mark.begins(people=BY_HAND | {"AM-1": "never", "AM-2": "never"})
def test_not_now_is_asked_again_and_the_ert_lead_acts_for_a_silent_manager(story) -> None:
    at_level_4(story)
    story.at("09:11")
    asked = question(story, "voicemail")
    assert asked.asked_of == ["AM-2", "AM-1", "ERT-1"]
    press(story, "ERT-1", "voicemail", "not-now", "A technician is at the door")
    (decided,) = [e for e in story.entries("decided") if e.data["kind"] == "voicemail"]
    assert decided.data["acting_for"] == "account_manager"
    assert story.entries("routing not ordered")
    story.at("09:19")
    assert question(story, "voicemail").id == asked.id
    story.at("09:23")
    again = question(story, "voicemail")
    assert again.id != asked.id
    # Cover is found: the question is withdrawn, and those asked are told why.
    back(story, *ROMANIAN)
    story.settle()
    assert question(story, "voicemail").state == "void"
    assert not story.entries("routing ordered")


@pytest.mark.covers("D19", "E41", "R38")
@pytest.mark.begins(people=BY_HAND)
def test_while_the_phone_system_is_down_the_carrier_diverts_by_phone(story) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-new")
    assert story.entries("routing ordered")[0].data["waiting"] == "switch-new"
    assert "stay in the queue" in question(story, "voicemail-on").text
    story.phone_system("down")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    (failed,) = story.entries("routing failed")
    assert failed.data["way"] == "carrier"
    assert story.inst.routing.read(RO).mode == "normal"
    assert not story.entries("routing executed"), "the tool does not report its own order (E41)"
    task = story.eventually(lambda: question(story, "voicemail-divert"), "the carrier's task")
    assert f"{NUMBER} to +441614960303" in task.known
    press(story, "VCC-ADMIN", "voicemail-divert", "heard")
    assert line(story).stage is Stage.VERIFIED
    assert line(story).way is Way.CARRIER
    # The way back is the carrier's too.
    story.phone_system("up")
    back(story, *ROMANIAN)
    story.settle()
    story.at("09:20", by_minutes=4)
    press(story, "AM-2", "voicemail-off", "switch-back")
    assert "Phone the carrier" in question(story, "voicemail-end").text
    press(story, "VCC-ADMIN", "voicemail-end", "done")
    press(story, "VCC-ADMIN", "line-test", "answered")
    assert story.entries("routing ended")


@pytest.mark.covers("A24", "D19", "E28")
@pytest.mark.begins(people=BY_HAND | dict.fromkeys(
    ("VCC-ADMIN", "VCC-ADMIN-2", "IT-MGR", "IT-DEP", "CMT-LEAD", "CMT-DEP", "CMT-2", "CMT-3",
     "CMT-4"), "never"))  # fmt: skip
def test_nobody_who_may_switch_answers_and_the_ert_lead_phones_the_carrier(story) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-new")
    # Routing has not waited for the crisis team, of whom nobody answers (E28).
    assert not story.entries("CMT reached")
    assert {e.data["person"] for e in story.entries("CMT contacted")} == {"CMT-LEAD"}
    story.at("09:21")
    task = story.eventually(lambda: question(story, "voicemail-divert"), "the carrier's task")
    assert question(story, "voicemail-on").state == "void"
    assert task.asked_of[0] == "ERT-1"
    press(story, "ERT-1", "voicemail-divert", "not-possible", "The carrier's desk is closed")
    assert not story.entries("routing executed")
    # No dead end: after a while the account manager is asked what to do now.
    first = question(story, "voicemail").id
    story.at("09:33")
    assert question(story, "voicemail").id != first


@pytest.mark.covers("E45")
@pytest.mark.begins(people=BY_HAND)
def test_somebody_else_switched_the_line_and_a_greeting_is_missing(story) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-new")
    story.inst.routing.write(RO, "notice", 0, "somebody else")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    (failed,) = story.entries("routing failed")
    assert "somebody else" in failed.text
    assert any("somebody else" in fact for fact in question(story, "voicemail-on").known)
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    assert story.inst.routing.read(RO).mode == "voicemail"
    press(story, "VCC-ADMIN", "voicemail-test", "not-heard", "There is no Romanian greeting")
    assert {e.data["factor"] for e in story.entries("success factor failed")} == {
        "calls reach VCC", "callers can leave a voicemail"
    }  # fmt: skip
    assert not story.entries("voicemail active")
    story.at("09:06")
    assert any("no Romanian greeting" in fact for fact in question(story, "voicemail-on").known)
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    # A phone system that can list messages is asked for them beside the person.
    voice = story.inst.voice
    can = voice.capabilities()
    voice.capabilities = lambda: replace(can, can=can.can | {"voicemails"})
    message = Voicemail("1", RO, "+3610000000", story.clock.now(), 8.0)
    voice.voicemails = lambda line, since: [message] if line == RO else []
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED
    (verified,) = story.entries("routing verified")
    assert verified.text.endswith("messages that the phone system lists since the switch: 1")


@pytest.mark.covers("E45")
@pytest.mark.begins(at="2026-11-24T15:40:00+00:00", people=BY_HAND)
def test_at_the_opening_a_line_that_ended_by_itself_is_found_and_switched_anew(story) -> None:
    at_level_4(story)
    switched(story)
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    # The line closes with nobody back: no cover, no question of going back to normal.
    story.at("17:30", by_minutes=20)
    assert not question(story, "voicemail-off")
    kept = story.inst.routing.read(RO)
    story.inst.routing.write(RO, "normal", kept.version, "the phone system")
    opening = datetime.fromisoformat("2026-11-25T07:00:00+00:00")
    story.until(opening - timedelta(minutes=5), by_minutes=120)
    assert not story.entries("routing checked")
    story.until(opening + timedelta(minutes=2))
    (checked,) = story.entries("routing checked")
    assert checked.data["ok"] is False
    assert "ordered voicemail, reads normal" in checked.text
    for person in ("VCC-ADMIN", "AM-2"):
        told = story.eventually(
            lambda person=person: [t for t in story.texts_to(person) if "CHARLIE/ro" in t], person
        )
        assert told
    assert story.inst.routing.read(RO).mode == "normal", "a person switches, not Kitart"
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    assert story.inst.routing.read(RO).mode == "voicemail"
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED


@pytest.mark.covers("D21", "R23", "E45")
@pytest.mark.begins(people=BY_HAND)
def test_a_run_begun_anew_forgets_no_line_and_asks_nothing_twice(story) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-all")
    sent = len(story.world.sms.sent)
    story.orchestrator.kill()
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.settle(quiet_s=0.8)
    assert len(story.world.sms.sent) == sent
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    back(story, *ROMANIAN)
    story.settle()
    story.orchestrator.kill()
    story.at("09:16", by_minutes=4)
    press(story, "AM-2", "voicemail-off", "switch-back")
    assert len(story.entries("queue covered")) == 1, "the time that it held did not begin anew"
    # A call that an agent answers right after the switch proves it, and nobody has to call.
    real = story.inst.voice.calls
    story.inst.voice.calls = lambda project, since: (dial(story), real(project, since))[1]
    press(story, "VCC-ADMIN", "voicemail-end", "switch")
    (ended,) = story.eventually(lambda: story.entries("routing ended"), "the proof")
    assert "a call record shows an answered call" in ended.text
    assert not question(story, "line-test")


@pytest.mark.covers("E15", "R38")
@pytest.mark.begins(people=BY_HAND)
def test_who_still_answers_goes_on_and_only_the_rest_overflows(story) -> None:
    begun(story, *ROMANIAN[:2])
    level(story, "CHARLIE", 4)
    asked = story.eventually(lambda: question(story, "voicemail"), "the question")
    assert asked.title == "Let CHARLIE/ro overflow to voicemail?"
    assert "CHARLIE/ro: 1 of 2 seats are filled" in asked.known
    press(story, "AM-2", "voicemail", "switch-new")
    task = question(story, "voicemail-on")
    assert [o["value"] for o in task.options] == ["done", "cannot"], "Kitart can't set an overflow"
    press(story, "VCC-ADMIN", "voicemail-on", "done")
    assert story.inst.routing.read(RO).mode == "normal", "the one who answers is not cut off"
    assert call(story)["mode"] == "normal"
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED
    assert line(story).way is Way.PHONE_SYSTEM


@pytest.mark.covers("E46")
@pytest.mark.begins(people=BY_HAND, no_voicemail=("CL-3",))
def test_where_the_client_forbids_voicemail_the_crisis_team_decides_on_the_announcement(
    story,
) -> None:
    begun(story, *ROMANIAN)
    level(story, "CHARLIE", 4)
    asked = story.eventually(lambda: question(story, "announcement"), "the crisis team's question")
    assert not question(story, "voicemail")
    assert asked.asked_of == ["CMT-LEAD"]
    assert "does not permit voicemail" in asked.text
    press(story, "CMT-LEAD", "announcement", "switch-new")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    assert story.inst.routing.read(RO).mode == "notice"
    assert call(story)["answered_by"] == "notice"
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert {e.data["factor"] for e in story.entries("success factor proved")} == {"calls reach VCC"}
    assert not question(story, "voicemail-box"), "nothing is recorded, so nobody listens"
    (decided,) = [e for e in story.entries("decided") if e.data["kind"] == "announcement"]
    assert "acting_for" not in decided.data


@pytest.mark.covers("D4", "E45")
@pytest.mark.begins(people=BY_HAND)
def test_in_an_exercise_everything_is_asked_and_no_line_is_touched(story) -> None:
    begun(story, *ROMANIAN, exercise=True)
    level(story, "CHARLIE", 4)
    switched(story)
    assert line(story).stage is Stage.EXECUTED
    assert story.inst.routing.read(RO).version == 0
    assert call(story)["mode"] == "normal"
