"""The system comes back while the first notification waits for its approval (E31)."""

from __future__ import annotations

import pytest

from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(240)

WAITS = {"answers": {"approve": "leave"}}
NOT_YET = {code: WAITS for code in ("AM-1", "AM-2", "ERT-1", "ERT-2", "ERT-3", "ERT-4", "ERT-5")}


def _until_back(story, then=None) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:03")
    if then is not None:
        story.people(then, *NOT_YET)
    story.phone_system("up")
    story.at("09:04")


@pytest.mark.covers("E31", "D6", "A14")
@pytest.mark.begins(people=NOT_YET)
def test_a_text_that_says_is_down_cannot_be_sent_after_the_recovery(story) -> None:
    _until_back(story)
    old = story.documents("CL-2", "first-notification")[-1]
    assert old.state in ("stale", "superseded")
    assert story.question(f"approve:{old.id}").state == "void"
    told = [
        t for t in story.texts_to("AM-2")
        if "Dokumentum: első értesítés, Megbízó: Bravo" in t and "a helyzet a megírása óta" in t
    ]  # fmt: skip
    assert told, story.texts_to("AM-2")
    combined = story.eventually(
        lambda: story.documents("CL-2", "combined-notice"), "the combined notice"
    )[-1]
    assert combined.state == "draft"
    assert not story.client_mails("CL-2")
    # Pressing the old link decides nothing; the answer is kept and politely declined.
    pressed = story.press(
        "AM-2", f"első értesítés, {old.version}. verzió, Megbízó: Bravo", "approve"
    )
    assert "Tárgytalan, mert a helyzet a megírása óta megváltozott." in pressed.text
    assert [e for e in story.entries("answer void") if e.data["person"] == "AM-2"]
    story.settle()
    assert not story.client_mails("CL-2")


@pytest.mark.covers("E31", "D6", "R45", "A23", "D26")
@pytest.mark.begins(people=NOT_YET)
def test_the_approver_sends_one_notice_of_both_and_later_the_reports(story) -> None:
    _until_back(story, then={"answers": {"approve": "approve"}})
    story.at("09:06")
    mail = story.eventually(lambda: story.client_mails("CL-2"), "the combined notice")[0]
    assert "INC-0001" in mail.subject
    assert "was" in mail.content
    assert "09:00" in mail.content
    combined = story.documents("CL-2", "combined-notice")[-1]
    assert combined.state == "sent"
    assert not [d for d in story.documents("CL-2", "first-notification") if d.sent_at]
    story.at("09:25", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    assert [d.type for d in story.documents("CL-2") if d.sent_at][-2:] == [
        "recovery-notice",
        "closing-report",
    ]
    assert_told_in_its_language(story, "combined-notice", "recovery-notice", "closing-report")
    assert "Értesítés megszűnt fennakadásról" in story.client_mails("CL-3")[0].subject


@pytest.mark.covers("E31", "D5")
@pytest.mark.begins(people=NOT_YET)
def test_the_approver_may_send_no_notice_with_a_reason(story) -> None:
    words = "No call was lost; contract allows"
    _until_back(story, then={"answers": {"approve": "refuse"}, "fills": {"note": words}})
    story.at("09:06")
    story.at("09:25", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        assert story.client_mails(client) == []
        assert story.documents(client, "combined-notice")[-1].state != "sent"
    reasons = [e for e in story.entries("decided") if "No call was lost" in e.text]
    assert len(reasons) >= 4


@pytest.mark.covers("E31", "D6")
def test_an_update_that_nobody_approves_is_never_replaced_by_a_text_that_says_is_down(
    story,
) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert story.client_mails("CL-1")
    story.people(WAITS, *NOT_YET)
    story.at("09:05")
    story.phone_system("up")
    story.at("09:21")
    assert story.entries("recovery declared")
    assert not story.messages("client-short-text")
    # The waiting update gives way to the recovery notice.
    notice = story.eventually(lambda: story.documents("CL-1", "recovery-notice"), "the notice")[-1]
    assert notice.state == "draft"
