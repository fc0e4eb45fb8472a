"""People answer by SMS: over real sockets, from the phone through the SMS gateway to the record."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import requests
from twilio.request_validator import RequestValidator

from kitart.journal import acknowledgements, approvals, incidents
from kitart.journal.approvals import Question
from kitart.journal.tables import Reply
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging.questions import option
from sandbox.world import SMS_TOKEN


@pytest.fixture(autouse=True)
def _alarmed(place) -> None:
    place.post_alerts(place.alert())
    place.eventually(lambda: place.texts_to("ERT-1"), "the first alarm")


def send(place, sender: str, body: str, sid: str = "", token: str = SMS_TOKEN) -> Any:
    """Post an SMS as the provider's own library signs it; the text that goes back to the phone."""
    url = f"{place.inst.settings.gateway_url}/twilio/sms"
    form = {"MessageSid": sid or f"SM{uuid4().hex}", "From": sender, "To": "+44", "Body": body}
    signed = {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
    given = requests.post(url, data=form, headers=signed, timeout=10)
    if given.status_code != 200:
        return given.status_code
    assert given.headers["content-type"].startswith("text/xml")
    return ElementTree.fromstring(given.content).findtext("Message") or ""


def says(place, person: str, body: str, **more: str) -> str:
    return str(send(place, place.phone(person), body, **more))


def answers(place, step: str = "ert") -> list[Any]:
    with place.inst.journal.read() as session:
        return acknowledgements.of_step(session, "INC-0001", step)


def ask(
    place, person: str, key: str = "divert-order", *, note: str = "none", kind: str = ""
) -> Any:
    """Put a question to a person as a run does."""
    lease = place.take_lease()
    question = Question(
        key=f"INC-0001:{key}", incident="INC-0001", kind=kind or key,
        title=phrase("Order the carrier divert?"),
        text="", known=[], due_at=None,
        options=[option("order", phrase("Order the divert"), "", note),
                 option("not-needed", phrase("No divert"), "")],
    )  # fmt: skip
    values = {"projects": "ALPHA", "what": "VCC", "next_news": "soon", "report": "r", "client": "c",
              "version": "1", "stale_because": ""}  # fmt: skip
    asking.ask(place.inst, place.plan, question, person, values, lease)
    return lambda: approvals_of(place, question.key)


def approvals_of(place, key: str) -> Any:
    with place.inst.journal.read() as session:
        return approvals.with_key(session, key)


def close(place) -> None:
    with place.inst.journal.write() as session:
        row = incidents.get(session, "INC-0001")
        row.state, row.closed_at, row.open_key = "closed", place.clock.now(), None


@pytest.mark.covers("R8", "A14")
@pytest.mark.parametrize("body", ["1", " 1 ", "1.", "1 !", "1\n", "a1 1", "A1-1"])
def test_a_1_is_i_have_it_and_the_record_says_that_it_came_by_sms(place, body) -> None:
    assert "1 = igen, 2 = nem" in place.texts_to("ERT-1")[0]
    said = says(place, "ERT-1", body)
    assert said.startswith("INC-0001: rögzítve, Ön vállalta és irányítja.")
    (given,) = answers(place)
    assert (given.person, given.answer, given.via) == ("ERT-1", "take", "sms")
    (entry,) = place.entries("ack received")
    assert entry.text == "The ERT member has it; by SMS"
    assert entry.data["via"] == "sms"
    assert place.incidents()[0].state == "acknowledged"


@pytest.mark.covers("A14")
def test_a_2_asks_the_next_member_at_once_and_a_1_after_it_takes_it_all_the_same(place) -> None:
    assert "A következő tagot kérdezzük" in says(place, "ERT-1", "2")
    place.eventually(lambda: place.texts_to("ERT-2"), "the next member is asked")
    assert "Ön vállalta" in says(place, "ERT-1", "1")
    assert [a.answer for a in answers(place)] == ["cannot", "take"]


@pytest.mark.covers("A20")
def test_who_comes_second_hears_who_leads_and_is_recorded_as_help(place) -> None:
    place.clock.advance(minutes=2)
    place.eventually(lambda: place.texts_to("ERT-2"), "the second is asked")
    says(place, "ERT-1", "1")
    said = says(place, "ERT-2", "1")
    assert said.startswith("INC-0001: előbb vállalta és irányítja: ERT-1 (")
    assert [a.person for a in answers(place)] == ["ERT-1", "ERT-2"]
    assert says(place, "ERT-2", "1") == said, "said twice it changes nothing"
    assert len(answers(place)) == 2


def test_one_sms_handed_over_twice_is_taken_once(place) -> None:
    first = says(place, "ERT-1", "2", sid="SM1")
    assert says(place, "ERT-1", "2", sid="SM1") == first
    assert says(place, "ERT-1", "1", sid="SM1") == first, "what it was stays what it was"
    assert [a.answer for a in answers(place)] == ["cannot"]


@pytest.mark.covers("D5")
def test_a_number_alone_never_decides_it_is_asked_back_with_the_code(place) -> None:
    question = ask(place, "AM-1")
    code = f"Q{question().id}"
    back = says(place, "AM-1", "1")
    assert f"{code}: INC-0001, Elrendeli a szolgáltatói átirányítást?" in back
    assert "1 = " in back
    assert question().state == "open"
    assert place.entries("sms not counted")[0].text.endswith(
        "wrote by SMS: '1'; no answer was recorded: not clear to what"
    )
    said = says(place, "AM-1", f"{code.lower()} 2")
    assert said.startswith("INC-0001: rögzítve.")
    assert (question().state, question().answer, question().answered_by) == (
        "answered", "not-needed", "AM-1"
    )  # fmt: skip
    (entry,) = place.entries("decided")
    assert entry.text.endswith("No divert; by SMS")


@pytest.mark.covers("D5")
def test_of_two_things_that_wait_the_answer_must_name_one(place) -> None:
    question = ask(place, "ERT-1")
    back = says(place, "ERT-1", "1")
    assert "A1: INC-0001, Vállalja az irányítást?" in back or "A1: INC-0001" in back
    assert f"Q{question().id}: INC-0001" in back
    assert answers(place) == []
    assert question().state == "open"
    says(place, "ERT-1", "A1 1")
    assert [a.person for a in answers(place)] == ["ERT-1"]
    assert question().state == "open"


@pytest.mark.covers("D5")
@pytest.mark.parametrize(("note", "kind"), [("required", "divert-order"), ("none", "approve")])
def test_what_needs_words_or_reading_is_answered_behind_the_link(place, note, kind) -> None:
    question = ask(place, "AM-1", note=note, kind=kind)
    assert "csak a linken" in says(place, "AM-1", "1")
    said = says(place, "AM-1", f"Q{question().id} 1")
    assert said.startswith("Erre SMS-ben nem lehet válaszolni.")
    assert question().state == "open"


def test_a_question_that_somebody_answered_before_stays_as_it_was_answered(place) -> None:
    question = ask(place, "AM-1")
    ask(place, "AM-2")
    says(place, "AM-1", f"Q{question().id} 1")
    said = says(place, "AM-2", f"Q{question().id} 2")
    assert "korábban már válaszolt: AM-1" in said
    assert question().answer == "order"
    assert [e.data["person"] for e in place.entries("answer late")] == ["AM-2"]


def test_what_is_no_answer_is_said_so_and_kept_in_the_record(place) -> None:
    back = says(place, "ERT-1", "úton vagyok")
    assert "A1: INC-0001" in back
    assert answers(place) == []
    assert "'úton vagyok'" in place.entries("sms not counted")[0].text
    assert "Ilyen szám nincs" in says(place, "ERT-1", "7")
    assert answers(place) == []


def test_a_number_of_nobody_is_answered_once_a_day_and_kept(place) -> None:
    assert "This number is not known here" in send(place, "+36701112233", "1")
    assert send(place, "+36701112233", "1") == "", "two machines must not talk for ever"
    with place.inst.journal.read() as session:
        kept = session.query(Reply).all()
    assert [(r.person, r.outcome) for r in kept] == [(None, "unknown number")] * 2
    place.clock.advance(hours=25)
    assert send(place, "+36701112233", "1") != ""
    assert answers(place) == []


def test_after_the_end_a_person_hears_that_it_is_closed(place) -> None:
    place.take_lease()
    close(place)
    assert says(place, "ERT-1", "1") == "INC-0001 lezárva. Önnek már nincs teendője."
    assert answers(place) == []
    assert says(place, "DPO", "1").startswith("Jelenleg nem vár Öntől választ semmi.")


def test_only_the_providers_own_signature_opens(place) -> None:
    assert send(place, place.phone("ERT-1"), "1", token="another") == 403
    assert answers(place) == []


def test_a_reply_from_the_phone_goes_the_whole_way(place) -> None:
    """Through the stand-in gateway, which calls us as the provider does."""
    place.world.sms.inbound_url = f"{place.inst.settings.gateway_url}/twilio/sms"
    order = {"from": place.phone("ERT-1"), "to": "+447700900999", "body": "1"}
    url = f"{place.world.addresses['sms']}/sandbox/sms/inbound"
    assert requests.post(url, json=order, timeout=10).json()["answered"] == 200
    assert [a.via for a in answers(place)] == ["sms"]
