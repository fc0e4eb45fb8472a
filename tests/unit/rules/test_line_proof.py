"""What a call to a line proves, and what it leaves to a person (R42, E41, E45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kitart.rules.line_proof import Fault, Flaw, LineHeard, Message, Met, faults

BOTH = ("de", "en")
MESSAGE = Message(4.0, True, "1-1", 3.8, -21.0)
GOOD = LineHeard(
    "line-11", "+448081570101", datetime(2026, 3, 3, tzinfo=UTC), 200, 1.0, 9.0, -20.0,
    ("box-de", "box-en"), ("box-de", "box-en", "queue-de"), Met.VOICEMAIL, "", "call-1", MESSAGE,
)  # fmt: skip


@pytest.mark.covers("R42", "E45")
def test_every_greeting_and_the_message_prove_voicemail() -> None:
    assert faults(GOOD, "voicemail", BOTH) == ()


@pytest.mark.covers("R42", "E41", "E45")
@pytest.mark.parametrize(
    ("change", "flaw", "about"),
    [
        ({"met": Met.NOBODY, "status": 486}, Flaw.NOT_ANSWERED, "486"),
        ({"met": Met.NOBODY, "status": 0}, Flaw.NOT_ANSWERED, ""),
        ({"loudness_db": None}, Flaw.SILENT, ""),
        ({"loudness_db": -60.0}, Flaw.SILENT, ""),
        ({"met": Met.QUEUE}, Flaw.OTHERWISE, "queue"),
        ({"met": Met.UNKNOWN}, Flaw.OTHERWISE, "something unknown"),
        ({"sounds": ("box-de",)}, Flaw.NOT_HEARD, "en"),
        ({"recordings": ("box-de",)}, Flaw.NO_RECORDING, "en"),
        ({"message": None}, Flaw.NOT_LISTED, ""),
        ({"message": Message(4.0, False)}, Flaw.NOT_LISTED, ""),
        ({"message": Message(4.0, True)}, Flaw.NO_MESSAGE, ""),
        ({"message": replace(MESSAGE, length_s=1.0)}, Flaw.SHORT, "1 s of 4 s"),
        ({"message": replace(MESSAGE, loudness_db=None)}, Flaw.FAINT, ""),
        ({"message": replace(MESSAGE, loudness_db=-70.0)}, Flaw.FAINT, ""),
    ],
)
def test_one_thing_that_is_wrong_is_enough(change: dict, flaw: Flaw, about: str) -> None:
    assert faults(replace(GOOD, **change), "voicemail", BOTH) == (Fault(flaw, about),)


@pytest.mark.covers("E45")
@pytest.mark.parametrize(
    ("met", "proved"),
    [(Met.AGENT, True), (Met.QUEUE, True), (Met.VOICEMAIL, False), (Met.NOTICE, False),
     (Met.UNKNOWN, False), (Met.NOBODY, False)],
)  # fmt: skip
def test_a_line_on_its_normal_way_is_answered_by_an_agent_or_the_queue(
    met: Met, proved: bool
) -> None:
    assert (faults(replace(GOOD, met=met, message=None), "normal", ("de",)) == ()) is proved


@pytest.mark.covers("E46")
def test_a_notice_is_heard_in_its_language_and_takes_no_message() -> None:
    notice = replace(
        GOOD, met=Met.NOTICE, sounds=("notice-de",), recordings=("notice-de",), message=None
    )
    assert faults(notice, "notice", ("de",)) == ()
    assert faults(notice, "voicemail", ("de",))[0] == Fault(Flaw.OTHERWISE, "notice")
