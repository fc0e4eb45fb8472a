"""``kitart connect check`` where the phone system is an Asterisk of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.clock import SteadyClock, real_now
from tests.telephone import Telephone


@pytest.fixture
def own(place: Any, telephone: Telephone) -> Any:
    place.set(phone_system="asterisk", asterisk=telephone.settings())
    place.clock = SteadyClock()
    return place


def by_name(place: Any) -> dict[str, Any]:
    return {f"{line.connection}/{line.name}": line for line in place.check("vcc")}


def test_all_is_well_but_for_records_that_no_call_has_left_yet(own, telephone: Telephone) -> None:
    lines = by_name(own)
    assert {name: line.state for name, line in lines.items()} == {
        "vcc/sign-in": "ok", "vcc/manager": "ok", "vcc/queues": "ok", "vcc/switching": "ok",
        "vcc/call records": "warning", "vcc/voicemail": "ok", "vcc/abilities": "ok",
    }  # fmt: skip
    assert lines["vcc/sign-in"].seen == "60 phones, one for each of the plan's agents"
    assert lines["vcc/voicemail"].seen == "15 boxes, 0 messages"
    assert "can: agents, calls, live queue stats" in lines["vcc/abilities"].seen
    assert "A person" not in lines["vcc/abilities"].seen
    assert "kitart line test" in lines["vcc/call records"].todo
    now = real_now().timestamp()
    telephone.pbx.records.write_text(
        f'"a","a","{now}","0","{now + 5}","line-33","+9999999","+36","CHARLIE-ro","","",'
        '"NO ANSWER","","sip"\n'
    )
    line = own.one("vcc/call records")
    assert (line.state, "+9999999" in line.seen) == ("warning", True)


def test_what_is_not_set_or_refused_is_named(own) -> None:
    own.set("asterisk", password=SecretStr("old"))
    line = own.one("vcc/sign-in")
    assert (line.state, "refused by ARI (401)" in line.seen) == ("failed", True)
    line = own.one("vcc/manager")
    assert (line.state, "manager.conf" in line.todo) == ("failed", True)
    own.set("asterisk", base_url="http://pbx.example")
    assert "in the clear" in own.one("vcc/sign-in").seen
    own.set("asterisk", base_url="", user="")
    lines = by_name(own)
    assert "KITART_ASTERISK__BASE_URL, KITART_ASTERISK__USER" in lines["vcc/sign-in"].seen
    assert lines["vcc/queues"].state == "skipped"


def test_a_dialplan_that_can_not_switch_and_lines_off_their_way_are_found(
    own, telephone: Telephone
) -> None:
    telephone.platform().set_emergency("line-33", True, 0, set_by="AM-1")
    line = own.one("vcc/switching")
    assert (line.state, "line-33 (voicemail)" in line.seen) == ("warning", True)
    telephone.pbx.ask("dialplan remove context kitart-switch")
    try:
        line = own.one("vcc/switching")
        assert (line.state, "no line can be switched" in line.seen) == ("missing", True)
    finally:
        telephone.pbx.ask("dialplan reload")


@pytest.mark.covers("E45")
def test_a_box_that_fills_up_is_found_before_it_is_full(own, telephone: Telephone) -> None:
    inbox = telephone.pbx.voicemail / "line-33" / "INBOX"
    inbox.mkdir(parents=True)
    for number in range(80):
        (inbox / f"msg{number:04d}.txt").write_text("[message]\n")
    line = own.one("vcc/voicemail")
    assert (line.state, "line-33 (80 of 100)" in line.seen) == ("warning", True)


def test_without_files_people_are_asked(own) -> None:
    own.set("asterisk", private="")
    lines = by_name(own)
    assert lines["vcc/call records"].state == lines["vcc/voicemail"].state == "warning"
    assert "A person is asked instead for calls" in lines["vcc/abilities"].seen


def test_calls_of_our_own_need_a_server_a_number_and_recordings(
    own, telephone: Telephone, tmp_path: Path
) -> None:
    line = own.one("lines/calls")
    assert (line.state, "people are asked" in line.seen) == ("ok", True)
    own.set("", sip=telephone.sip())
    lines = {f"{line.connection}/{line.name}": line for line in own.check("lines", "plan")}
    assert lines["lines/calls"].state == lines["lines/recordings"].state == "ok"
    own.set("sip", caller="", recordings=tmp_path)
    line = own.one("lines/calls")
    assert (line.state, "KITART_SIP__CALLER" in line.seen) == ("warning", True)
    line = own.one("lines/recordings")
    assert (line.state, "e.g. box-de.wav" in line.seen) == ("warning", True)
    (tmp_path / "box-de.wav").write_bytes(b"")
    assert "box-de.wav is no WAV file" in own.one("lines/recordings").seen
