"""What is Asterisk's own: its sessions, its database, its dialplan's lock, its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kitart.clock import HandClock, SteadyClock, real_now, sleep_s
from kitart.connectors.asterisk import Asterisk
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.voice import NotCapable, Voicemail
from tests.telephone import Telephone

LINE = "line-33"
WRITTEN_AFTER_S = 2.0
"""Asterisk writes its database to disk each second."""


@pytest.fixture
def asterisk(telephone: Telephone) -> Iterator[Asterisk]:
    host_pauses.forget()
    one = telephone.platform()
    yield one
    one.close()
    host_pauses.forget()


def test_a_session_that_asterisk_has_forgotten_is_begun_anew(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    asterisk.set_emergency(LINE, True, 0, set_by="AM-1")
    sleep_s(WRITTEN_AFTER_S)
    telephone.pbx.kill()
    telephone.pbx.start()
    assert asterisk.routing(LINE).mode == "voicemail", "the value outlives a power cut"
    assert asterisk.boxes()["line-11"] == (0, 100)


@pytest.mark.covers("E45")
def test_a_line_switched_by_hand_is_found_so_and_can_be_switched_on_from_there(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    asterisk.set_emergency(LINE, True, 0, set_by="AM-1")
    telephone.pbx.ask(f"database put kitart {LINE} normal")
    state = asterisk.routing(LINE)
    assert (state.mode, state.version, state.set_by) == ("normal", 0, "")
    assert asterisk.set_emergency(LINE, True, state.version, set_by="AM-1").version == 1


@pytest.mark.covers("E45")
def test_a_database_that_was_reset_reads_normal(telephone: Telephone, asterisk: Asterisk) -> None:
    asterisk.set_emergency(LINE, True, 0, set_by="AM-1")
    telephone.pbx.ask("database deltree kitart")
    assert asterisk.routing(LINE).mode == "normal"


@pytest.mark.parametrize("value", ["voicemial", "voicemail|soon"])
def test_a_value_that_is_none_of_ours_is_an_error_that_says_what_would_be_right(
    telephone: Telephone, asterisk: Asterisk, value: str
) -> None:
    telephone.pbx.ask(f"database put kitart {LINE} {value}")
    with pytest.raises(ConnectorError, match="right would be one of normal, voicemail, notice"):
        asterisk.routing(LINE)


def test_words_with_any_letters_come_back_as_they_were(asterisk: Asterisk) -> None:
    who = 'VCC administrator ÁG-1, "ordered" by; the | account ${manager} = őű'
    assert asterisk.set_emergency(LINE, True, 0, set_by=who).set_by == who


@pytest.mark.covers("E41", "E45")
def test_without_our_part_of_the_dialplan_nothing_is_switched_and_the_error_says_why(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    assert asterisk.can_switch()
    telephone.pbx.ask("dialplan remove context kitart-switch")
    try:
        assert not asterisk.can_switch()
        with pytest.raises(ConnectorError, match=r"include kitart-extensions\.conf"):
            asterisk.set_emergency(LINE, True, 0, set_by="AM-1")
        assert asterisk.routing(LINE).mode == "normal"
    finally:
        telephone.pbx.ask("dialplan reload")


@pytest.mark.covers("R21")
def test_who_is_paused_or_in_no_queue_or_whose_phone_is_gone_is_not_live(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    phones = telephone.phones
    phones.log_in(["AG-010", "AG-011", "AG-012"])
    phones.pause("AG-010", True)
    phones.leave_queues("AG-011")
    phones.unplug("AG-012")
    found = {one.user_id: (one.state, one.counts_as_live) for one in asterisk.agents()}
    assert found == {"AG-010": ("PAUSED", False), "AG-011": ("IN NO QUEUE", False)}
    assert asterisk.queue_stats("CHARLIE/ro").agents_live == 0
    phones.leave_queues("AG-012")


def test_a_queue_that_there_is_not_is_a_permanent_error(asterisk: Asterisk) -> None:
    with pytest.raises(ConnectorError, match="has no queue CHARLIE-xx") as caught:
        asterisk.queue_stats("CHARLIE/xx")
    assert caught.value.permanent


@pytest.mark.covers("E45")
def test_without_its_files_records_and_messages_are_a_persons(telephone: Telephone) -> None:
    asterisk = telephone.platform(private="")
    capabilities = asterisk.capabilities()
    assert not capabilities.allows("calls")
    assert "make a test call" in capabilities.why_not["voicemails"]
    now = real_now()
    with pytest.raises(NotCapable, match="Asterisk can't do 'calls'"):
        asterisk.calls("CHARLIE", now)
    with pytest.raises(NotCapable, match="Asterisk can't do 'voicemails'"):
        asterisk.voicemails(LINE, now)
    assert asterisk.queue_stats("CHARLIE/ro").offered is None


def test_a_message_that_is_gone_has_no_sound(asterisk: Asterisk) -> None:
    gone = Voicemail("1-2", LINE, "+36", real_now(), 3.0)
    with pytest.raises(ConnectorError, match="is not in the box of line-33 any more"):
        asterisk.voicemail_sound(gone)


def test_records_of_earlier_days_are_found_in_the_files_that_were_turned(
    telephone: Telephone, asterisk: Asterisk
) -> None:
    now = real_now()
    for number, days in ((0, 0), (1, 1), (2, 2), (3, 3)):
        began = (now - timedelta(days=days)).timestamp()
        row = ",".join(
            f'"{each}"' for each in (
                f"call-{days}", f"call-{days}", began, began, began + 9, LINE, "+448081570303",
                "+3610000000", "CHARLIE-ro", "voicemail", "", "ANSWERED", "", "sip",
            )
        )  # fmt: skip
        file = telephone.pbx.records
        file.with_name(file.name + (f".{number}" if number else "")).write_text(
            row + '\n"half a li'
        )
    found = asterisk.calls("CHARLIE", now - timedelta(days=2, minutes=1))
    assert [call.call_id for call in found] == ["call-2", "call-1", "call-0"]
    assert {call.answered_by for call in found} == {"system"}


def test_moments_are_on_the_plans_clock(telephone: Telephone) -> None:
    anchor = real_now()
    fast = SteadyClock(20, anchor, anchor - timedelta(days=30))
    asterisk = telephone.platform(clock=fast)
    began = anchor.timestamp() + 1
    telephone.pbx.records.write_text(
        f'"a","a","{began}","0","{began + 5}","{LINE}","+448081570303","+36","CHARLIE-ro","","",'
        '"NO ANSWER","","sip"\n'
    )
    (call,) = asterisk.calls("CHARLIE", fast.start or anchor)
    assert call.started_at - (anchor - timedelta(days=30)) == pytest.approx(
        timedelta(seconds=20), abs=timedelta(milliseconds=1)
    )
    assert call.length_s == pytest.approx(5)
    standing = telephone.platform(clock=HandClock(anchor))
    assert len(standing.calls("CHARLIE", anchor - timedelta(minutes=5))) == 1
