"""The roll-call: the page, a key in a call, and silence, over real sockets (E18, E17)."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from kitart.journal import incidents, outage_reports, roll_calls
from kitart.journal.tables import OutageReport, RollCall
from kitart.messaging import links, roll_call
from kitart.messaging.agents_gone import work_silences
from tests.integration.gateway.calling_out import OUT, call_out, called, entries, out, tell

pytestmark = pytest.mark.covers("E18")
COLLEAGUE, MALAYSIA, BACKUP = "AG-013", "AG-017", "AG-016"
DETAILS = {"form": "form-0001", "what": "internet", "move": "no"}


@pytest.fixture(autouse=True)
def _asked(place) -> None:
    out(place, COLLEAGUE)
    assert roll_call.begin(place.inst, "INC-0001", [OUT, MALAYSIA]) == (OUT, MALAYSIA)


def link_to(place: Any, agent: str, number: str = "INC-0001") -> str:
    return links.new(place.inst.settings, "roll-call", number, agent, now=place.clock.now())


def get(link: str) -> requests.Response:
    return requests.get(link, timeout=10)


def post(link: str, **form: str) -> requests.Response:
    return requests.post(link, data=form, timeout=10)


def asking(place: Any, agent: str = OUT) -> RollCall:
    with place.inst.journal.read() as session:
        row = roll_calls.newest(session, "INC-0001", agent)
    assert row is not None
    return row


def report(place: Any, agent: str = OUT) -> OutageReport | None:
    with place.inst.journal.read() as session:
        return outage_reports.of_agent(session, agent)


def sms_to(place: Any, agent: str) -> list[str]:
    number = next(c.address for c in place.plan.agent(agent).channels if c.kind == "sms")
    return [sms.body for sms in list(place.world.sms.sent) if sms.to == number]


def silences(place: Any) -> tuple[str, ...]:
    return work_silences(place.inst.journal, place.plan, now=place.clock.now())


def test_each_is_asked_once_by_sms_and_by_a_call(place) -> None:
    (entry,) = entries(place, "roll-call begun")
    assert entry.data["agents"] == [OUT, MALAYSIA]
    assert roll_call.begin(place.inst, "INC-0001", [OUT, MALAYSIA]) == ()
    roll_call.send(place.inst, "INC-0001")
    (text,) = sms_to(place, MALAYSIA)
    assert "the phone system lost you. Are you safe?" in text
    assert f"{place.inst.settings.gateway_url}/r/" in text
    assert len(sms_to(place, OUT)) == 1
    kinds = {(m.recipient, m.channel) for m in place.messages("roll-call")}
    assert kinds == {(a, c) for a in (OUT, MALAYSIA) for c in ("sms", "voice")}
    assert len(entries(place, "roll-call begun")) == 1


def test_opening_the_page_changes_nothing(place) -> None:
    page = get(link_to(place, MALAYSIA))
    for words in ("Are you safe? Can you work?", 'href="tel:999"', "17:05 UTC+08"):
        assert words in page.text
    assert requests.head(link_to(place, OUT), timeout=10).status_code == 200
    assert '<html lang="hu">' in get(link_to(place, OUT)).text
    assert asking(place).answered_at is None


def test_who_can_work_is_no_report(place) -> None:
    page = post(link_to(place, MALAYSIA), answer="works")
    assert "You are safe and can work" in page.text
    assert report(place, MALAYSIA) is None
    (entry,) = entries(place, "roll-call answered")
    assert entry.text == "AG-017 answers: safe, can work"
    assert entry.data == {"agent": MALAYSIA, "answer": "works", "via": "link"}
    place.clock.advance(minutes=6)
    silences(place)
    assert report(place, MALAYSIA) is None


def test_who_can_not_work_is_asked_what_happened(place) -> None:
    page = post(link_to(place, MALAYSIA), answer="cannot")
    assert "Recorded. What happened?" in page.text
    row = report(place, MALAYSIA)
    assert row is not None
    assert (row.safe, row.what, row.incident) == ("yes", "", "INC-0001")
    page = post(link_to(place, MALAYSIA), form="form-0001", what="internet", move="")
    assert page.status_code == 422
    assert 'value="internet" checked' in page.text
    page = post(link_to(place, MALAYSIA), **DETAILS)
    assert "Recorded: you can't work" in page.text
    row = report(place, MALAYSIA)
    assert row is not None
    assert (row.safe, row.what, row.can_move) == ("yes", "internet", "no")
    assert row.occurred_at == asking(place, MALAYSIA).asked_at


@pytest.mark.covers("E17", "D13")
def test_who_is_not_safe_reads_the_emergency_number_before_anything_else(place) -> None:
    page = post(link_to(place, MALAYSIA), answer="help")
    main = page.text.partition("<main>")[2]
    assert main.index('href="tel:999"') < main.index("<h1>")
    assert "30 minutes" not in main
    row = report(place, MALAYSIA)
    assert row is not None
    assert (row.safe, row.can_move) == ("help", "")
    # Safe again, and able to work: the report ends.
    post(link_to(place, MALAYSIA), answer="works")
    assert report(place, MALAYSIA) is None


def test_silence_counts_as_out_after_five_minutes_and_a_late_answer_counts(place) -> None:
    place.clock.advance(minutes=4)
    assert silences(place) == ()
    place.clock.advance(minutes=1)
    assert silences(place) == ("INC-0001",)
    assert silences(place) == ()
    row = report(place)
    assert row is not None
    assert (row.safe, row.what, row.role, row.incident) == ("unknown", "", "roll-call", "INC-0001")
    texts = [e.text for e in entries(place, "roll-call silent")]
    assert texts[0] == "AG-014 did not answer in time: counts as out, not known whether safe"
    assert "Nem érkezett válasz" in get(link_to(place, OUT)).text
    post(link_to(place, OUT), answer="works")
    assert report(place) is None
    assert [e.text for e in entries(place, "agent back")] == ["AG-014 works again, says the agent"]


def test_who_has_left_the_plan_meanwhile_is_no_silence(place) -> None:
    agents = tuple(agent for agent in place.plan.agents if agent.id != MALAYSIA)
    place.clock.advance(minutes=6)
    shorter = place.plan.model_copy(update={"agents": agents})
    work_silences(place.inst.journal, shorter, now=place.clock.now())
    assert report(place) is not None
    assert report(place, MALAYSIA) is None
    assert silences(place) == ()


def test_what_is_known_of_a_silent_agent_stands(place) -> None:
    out(place, OUT, "power", role="supervisor", reported_by="SV-3", safe="unknown")
    place.clock.advance(minutes=6)
    silences(place)
    row = report(place)
    assert row is not None
    assert (row.what, row.role) == ("power", "supervisor")


def test_who_was_not_asked_and_a_closed_incident_show_nothing(place) -> None:
    assert get(link_to(place, BACKUP)).status_code == 404
    assert post(link_to(place, OUT), answer="maybe").status_code == 422
    assert post(link_to(place, OUT), **DETAILS).status_code == 422
    with place.inst.journal.write() as session:
        incidents.close(session, "INC-0001", "closed", now=place.clock.now())
    for page in (get(link_to(place, OUT)), post(link_to(place, OUT), answer="works")):
        assert page.status_code == 410
        assert "<button" not in page.text
    assert asking(place).answer is None


# --- by a call -----------------------------------------------------------------------------------


def voice(place: Any, agent: str) -> str:
    return next(c.address for c in place.plan.agent(agent).channels if c.kind == "voice")


def call_to(place: Any, agent: str) -> Any:
    return place.eventually(
        lambda: next((c for c in list(place.world.sms.calls)
                      if c.to == voice(place, agent) and c.status != "queued"), None),
        f"the call to {agent}",
    )  # fmt: skip


@pytest.mark.covers("E17")
def test_a_pressed_3_hears_the_emergency_number(place) -> None:
    place.world.sms.keys[voice(place, "AG-015")] = "3"
    roll_call.begin(place.inst, "INC-0001", ["AG-015"])
    call = call_to(place, "AG-015")
    assert call.said[1].startswith("1. gomb: Biztonságban vagyok, és tudok dolgozni.")
    assert call.said[-1].startswith("Veszélyben van? Hívja most: 112.")
    assert asking(place, "AG-015").via == "voice"


@pytest.mark.covers("R20", "E7", "E8")
@pytest.mark.parametrize(
    ("key", "state", "words"),
    [
        ("1", "accepted", "rögzítve, kezdés legkésőbb 10:30"),
        ("2", "declined", "nem tudja vállalni"),
        ("3", "later", "ekkor tud kezdeni: 11:00"),
        ("9", "asked", "Nem nyomott meg gombot"),
    ],
)
def test_a_call_for_cover_is_answered_by_a_key(place, key, state, words) -> None:
    call = call_out(place, BACKUP)
    place.world.sms.keys[voice(place, BACKUP)] = key
    tell(place, call, BACKUP)
    made = call_to(place, BACKUP)
    assert made.said[1] == "1. gomb: Igen. 2. gomb: Nem. 3. gomb: Később, 60 perc múlva."
    assert any(words in said for said in made.said)
    assert called(place, call).state == state


@pytest.mark.covers("E9")
def test_a_reminder_by_phone_offers_to_take_the_promise_back(place) -> None:
    call = call_out(place, BACKUP)
    place.world.sms.keys[voice(place, BACKUP)] = "1"
    tell(place, call, BACKUP)
    place.eventually(lambda: called(place, call).state == "accepted", "the yes")
    place.world.sms.keys[voice(place, BACKUP)] = "2"
    place.world.sms.calls.clear()
    tell(place, call, BACKUP, "backup-reminder")
    made = call_to(place, BACKUP)
    assert made.said[1] == "2. gomb: Mégsem tudom vállalni."
    assert called(place, call).state == "declined"
