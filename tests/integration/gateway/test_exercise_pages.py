"""The page of an exercise, and the button on it that stops it (D4, E40)."""

from __future__ import annotations

from typing import Any

import pytest

from kitart.alerts.opening import open_or_join
from kitart.clock import real_now
from kitart.connectors.fence import Fenced
from kitart.journal import exercises, plans
from tests.integration.gateway.conftest import Place
from tests.integration.gateway.signed_in import Holder

STOP = "/incident/{}/stop-exercise"


@pytest.fixture
def begun(place: Place) -> tuple[str, str]:
    """A running exercise and what it plays."""
    now = place.clock.now()
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=now)
        number = exercises.plan_one(
            session, place.plan, place.plan.exercise("MAIL-DOWN"), starts_at=now,
            asked_by="operator", now=now, real_now=real_now(),
        ).incident.number  # fmt: skip
        exercises.begin(session, number, now=now)
        played = open_or_join(
            session, place.plan, "VCC", reported_by="exercise", seen="x", cause_at=None, now=now,
            exercise=True, part_of=number,
        )  # fmt: skip
        return number, played.incident.number


def state(place: Place, number: str) -> Any:
    with place.inst.journal.read() as session:
        return exercises.get(session, number)


@pytest.mark.covers("D4")
def test_the_page_of_an_exercise_says_so_in_the_readers_language(
    place: Place, begun: tuple[str, str]
) -> None:
    number, played = begun
    page = Holder(place, "AM-1").get(f"/incident/{number}").text
    assert "GYAKORLAT" in page.split("<h1>")[0]
    assert "A levelezés, a SharePoint és a belépés egyszerre kiesik" in page
    assert "a gyakorlat megkezdődött" in page
    assert "EXERCISE" in Holder(place, "SV-1").get(f"/incident/{played}").text.split("<h1>")[0]


@pytest.mark.covers("D4", "E40")
def test_whoever_is_signed_in_stops_it_from_the_page_of_what_it_plays(
    place: Place, begun: tuple[str, str]
) -> None:
    number, played = begun
    holder = Holder(place, "SV-1")
    for page in (number, played):
        assert "Stop the exercise now" in holder.get(f"/incident/{page}").text
    assert "A gyakorlat leállítása" in Holder(place, "AM-1").get(f"/incident/{number}").text
    assert holder.post(STOP.format(played)).status_code == 303
    found = state(place, number)
    assert found.state == "stopped"
    assert "SV-1 stopped it, signed in" in found.stopped
    assert "Stop the exercise now" not in holder.get(f"/incident/{number}").text


@pytest.mark.covers("D20")
def test_a_form_from_elsewhere_stops_nothing(place: Place, begun: tuple[str, str]) -> None:
    number, _ = begun
    assert Holder(place, "SV-1").post(STOP.format(number), key="forged").status_code == 403
    assert not state(place, number).over


@pytest.mark.covers("E40")
def test_a_real_incident_has_no_such_button(place: Place) -> None:
    with place.inst.journal.write() as session:
        plans.keep(session, place.plan.hash, place.plan.snapshot(), now=place.clock.now())
        real = open_or_join(
            session, place.plan, "VCC", reported_by="operator", seen="x", cause_at=None,
            now=place.clock.now(),
        ).incident.number  # fmt: skip
    holder = Holder(place, "SV-1")
    assert "Stop the exercise" not in holder.get(f"/incident/{real}").text
    assert holder.post(STOP.format(real)).status_code == 409


@pytest.mark.covers("D4")
def test_its_own_record_reaches_those_who_evaluate_it_once_it_is_over(
    place: Place, begun: tuple[str, str]
) -> None:
    number, played = begun
    dpo = next(c for c in place.plan.person("DPO").channels if c.kind == "sms").address
    send = {"message_key": "k", "status_callback": None, "whom": "DPO"}
    with pytest.raises(Fenced, match="outside the exercise"):
        place.inst.fenced(number).sms(dpo, "x", **send)
    with place.inst.journal.write() as session:
        exercises.end(session, number, now=place.clock.now())
    place.inst.fenced(number).sms(dpo, "x", **send)
    with pytest.raises(Fenced, match="outside the exercise"):
        place.inst.fenced(number).sms("+447700900201", "x", **send | {"whom": "CL-1"})
    it = next(c for c in place.plan.person("IT-MGR").channels if c.kind == "sms").address
    with pytest.raises(Fenced, match=f"the exercise {number} is over"):
        place.inst.fenced(played).sms(it, "x", **send | {"whom": "IT-MGR", "purpose": "ert-alarm"})


@pytest.mark.covers("D4", "E40", "E24")
def test_a_key_in_a_call_stops_it(place: Place, request: pytest.FixtureRequest) -> None:
    phone = next(c.address for c in place.plan.person("ERT-1").channels if c.kind == "voice")
    place.world.sms.keys[phone] = "9"
    number, _ = request.getfixturevalue("begun")
    place.eventually(lambda: state(place, number).over, "the key")
    assert "ERT-1 stopped it, a key in a call" in state(place, number).stopped
    call = next(c for c in place.world.sms.calls if c.to == phone)
    assert "A gyakorlat leállításához nyomja meg a 9 gombot." in call.said[1]
    place.eventually(lambda: "A gyakorlat leállt" in call.said[-1], "what is said to it")
