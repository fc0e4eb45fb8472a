"""People are called and press a key: over real sockets, the stand-in gateway asks our page."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from twilio.request_validator import RequestValidator

from kitart.journal import acknowledgements
from sandbox.sms_state import NumberFault
from sandbox.world import SMS_TOKEN


def number(place, person: str = "ERT-1") -> str:
    return next(c.address for c in place.plan.person(person).channels if c.kind == "voice")


def call_to(place, person: str = "ERT-1") -> Any:
    """The first call to a person, once it has ended."""
    return place.eventually(
        lambda: next((c for c in list(place.world.sms.calls)
                      if c.to == number(place, person) and c.status != "queued"), None),
        f"the call to {person}",
    )  # fmt: skip


def row(place, person: str = "ERT-1") -> Any:
    rows = [m for m in place.messages("ert-alarm") if m.channel == "voice"]
    return next((m for m in rows if m.recipient == person), None)


def answers(place) -> list[Any]:
    with place.inst.journal.read() as session:
        return acknowledgements.of_step(session, "INC-0001", "ert")


def post(url: str, form: dict[str, str], token: str = SMS_TOKEN) -> requests.Response:
    signed = {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
    return requests.post(url, data=form, headers=signed, timeout=10)


@pytest.mark.covers("R8", "A14", "D15")
def test_a_pressed_1_is_i_have_it_and_the_record_says_how_it_came(place) -> None:
    place.world.sms.keys[number(place)] = "1"
    place.post_alerts(place.alert())
    call = call_to(place)
    assert call.said[0].startswith("Itt a Kitart, a cég riasztórendszere. Incidens: INC-0001.")
    assert call.said[1] == "1. gomb: Vállalom. 2. gomb: Nem vállalom."
    assert call.said[:2] == call.said[2:4], "said twice"
    assert "http" not in " ".join(call.said), "nobody can open a link by ear"
    assert call.said[-1].startswith("INC-0001: rögzítve, Ön vállalta")
    (given,) = answers(place)
    assert (given.person, given.answer, given.via) == ("ERT-1", "take", "voice")
    (entry,) = place.entries("ack received")
    assert entry.text == "The ERT member has it; by a key pressed in a call"


@pytest.mark.covers("A14")
def test_a_machine_that_picks_up_is_no_contact(place) -> None:
    place.world.sms.keys[number(place)] = ""
    place.post_alerts(place.alert())
    call = call_to(place)
    assert call.status == "completed"
    assert "Nem nyomott meg gombot" in call.said[-1]
    assert answers(place) == []
    assert row(place).state == "accepted"
    place.clock.advance(minutes=2)
    place.eventually(lambda: place.texts_to("ERT-2"), "the next member is asked")


@pytest.mark.covers("D15")
def test_a_call_that_nobody_picks_up_is_in_the_record(place) -> None:
    place.post_alerts(place.alert())
    assert call_to(place).status == "no-answer"
    entry = place.eventually(
        lambda: [e for e in place.entries("message undelivered") if e.data["to"] == "ERT-1"],
        "the entry",
    )[0]
    assert entry.text.startswith("voice to ERT member (ert-alarm): not delivered; nobody picked up")
    assert row(place).state == "undelivered"


@pytest.mark.covers("D15", "E43")
def test_when_only_the_phone_rings_the_call_alone_reaches_the_person(place) -> None:
    place.world.tenant_faults.set("*", "reset")
    place.world.smtp.password = "another"
    place.world.sms.faults[place.phone("ERT-1")] = NumberFault(status=400)
    place.world.sms.keys[number(place)] = "1"
    place.post_alerts(place.alert())
    assert place.eventually(lambda: answers(place), "the answer")[0].via == "voice"


def test_a_key_that_stands_for_nothing_is_asked_for_again(place) -> None:
    place.world.sms.keys[number(place)] = "7"
    place.post_alerts(place.alert())
    call = call_to(place)
    assert any(said.startswith("Ez a gomb nem szerepel a válaszok között.") for said in call.said)
    assert answers(place) == []


def test_who_picks_up_after_another_took_it_hears_that(place) -> None:
    place.post_alerts(place.alert())
    call = call_to(place)
    place.clock.advance(minutes=2)
    place.world.sms.keys[number(place, "ERT-2")] = "1"
    call_to(place, "ERT-2")
    place.eventually(lambda: answers(place), "the second member's answer")
    said = ElementTree.fromstring(post(call.page, {"CallSid": call.sid}).content)
    assert said.find("Gather") is None
    assert "már vállalta: ERT-2" in (said.findtext("Say") or "")


def test_only_the_providers_signature_hears_or_answers(place) -> None:
    place.post_alerts(place.alert())
    call = call_to(place)
    assert post(call.page, {"CallSid": call.sid}, token="another").status_code == 403
    assert requests.post(f"{call.page}/key", data={"Digits": "1"}, timeout=10).status_code == 403
    assert answers(place) == []
    forged = post(f"{call.page}x", {"CallSid": call.sid})
    assert "This call is not needed any more" in forged.text


def test_without_a_number_to_call_from_nobody_is_called_and_the_record_says_so(place) -> None:
    place.inst.settings.sms = place.inst.settings.sms.model_copy(update={"caller": ""})
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the SMS all the same")
    seen = place.eventually(lambda: row(place), "the record of the call")
    place.eventually(lambda: row(place).state == "skipped", "it is passed over")
    assert seen.address == number(place)
    assert row(place).detail == "no connector is configured for voice"
    assert place.world.sms.calls == []


def test_a_missed_deadline_is_spoken_without_keys(place) -> None:
    place.world.sms.keys[number(place, "IT-MGR")] = "1"
    place.post_alerts(place.alert())
    place.clock.advance(minutes=6)
    call = call_to(place, "IT-MGR")
    assert "Kérjük, lépjen közbe." in call.said[0]
    assert call.said[0] == call.said[1]
    assert call.keys == ""
