"""Kitart calls lines of a real telephone system by SIP, and hears what a caller would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from kitart.clock import SteadyClock, real_now
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.lines.call import Caller
from kitart.connectors.lines.probe import LineProber
from kitart.connectors.lines.sound import from_wav, loudness_db, seconds
from kitart.connectors.lines.words import WORDS_S
from kitart.rules.line_proof import Fault, Flaw, LineHeard, Met, faults
from kitart.settings import SipSettings
from tests.telephone import Telephone

GERMAN, ROMANIAN = "line-11", "line-33"


@pytest.fixture
def asterisk(telephone: Telephone) -> Iterator[Asterisk]:
    host_pauses.forget()
    one = telephone.platform()
    yield one
    one.close()


def heard(telephone: Telephone, line: str, *, message: bool = False, **sip: object) -> LineHeard:
    known = telephone.plan.line(line)
    prober = LineProber(telephone.sip(**sip), telephone.platform, SteadyClock())
    return prober.probe(known, known.greeting_languages, message=message)


@pytest.mark.covers("R42", "E41", "E45")
def test_voicemail_is_heard_in_each_language_and_the_message_that_was_left_is_listened_to(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    asterisk.set_emergency(GERMAN, True, 0, set_by="AM-1")
    before = real_now()
    found = heard(telephone, GERMAN, message=True)
    assert faults(found, "voicemail", ("de", "en")) == ()
    assert (found.met, found.status, found.agent) == (Met.VOICEMAIL, 200, "")
    assert found.sounds == ("box-de", "box-en")
    assert before - timedelta(seconds=1) <= found.placed_at <= real_now()
    # The call's own record, and the message itself: not silence, and as long as what was said.
    (call,) = asterisk.calls("ALPHA", before - timedelta(seconds=1))
    assert found.record == call.call_id
    assert call.answered_by == "system"
    (left,) = asterisk.voicemails(GERMAN, before)
    assert found.message is not None
    assert found.message.id == left.voicemail_id
    sound = from_wav((telephone.pbx.voicemail / GERMAN / "INBOX" / "msg0000.wav").read_bytes())
    assert seconds(sound) == pytest.approx(WORDS_S, abs=1.5)
    assert loudness_db(sound) > -25
    assert found.message.loudness_db == pytest.approx(loudness_db(sound), abs=0.1)


@pytest.mark.covers("R23", "E45")
def test_an_agent_who_answers_is_named_by_the_record(telephone: Telephone) -> None:
    telephone.phones.log_in(["AG-010"])
    found = heard(telephone, ROMANIAN)
    assert (found.met, found.agent) == (Met.AGENT, "AG-010")
    assert found.sounds[0] == "queue-ro"
    assert faults(found, "normal", ("ro",)) == ()
    assert faults(found, "voicemail", ("ro",))[0] == Fault(Flaw.OTHERWISE, "agent")


@pytest.mark.covers("E41")
def test_the_queue_alone_is_told_from_voicemail(telephone: Telephone) -> None:
    found = heard(telephone, ROMANIAN)
    assert (found.met, found.agent) == (Met.QUEUE, "")
    assert found.record
    assert faults(found, "normal", ("ro",)) == ()


@pytest.mark.covers("E46")
def test_a_notice_is_heard(telephone: Telephone, asterisk: Asterisk) -> None:
    asterisk.set_emergency(ROMANIAN, True, 0, set_by="CMT-LEAD", mode="notice")
    found = heard(telephone, ROMANIAN)
    assert (found.met, found.sounds) == (Met.NOTICE, ("notice-ro",))
    assert faults(found, "notice", ("ro",)) == ()


@pytest.mark.covers("R42", "E45")
def test_a_greeting_that_is_missing_in_one_language_is_found(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    asterisk.set_emergency(GERMAN, True, 0, set_by="AM-1")
    greeting = telephone.pbx.wishes.folder / "data/sounds/en/kitart/box-en.ulaw"
    away = greeting.rename(greeting.with_suffix(".away"))
    try:
        found = heard(telephone, GERMAN, message=True)
    finally:
        away.rename(greeting)
    assert faults(found, "voicemail", ("de", "en")) == (Fault(Flaw.NOT_HEARD, "en"),)


@pytest.mark.covers("R42", "E45")
def test_a_full_box_is_found_though_the_greeting_is_heard(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    asterisk.set_emergency(ROMANIAN, True, 0, set_by="AM-1")
    inbox = telephone.pbx.voicemail / ROMANIAN / "INBOX"
    inbox.mkdir(parents=True)
    for number in range(telephone.pbx.wishes.most_messages):
        (inbox / f"msg{number:04d}.txt").write_text("[message]\norigtime=1\nduration=1\n")
        (inbox / f"msg{number:04d}.wav").write_bytes(b"")
    found = heard(telephone, ROMANIAN, message=True)
    assert found.sounds == ("box-ro",)
    assert faults(found, "voicemail", ("ro",)) == (Fault(Flaw.NO_MESSAGE),)


@pytest.mark.covers("E41")
def test_a_telephone_system_that_is_dead_answers_nobody(telephone: Telephone) -> None:
    telephone.pbx.kill()
    try:
        found = heard(telephone, ROMANIAN)
    finally:
        telephone.pbx.start()
    assert (found.met, found.status, found.record) == (Met.NOBODY, 0, "")
    assert faults(found, "normal", ("ro",)) == (Fault(Flaw.NOT_ANSWERED),)


def test_a_number_that_there_is_not_and_a_wrong_password_are_told_by_their_status(
    telephone: Telephone,
) -> None:
    assert Caller(telephone.sip()).call("+448081579999").status == 404
    call = Caller(telephone.sip(password=SecretStr("old"))).call("+448081570303")
    assert (call.status, call.answered) == (401, False)


def test_without_recordings_nothing_is_recognised_and_so_nothing_proved(
    telephone: Telephone, asterisk: Asterisk, tmp_path: Path
) -> None:
    asterisk.set_emergency(ROMANIAN, True, 0, set_by="AM-1")
    found = heard(telephone, ROMANIAN, message=True, recordings=tmp_path)
    assert found.met is Met.VOICEMAIL, "the record says so"
    assert faults(found, "voicemail", ("ro",)) == (Fault(Flaw.NO_RECORDING, "ro"),)
    (tmp_path / "box-ro.wav").write_bytes(b"no sound")
    with pytest.raises(ConnectorError, match=r"box-ro\.wav is no WAV file"):
        heard(telephone, ROMANIAN, recordings=tmp_path)


def test_what_is_lacking_is_said_before_any_call() -> None:
    caller = Caller(SipSettings())
    assert caller.lacking() == "KITART_SIP__SERVER is not set"
    with pytest.raises(ConnectorError, match="no call can be placed: KITART_SIP__SERVER"):
        caller.call("+448081570303")
    with pytest.raises(ValueError, match=r"right would be sip\.example:5060"):
        SipSettings(server="sip.example")
