"""Kitart calls lines itself: what it proves nobody is asked for, the rest a person is asked with
what it heard (R42, E41, E45). The calls are told by hand here; real ones play in
``tests/faults/test_real_calls.py``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitart.connectors.errors import ConnectorError
from kitart.plan.schema import Line
from kitart.rules.line_proof import LineHeard, Message, Met
from kitart.rules.voicemail_lines import Stage
from tests.scenarios.level_four import ROMANIAN, back, press, question
from tests.scenarios.test_voicemail import BY_HAND, RO, at_level_4, line, switched

pytestmark = pytest.mark.timeout(300)
MESSAGE = Message(4.0, True, "1795-1", 3.8, -21.0)


class ToldCalls:
    """Who calls lines, told what is heard: by how the line is routed, and with what is changed."""

    lacking = ""

    def __init__(self, story: Any) -> None:
        self._story = story
        self.placed: list[tuple[str, bool]] = []
        self.changed: Callable[[LineHeard], LineHeard] = lambda heard: heard
        self.agent = ""

    def probe(self, line: Line, languages: Sequence[str], *, message: bool) -> LineHeard:
        self.placed.append((line.id, message))
        mode = self._story.inst.voice.routing(line.id).mode
        met = {"voicemail": Met.VOICEMAIL, "notice": Met.NOTICE}.get(mode, Met.QUEUE)
        if met is Met.QUEUE and self.agent:
            met = Met.AGENT
        kind = {Met.VOICEMAIL: "box", Met.NOTICE: "notice"}.get(met, "queue")
        sounds = tuple(f"{kind}-{language}" for language in languages)
        return self.changed(
            LineHeard(
                line.id, line.number, self._story.clock.now(), 200, 1.0, 9.0, -20.0, sounds,
                sounds, met, self.agent, f"call-{len(self.placed)}",
                MESSAGE if message and met is Met.VOICEMAIL else None,
            )
        )  # fmt: skip


@pytest.fixture
def calls(story: Any) -> ToldCalls:
    told = ToldCalls(story)
    story.inst.line_prober = told
    return told


def proofs(story: Any) -> set[tuple[str, str, str]]:
    return {
        (entry.data["factor"], entry.data["kind"], entry.data["call"])
        for entry in story.entries("success factor proved")
    }


@pytest.mark.covers("R38", "R42", "E41", "E45", "A16")
@pytest.mark.begins(people=BY_HAND)
def test_a_switch_is_proved_by_a_call_of_our_own_and_nobody_is_asked_to_call(story, calls) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-all")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    story.eventually(lambda: story.entries("routing verified"), "the proof")
    assert line(story).stage is Stage.VERIFIED
    assert not question(story, "voicemail-test")
    (called,) = story.entries("line called")
    assert called.source == "our own call"
    assert called.text.endswith(
        "Kitart called it: voicemail answered; recording heard in: Romanian; the message is in the "
        "box, 4 s (1795-1); call record call-1"
    )
    assert proofs(story) == {
        ("calls reach VCC", "our own call", "call-1"),
        ("callers can leave a voicemail", "our own call", "call-1"),
    }
    assert {e.data["message"] for e in story.entries("success factor proved")} == {"1795-1"}
    assert story.entries("voicemail active")

    # Back again: a call proves that too, and asks nobody.
    press(story, "SV-3", "voicemail-box", "mine")
    story.at("09:20", by_minutes=4)
    back(story, *ROMANIAN)
    story.settle()
    press(story, "AM-2", "voicemail-off", "switch-back")
    press(story, "VCC-ADMIN", "voicemail-end", "switch")
    (ended,) = story.eventually(lambda: story.entries("routing ended"), "the end")
    assert "answered in a call of Kitart's own: the queue answered" in ended.text
    assert not question(story, "line-test")
    assert calls.placed == [(RO, True), (RO, False)]


@pytest.mark.covers("R42", "E45")
@pytest.mark.begins(people=BY_HAND)
def test_what_a_call_did_not_prove_a_person_is_asked_with_what_was_heard(story, calls) -> None:
    calls.changed = lambda heard: replace(heard, message=Message(4.0, True))
    at_level_4(story)
    switched(story)
    asked = story.eventually(lambda: question(story, "voicemail-test"), "the question")
    assert (
        "Kitart called it itself: voicemail answered; recording heard in: Romanian; the message is "
        "not in the box (is it full?); call record call-1" in asked.known
    )
    told = asked.translations["hu"]["known"]
    assert any("az üzenet nincs a fiókban (megtelt?)" in each for each in told)
    assert line(story).stage is Stage.EXECUTED
    assert not proofs(story)
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED, "a person's word counts as it always did"
    assert len(calls.placed) == 1, "and a run begun anew does not call again for this"


@pytest.mark.covers("D21")
@pytest.mark.begins(people=BY_HAND)
def test_a_run_begun_anew_does_not_place_the_same_call_again(story, calls) -> None:
    calls.changed = lambda heard: replace(heard, sounds=())
    at_level_4(story)
    switched(story)
    story.eventually(lambda: question(story, "voicemail-test"), "the question")
    story.orchestrator.kill()
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.settle(quiet_s=0.8)
    assert len(calls.placed) == 1


@pytest.mark.covers("E41")
@pytest.mark.begins(people=BY_HAND)
def test_where_no_call_can_be_placed_the_record_says_so_and_a_person_calls(story, calls) -> None:
    def fails(heard: LineHeard) -> LineHeard:
        raise ConnectorError("no way to the SIP server", permanent=True)

    calls.changed = fails
    at_level_4(story)
    switched(story)
    story.eventually(lambda: question(story, "voicemail-test"), "the question")
    (entry,) = story.entries("line not called")
    assert entry.text.endswith("Kitart could not call it: no way to the SIP server")
    press(story, "VCC-ADMIN", "voicemail-test", "heard")
    assert line(story).stage is Stage.VERIFIED


@pytest.mark.covers("E45")
@pytest.mark.begins(at="2026-11-24T15:40:00+00:00", people=BY_HAND)
def test_at_the_opening_a_line_that_reads_right_is_called_and_put_to_people_if_not_heard(
    story, calls
) -> None:
    at_level_4(story)
    switched(story)
    story.eventually(lambda: story.entries("routing verified"), "the proof")
    opening = datetime.fromisoformat("2026-11-25T07:00:00+00:00")
    story.until(opening - timedelta(minutes=5), by_minutes=120)
    calls.changed = lambda heard: replace(heard, sounds=("queue-ro",), met=Met.QUEUE)
    story.until(opening + timedelta(minutes=2))
    (checked,) = story.entries("routing checked")
    assert checked.text.endswith("reads voicemail; it is called to hear it")
    asked = story.eventually(lambda: question(story, "voicemail-test"), "the question")
    assert any(
        "the queue answered; that is not as ordered; not heard in: Romanian" in each
        for each in asked.known
    )
    assert line(story).stage is Stage.EXECUTED


@pytest.mark.covers("R23", "E41")
@pytest.mark.begins(people=BY_HAND)
def test_a_phone_system_that_is_back_is_proved_line_by_line_by_calls_of_our_own(
    story, calls
) -> None:
    silent = story.plan.lines[0].id
    calls.changed = lambda heard: (
        replace(heard, met=Met.NOBODY, status=503, record="") if heard.line == silent else heard
    )
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    story.phone_system("up")
    story.at("09:09", by_minutes=1)
    asked = story.eventually(lambda: question(story, "test-call"), "the question")
    proved = {
        entry.data["line"]
        for entry in story.entries("success factor proved")
        if entry.data["kind"] == "our own call"
    }
    assert proved == {each.id for each in story.plan.lines} - {silent}
    numbers = [fact for fact in asked.known if fact.startswith("+")]
    assert [fact.partition(" ")[0] for fact in numbers] == [story.plan.line(silent).number]
    (admin,) = asked.asked_of
    story.eventually(lambda: [t for t in story.texts_to(admin) if "próbahívást" in t], "the SMS")
    assert story.press(admin, "próbahívást", "answered").status_code == 200
    by_word = story.eventually(
        lambda: [
            entry.data["line"]
            for entry in story.entries("success factor proved")
            if entry.data["kind"] == "person's word"
        ],
        "the person's word",
    )
    assert by_word == [silent], "of the other lines nobody said anything"
