"""Who is in charge changes: at a change of shift, or because who is in charge asks for it (E26)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from kitart.plan.kinds import PHONES

pytestmark = pytest.mark.timeout(240)

WAITS = {"answers": {"ack": "take", "take-over": "leave", "priority": "leave"}}


def lead(story) -> str:
    return [e.data["to"] for e in story.entries("relieved") if e.data["step"] == "ert"][-1]


@pytest.mark.covers("E26", "A20")
@pytest.mark.begins(
    at="2026-11-24T14:52:00+00:00",
    touching=("CHARLIE",),
    people={f"ERT-{n}": WAITS for n in range(1, 6)},
)
def test_at_the_change_of_shift_the_old_lead_stays_until_the_new_one_says_yes(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert [a.person for a in story.acks("ert")] == ["ERT-1"]
    story.at("14:58")
    assert not story.texts_to("ERT-2")
    story.at("15:01", by_minutes=1)  # 16:00 in Budapest: the rota has ERT-2 on duty
    story.eventually(lambda: story.texts_to("ERT-2"), "the question to the new one")
    assert any("Átveszi a vezetést? INC-0001" in t for t in story.texts_to("ERT-2"))
    assert any("vegye át Öntől" in t for t in story.texts_to("ERT-1"))
    # Nobody has said yes: the old lead is asked again for the priority, not the new one.
    story.at("15:02")
    again = story.eventually(lambda: story.entries("decision requested again"), "asked again")
    assert [e.data["person"] for e in again if e.data["kind"] == "priority"] == ["ERT-1"]
    assert not story.entries("relieved")

    assert story.press("ERT-2", "Átveszi a vezetést?", "take").status_code == 200
    story.eventually(lambda: story.entries("relieved"), "the change in the record")
    assert lead(story) == "ERT-2"
    story.settle()
    assert any("átvette Öntől" in t for t in story.texts_to("ERT-1"))
    # What was open comes to the new lead, who decides it by a link of their own.
    assert "ERT-2" in story.question("priority").asked_of
    assert story.press("ERT-2", "milyen prioritású?", "P2").status_code == 200
    decided = story.eventually(lambda: story.entries("priority set"), "the priority")
    assert decided[0].data["answer"] == "P2"
    story.at("15:20", by_minutes=6)
    assert (
        len([q for q in story.entries("decision requested") if q.data["kind"] == "take-over"]) == 1
    )


@pytest.mark.covers("E26", "A20", "E21")
@pytest.mark.begins(
    touching=("CHARLIE",),
    people={"ERT-4": {"answers": {"take-over": "cannot"}}, "AM-1": {"answers": {"ack": "take"}}},
)
def test_who_is_in_charge_asks_for_relief_and_the_client_reads_whom_to_call_now(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert ask_by_page(story, "ERT-1", "", "hand-over:ERT-4") == 200
    # The one asked can't: nothing changes, and the lead is told.
    story.eventually(lambda: any("nem tudja átvenni" in t for t in story.texts_to("ERT-1")), "a no")
    assert not story.entries("relieved")
    # Nobody but who is in charge may hand it over, and only to somebody who was offered.
    assert ask_by_page(story, "ERT-1", "", "hand-over:AG-001") == 422
    assert ask_by_page(story, "ERT-1", "", "hand-over:ERT-3") == 200
    story.eventually(lambda: story.entries("relieved"), "ERT-3 leads")
    assert lead(story) == "ERT-3"
    assert ask_by_page(story, "ERT-1", "", "hand-over:ERT-5") == 422

    # The account manager of CHARLIE goes home: the deputy takes over and is named to the client.
    before = story.documents("CL-3")[-1].facts["clients"][0]["contact"]["phone"]
    assert before == phone(story, "AM-2")
    assert ask_by_page(story, "AM-2", "Érintett: CHARLIE", "hand-over:AM-1") == 200
    story.eventually(lambda: len(story.entries("relieved")) == 2, "AM-1 takes over")
    first = [d for d in story.documents("CL-3") if d.sent_at][-1]
    story.until(first.next_update_at + timedelta(minutes=2), by_minutes=10)
    update = story.eventually(
        lambda: [d for d in story.documents("CL-3", "status-update") if d.sent_at], "an update"
    )[-1]
    assert update.facts["clients"][0]["contact"]["phone"] == phone(story, "AM-1")
    assert update.approved_by == "AM-1"
    assert phone(story, "AM-1") in update.html


def phone(story, person: str) -> str:
    return next(c.address for c in story.plan.person(person).channels if c.kind in PHONES)


def ask_by_page(story, person: str, about: str, answer: str) -> int:
    """Press a button on the page behind the person's first link that says "I have it"."""
    text = next(t for t in story.texts_to(person) if about in t)
    link = text.rsplit("\n", 1)[-1]
    return requests.post(link, data={"answer": answer}, timeout=10).status_code
