"""People who are only reached by phone: a call, a reply by SMS, and a phone that takes nothing."""

from __future__ import annotations

import pytest

from sandbox.sms_state import NumberFault

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("R8", "R9", "A14", "D14", "D15", "R15")
@pytest.mark.begins(
    people={"ERT-1": {"reads": False}, "ERT-2": {"by": "voice"}, "AM-1": {"by": "sms"}}
)
def test_the_second_member_takes_it_by_a_key_and_an_account_manager_answers_by_sms(story) -> None:
    first, second = [person.id for person in story.plan.ert_order(story.start)][:2]
    assert (first, second) == ("ERT-1", "ERT-2")
    phone = next(c.address for c in story.plan.person(first).channels if c.kind == "sms")
    story.world.sms.faults[phone] = NumberFault(delivery="undelivered")
    story.phone_system("down")
    story.alert()
    story.begun()
    lost = [e for e in story.entries("message undelivered") if e.data["to"] == first]
    assert {e.data["channel"] for e in lost} == {"sms", "voice"}
    assert any("the phone can't be reached (code 30003)" in e.text for e in lost)
    assert story.acks("ert") == [], "a mail that was accepted is no contact"

    story.at("09:02")
    taken = story.eventually(lambda: story.acks("ert"), "the second member's key")
    assert [(a.person, a.answer, a.via) for a in taken] == [(second, "take", "voice")]
    assert story.entries("ack timed out") == []
    (entry,) = [e for e in story.entries("ack received") if e.data["person"] == second]
    assert entry.text == "The ERT member has it; by a key pressed in a call"

    told = story.eventually(lambda: story.acks("am:AM-1"), "the account manager's reply")
    assert [(a.person, a.via) for a in told] == [("AM-1", "sms")]
    # Who took it by phone leads like anybody else: the next question comes by its link.
    story.settle()
    decided = story.eventually(lambda: story.entries("priority set"), "the priority")
    assert decided[0].data["answer"] == "P1"


@pytest.mark.covers("R8", "A14")
@pytest.mark.begins(people={"ERT-1": {"by": "sms"}})
def test_the_first_member_takes_it_by_a_reply(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    taken = story.eventually(lambda: story.acks("ert"), "the reply")
    assert [(a.person, a.answer, a.via) for a in taken] == [("ERT-1", "take", "sms")]
    assert story.texts_to("ERT-2") == [] or not [
        e for e in story.entries("ack requested") if e.data["person"] == "ERT-2"
    ]
    (reply,) = story.world.sms.inbound
    assert (reply["Body"], reply["answered"]) == ("1", 200)
    assert reply["said"].startswith("INC-0001: rögzítve, Ön vállalta")
