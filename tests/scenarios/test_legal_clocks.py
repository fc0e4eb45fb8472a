"""Call records are lost with the phone system: a yes, awareness later, clocks that outlive the
incident; and a no with its reason (requirements §8 row 8, reports §5)."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from flows.legal_clocks_watch import legal_clocks_watch
from kitart.journal.documents import INTERNAL
from kitart.reports.pdf import can_print, pdf_name
from kitart.rules.legal import clocks as c
from kitart.rules.legal.matter import COMPANY, towards
from tests.integration.gateway.signed_in import Holder
from tests.integration.gateway.test_board import seen
from tests.scenarios.evidence import assert_evidence, pack_of

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("D5", "D22", "D23", "D25")]
PAGE = "/incident/INC-0001/legal"
LOST = "The supplier lost the call records of two days"


def dpo_says(answer: str, note: str) -> dict[str, Any]:
    return {
        "DPO": {"delay_s": 0, "answers": {"data-protection": answer}, "fills": {"note": note}},
    }


def look(story: Any, moment: str) -> str:
    """Go to a moment, long after the run, and let the watch look."""
    story.clock.move_to(datetime.fromisoformat(f"{moment}+00:00"))
    done = legal_clocks_watch(return_state=True)
    assert done.is_completed()
    return str(done.message)


def officer(story: Any) -> Holder:
    place = SimpleNamespace(inst=story.inst, server=SimpleNamespace(url=story.gateway_url))
    return Holder(place, "DPO")


def assessments(story: Any) -> list[Any]:
    return story.documents(INTERNAL, "data-protection-assessment")


def told(story: Any, purpose: str) -> set[str]:
    return {m.recipient for m in story.messages(purpose) if m.state in ("accepted", "delivered")}


def play_to_the_end(story: Any) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:14")
    assert legal_clocks_watch(return_state=True).is_completed()
    story.phone_system("up")
    story.at("09:34", by_minutes=1)
    story.orchestrator.wait()
    assert story.incident.state == "closed"


@pytest.mark.begins(people=dpo_says("yes", LOST), touching=("ALPHA", "BRAVO"))
def test_lost_call_records_from_the_yes_to_the_clocks_after_the_end(story) -> None:
    play_to_the_end(story)
    # Asked at once since when it is known; nothing runs before somebody says so.
    assert told(story, "legal-awareness") == {"DPO"}
    assert not story.messages("legal-clock")
    (first,) = assessments(story)
    assert (first.state, first.approved_role) == ("sent", "data_protection")
    assert LOST in first.text
    assert first.filed_at  # by the run, like the clients' reports
    mails = [len(story.client_mails(client)) for client in ("CL-1", "CL-2")]

    # An hour later it is clear that the records are gone, which is recorded with the reason.
    story.clock.move_to(datetime.fromisoformat("2026-11-24T10:41:00+00:00"))
    dpo = officer(story)
    aware = {"date": "2026-11-24", "time": "10:40", "reason": "The supplier confirmed the loss"}
    answer = dpo.post(f"{PAGE}/awareness", scope=COMPANY, regime="all", **aware)
    assert answer.status_code == 303
    look(story, "2026-11-24T10:42:00")
    assert len(assessments(story)) == 1  # what is recorded in one go makes one version
    look(story, "2026-11-24T10:50:00")
    second = assessments(story)[-1]
    assert second.version == 2
    assert "A tudomásszerzés időpontja".lower() in second.text.lower()
    # No run files it any more: the watch does, and the incident stays as it ended.
    assert second.filed_at
    assert story.incident.settled_at

    # The contract's 24 hours: at half of them, two hours before the end, and when they are over.
    look(story, "2026-11-24T21:41:00")
    # AM-2's client has four business hours in its contract: they were over in the afternoon.
    assert told(story, "legal-clock") == {"DPO", "AM-1", "AM-2", "IT-MGR"}
    look(story, "2026-11-24T21:45:00")
    halves = len(story.entries("legal clock reminded"))
    look(story, "2026-11-24T21:50:00")
    assert len(story.entries("legal clock reminded")) == halves  # each word once
    dpo = officer(story)
    early = {"date": "2026-11-25", "time": "07:50", "to": "CSIRT", "channel": "portal"}
    story.clock.move_to(datetime.fromisoformat("2026-11-25T07:00:00+00:00"))
    duty = f"{c.EARLY}|{COMPANY}"
    assert dpo.post(f"{PAGE}/notified", duty=duty, **early).status_code == 303
    look(story, "2026-11-25T07:41:00")
    look(story, "2026-11-25T09:47:00")
    missed = {e.data["duty"]: e for e in story.entries("legal clock missed")}
    assert set(missed) == {c.CONTRACT, c.BREACH}  # the early warning was in time
    due = datetime.fromisoformat("2026-11-25T09:40:00+00:00")
    assert (missed[c.BREACH].occurred_at, missed[c.BREACH].data["scope"]) == (
        due, towards("CL-1"),
    )  # fmt: skip
    story.clock.move_to(datetime.fromisoformat("2026-11-25T11:15:00+00:00"))
    late = {"date": "2026-11-25", "time": "12:10", "to": "privacy desk of the client",
            "channel": "mail", "reference": "M-77", "reason": "Numbers were awaited"}  # fmt: skip
    duty = f"{c.BREACH}|{towards('CL-1')}"
    assert dpo.post(f"{PAGE}/notified", duty=duty, **late).status_code == 303

    look(story, "2026-11-25T11:30:00")
    page, newest = seen(dpo.get(PAGE)), assessments(story)[-1].text
    for text in (page, newest):
        assert "késve teljesült, késés: 1:30 óra" in text
        assert "időben teljesült" in text
        assert "privacy desk of the client" in text
        assert "The supplier confirmed the loss" in text
    # The 72 hours run on, long after the end of the incident, and are said when they are over.
    assert "Kiberbiztonsági incidens bejelentése" in page
    look(story, "2026-11-27T10:00:00")
    assert c.NOTIFICATION in {e.data["duty"] for e in story.entries("legal clock missed")}
    # Nothing went to a client or an authority by itself.
    assert [len(story.client_mails(client)) for client in ("CL-1", "CL-2")] == mails
    files, _ = pack_of(story)
    assert any("Adatvédelmi-értékelés" in name for name in files)
    # All words may be erased: the moments stay, and with them the clocks.
    assert_evidence(story)
    page = seen(officer(story).get(PAGE))
    assert "késve teljesült, késés: 1:30 óra" in page
    assert "The supplier confirmed the loss" not in page


@pytest.mark.begins(people=dpo_says("no", "Nothing is kept there"), touching=("ALPHA",), pdf=True)
def test_a_no_is_a_decision_with_its_reason_and_no_clock_of_the_gdpr_runs(story) -> None:
    play_to_the_end(story)
    look(story, "2026-11-26T10:00:00")
    assert not story.messages("legal-awareness")
    assert not story.messages("legal-clock")
    (one,) = assessments(story)
    assert "Nothing is kept there" in one.text
    closing = story.documents("CL-1", "closing-report")[-1]
    assert "Nothing is kept there" in closing.text
    assert "Önöket" not in closing.text
    assert "No notification that concerns you is on record." in closing.text
    # It stays in the company: mailed to the data protection contact alone, filed with its PDF.
    sent = [mail for mail in story.world.tenant.mail if mail.subject == one.subject]
    assert [mail.to for mail in sent] == [("dpo@kitart.example",)]
    if can_print():
        assert [a.name for a in sent[0].attachments] == [pdf_name(one.file_name)]
        filed = {path.rsplit("/", 1)[-1] for path in story.world.tenant.files}
        assert pdf_name(one.file_name).lower() in filed
    assert_evidence(story)
