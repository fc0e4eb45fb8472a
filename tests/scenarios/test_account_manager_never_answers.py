"""Nobody can wait for an account manager who doesn't answer: deputy, ERT lead, and then the
pre-approved short text or nothing, with the miss in the record."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)

SILENT = {"reads": False}
NO_APPROVAL = {"answers": {"approve": "leave"}}


@pytest.mark.covers("R15", "A14", "D15", "E21")
@pytest.mark.begins(people={"AM-1": SILENT})
def test_the_deputy_answers_and_approves_for_a_silent_account_manager(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert [a.person for a in story.acks("am:AM-1")] == []
    story.at("09:04")
    assert not [t for t in story.texts_to("AM-2") if "Érintett: ALPHA, DELTA" in t]
    story.at("09:05")  # five minutes of silence: the deputy is told too (S)
    story.eventually(lambda: story.acks("am:AM-1"), "the deputy's answer")
    assert story.acks("am:AM-1")[0].person == "AM-2"
    # CL-1 is due after 30 minutes by its contract; the deputy is asked after five of silence.
    (sent,) = story.eventually(
        lambda: [d for d in story.documents("CL-1", "first-notification") if d.sent_at],
        "the first notification",
    )
    assert (sent.due_at - story.start).total_seconds() == 30 * 60
    assert sent.approved_by == "AM-2"
    assert sent.sent_at <= sent.due_at


@pytest.mark.covers("D5", "D15", "E21", "R45")
@pytest.mark.begins(
    people={"AM-1": SILENT, "AM-2": SILENT}
    | {f"ERT-{n}": {"answers": {"approve": "leave"}} for n in range(1, 6)}
)
def test_nothing_goes_out_unapproved_but_the_text_that_the_contract_pre_approved(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    dues = {c: story.documents(c)[-1].due_at for c in ("CL-1", "CL-2", "CL-3", "CL-4")}
    last = max(dues.values())
    story.until(last)
    story.settle()
    for client in ("CL-1", "CL-2", "CL-4"):
        texts = story.client_mails(client)
        assert texts, client
        assert all("may not be reached" in mail.content for mail in texts)
        short = [m for m in story.messages("client-short-text") if m.recipient.startswith(client)]
        assert {m.state for m in short} <= {"accepted", "delivered"}
        assert all(m.sent_at >= dues[client] for m in short)
    assert story.client_mails("CL-3") == []  # no text of CHARLIE's client is pre-approved
    assert not [m for m in story.messages("client-short-text") if m.recipient.startswith("CL-3")]
    overdue = {e.data["client"]: e for e in story.entries("notification overdue")}
    assert set(overdue) == {"CL-1", "CL-2", "CL-3", "CL-4"}
    assert "nothing is sent" in overdue["CL-3"].text
    assert not any(d.sent_at for c in dues for d in story.documents(c))
    # Who was asked, in turn: account manager, deputy, ERT lead.
    question = story.question(f"approve:{story.documents('CL-3')[-1].id}")
    assert question.asked_of == ["AM-2", "AM-1", story.acks("ert")[0].person]
    # A late approval still sends; the report says itself when it was approved.
    pressed = story.press("AM-2", "Megbízó: Charlie Appliances. Határidő", "approve")
    assert pressed.status_code == 200
    story.eventually(lambda: story.documents("CL-3")[-1].sent_at, "the late first notification")
    assert story.client_mails("CL-3")
