"""Level 4 on a real telephone system: Asterisk switched, called by SIP, heard; and what breaks.

People press their buttons by hand; what Kitart hears, and what lies in the box, is real sound.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from kitart.connectors.lines.call import Call
from kitart.connectors.lines.probe import LineProber
from kitart.connectors.lines.sound import from_wav, loudness_db, seconds
from kitart.connectors.lines.words import WORDS_S
from kitart.rules.voicemail_lines import Stage
from sandbox.asterisk.sounds import melody
from tests.scenarios.level_four import ROMANIAN, back, press, question
from tests.scenarios.test_voicemail import BY_HAND, RO, at_level_4, line, switched
from tests.telephone import Telephone

pytestmark = pytest.mark.timeout(600)
NUMBER = "+448081570303"


@pytest.fixture
def real(story: Any, telephone: Telephone) -> Telephone:
    """The story's phone system is the real one, and Kitart has a SIP account there."""
    story.inst.voice = telephone.platform(clock=story.clock)
    story.inst.line_prober = LineProber(telephone.sip(), lambda: story.inst.voice, story.clock)
    return telephone


def caller(telephone: Telephone) -> Call:
    """Somebody dials the Romanian line and speaks."""
    return telephone.caller().call(NUMBER, words=melody("a caller", 3.0), listen_s=8)


def sounds_in_the_box(telephone: Telephone) -> list[tuple[float, float]]:
    """Length and level of each message in the Romanian box."""
    found = sorted((telephone.pbx.voicemail / RO / "INBOX").glob("msg*.wav"))
    samples = [from_wav(file.read_bytes()) for file in found]
    return [(seconds(each), loudness_db(each)) for each in samples]


@pytest.mark.covers("R23", "R38", "R42", "A16", "E41", "E45", "D5")
@pytest.mark.begins(people=BY_HAND)
def test_voicemail_is_switched_heard_spoken_to_and_ended_and_each_proof_names_its_call(
    story, real: Telephone
) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-all")
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    state = story.inst.voice.routing(RO)
    assert (state.mode, state.version) == ("voicemail", 1)
    assert state.set_by == "VCC administrator VCC-ADMIN, ordered by the account manager"
    story.eventually(lambda: story.entries("routing verified"), "the proof by a call")
    assert line(story).stage is Stage.VERIFIED
    assert not question(story, "voicemail-test")
    (called,) = story.entries("line called")
    assert called.data["sounds"] == ["box-ro"]
    # A caller of flesh and blood leaves one too. Neither message is silence.
    assert caller(real).answered
    (own, theirs) = sounds_in_the_box(real)
    assert own[0] == pytest.approx(WORDS_S, abs=1.5)
    assert theirs[0] == pytest.approx(3.0, abs=1.5)
    assert min(own[1], theirs[1]) > -30
    records = real.pbx.records.read_text()
    proofs = story.entries("success factor proved")
    assert {p.data["factor"] for p in proofs} == {
        "calls reach VCC",
        "callers can leave a voicemail",
    }
    for proof in proofs:
        assert f'"{proof.data["call"]}"' in records
        assert proof.data["message"] == called.data["message"]["id"]

    # Agents sit there again: switched back, and an agent answers Kitart's own call.
    press(story, "SV-3", "voicemail-box", "mine")
    story.at("09:20", by_minutes=4)
    real.phones.log_in(ROMANIAN)
    back(story, *ROMANIAN)
    story.settle()
    press(story, "AM-2", "voicemail-off", "switch-back")
    press(story, "VCC-ADMIN", "voicemail-end", "switch")
    (ended,) = story.eventually(lambda: story.entries("routing ended"), "the end, proved")
    assert re.search(r"answered in a call of Kitart's own: AG-01[012] answered", ended.text)
    assert not question(story, "line-test")
    assert story.inst.voice.routing(RO).mode == "normal"


@pytest.mark.covers("E41", "E45", "D21")
@pytest.mark.begins(people=BY_HAND)
def test_a_telephone_system_killed_in_the_middle_of_the_switch_is_told_and_switched_anew(
    story, real: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_level_4(story)
    press(story, "AM-2", "voicemail", "switch-all")
    manager = story.inst.voice._manager
    act = manager.act

    def act_and_die(action: str, **fields: Any) -> Any:
        done = act(action, **fields)
        if action == "Originate":
            real.pbx.kill()
        return done

    monkeypatch.setattr(manager, "act", act_and_die)
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    (failed,) = story.eventually(lambda: story.entries("routing failed"), "what went wrong")
    assert "could not be switched: Asterisk: POST /rawman" in failed.text
    assert line(story).stage is Stage.ORDERED
    monkeypatch.undo()
    real.pbx.start()
    first = question(story, "voicemail-on").id
    story.at("09:12")
    asked = story.eventually(
        lambda: q if (q := question(story, "voicemail-on")).id != first else None, "asked anew"
    )
    assert "POST /rawman" in asked.text + " ".join(asked.known)
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    story.eventually(lambda: story.entries("routing verified"), "the proof")
    assert story.inst.voice.routing(RO).mode == "voicemail"


@pytest.mark.covers("R42", "E45")
@pytest.mark.begins(people=BY_HAND)
def test_a_full_box_and_a_missing_greeting_are_found_by_the_call_and_put_to_a_person(
    story, real: Telephone
) -> None:
    inbox = real.pbx.voicemail / RO / "INBOX"
    inbox.mkdir(parents=True)
    for number in range(real.pbx.wishes.most_messages):
        (inbox / f"msg{number:04d}.txt").write_text("[message]\norigtime=1\nduration=1\n")
        (inbox / f"msg{number:04d}.wav").write_bytes(b"")
    greeting = real.pbx.wishes.folder / "data/sounds/en/kitart/box-ro.ulaw"
    away = greeting.rename(greeting.with_suffix(".away"))
    try:
        at_level_4(story)
        switched(story)
        asked = story.eventually(lambda: question(story, "voicemail-test"), "the question")
    finally:
        away.rename(greeting)
    (heard,) = [fact for fact in asked.known if fact.startswith("Kitart called it itself")]
    assert "voicemail answered" in heard
    assert "not heard in: Romanian" in heard
    assert "the message is not in the box (is it full?)" in heard
    assert line(story).stage is Stage.EXECUTED
    assert not story.entries("success factor proved")


@pytest.mark.covers("E45")
@pytest.mark.begins(at="2026-11-24T15:40:00+00:00", people=BY_HAND)
def test_an_emergency_state_that_ended_by_itself_is_found_at_the_opening_and_people_are_told(
    story, real: Telephone
) -> None:
    at_level_4(story)
    switched(story)
    story.eventually(lambda: story.entries("routing verified"), "the proof")
    real.pbx.ask(f"database del kitart {RO}")
    opening = datetime.fromisoformat("2026-11-25T07:00:00+00:00")
    story.until(opening - timedelta(minutes=5), by_minutes=120)
    story.until(opening + timedelta(minutes=2))
    (checked,) = story.eventually(lambda: story.entries("routing checked"), "the look")
    assert checked.data["ok"] is False
    assert "ordered voicemail, reads normal" in checked.text
    for person in ("VCC-ADMIN", "AM-2"):
        story.eventually(
            lambda person=person: [t for t in story.texts_to(person) if "CHARLIE/ro" in t], person
        )
    press(story, "VCC-ADMIN", "voicemail-on", "switch")
    story.eventually(lambda: len(story.entries("routing verified")) == 2, "the proof anew")
    assert story.inst.voice.routing(RO).mode == "voicemail"
