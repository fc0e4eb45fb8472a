"""Reading what Asterisk writes: manager's answers, call records, who a channel is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kitart.clock import SteadyClock
from kitart.connectors.asterisk.manager import events
from kitart.connectors.asterisk.records import agent_of, calls, legs, project_of

CLOCK = SteadyClock()


def row(call: str = "1", *, began: float = 100, answered: float = 0, ended: float = 160,
        line: str = "line-33", met: str = "", channel: str = "", how: str = "ANSWERED",
        waited: str = "") -> str:  # fmt: skip
    fields = (call, call, began, answered, ended, line, "+448081570303", "+36", "CHARLIE-ro", met,
              channel, how, waited, "sip-1")  # fmt: skip
    return ",".join(f'"{each}"' for each in fields)


def test_an_answer_of_the_manager_is_read_block_by_block() -> None:
    text = "Response: Success\r\nMessage: a: b\r\n\r\nEvent: QueueParams\r\nQueue: X\r\n\r\n"
    assert events(text) == [
        {"Response": "Success", "Message": "a: b"}, {"Event": "QueueParams", "Queue": "X"},
    ]  # fmt: skip
    assert events("<html>") == []


def test_whose_phone_a_channel_is() -> None:
    assert agent_of("PJSIP/AG-010-0000002a") == "AG-010"
    assert agent_of("Local/x@y-1;2") == agent_of("") == ""
    assert project_of("NORTH-WEST-de") == "NORTH-WEST"


@pytest.mark.covers("R23")
def test_the_legs_of_a_call_are_one_call_answered_by_the_agent_who_took_it() -> None:
    text = "\n".join((
        row(channel="PJSIP/AG-010-1", how="NO ANSWER", ended=115),
        row(channel="PJSIP/AG-011-2", began=115, answered=115, waited="15"),
        row("2", began=50, met="voicemail"),
        row("3", began=300, ended=330),
        row("4", line="", began=1),
        row("5")[:30],
    ))  # fmt: skip
    found = calls(legs(text), CLOCK)
    assert [(c.call_id, c.answered_by, c.user_id) for c in found] == [
        ("2", "system", None), ("1", "agent", "AG-011"), ("3", "nobody", None),
    ]  # fmt: skip
    first, taken, lost = found
    assert first.waited_s is None
    assert (taken.length_s, taken.talk_s, taken.waited_s) == (60, 30, 15)
    assert (lost.waited_s, lost.talk_s, lost.sip_id) == (30, 0, "sip-1")
    assert taken.started_at == datetime.fromtimestamp(100, UTC)
