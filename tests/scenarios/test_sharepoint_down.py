"""SharePoint fails while calls go on: reports go by the second route, wait, and are filed late."""

from __future__ import annotations

import hashlib

import pytest

from kitart.connectors.http import host_pauses
from kitart.reports.pdf import can_print
from tasks import filing
from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)

ERT = [f"ERT-{n}" for n in range(1, 6)]
LEAVES = {"answers": {"approve": "leave", "priority": "P3"}}


@pytest.fixture
def away(story, monkeypatch: pytest.MonkeyPatch) -> None:
    for step in (filing.file_documents, filing.update_register):
        monkeypatch.setattr(step, "retry_delay_seconds", [0.1, 0.1, 0.1])
    story.world.tenant_faults.set("/v1.0/sites/*", "unavailable")
    story.world.tenant_faults.set("/v1.0/drives/*", "unavailable")


def back(story) -> None:
    story.world.tenant_faults.clear()
    host_pauses.forget()


@pytest.mark.covers("R43", "R47", "R48", "D14", "D18", "E42", "A23", "D26")
@pytest.mark.begins(people={member: {"answers": {"priority": "P3"}} for member in ERT}, pdf=True)
def test_clients_are_told_at_once_and_the_record_is_filed_when_it_is_back(story, away) -> None:
    story.alert(service="sharepoint", alertname="SharePointDown")
    story.eventually(lambda: story.entries("system down"), "our own check")
    story.settle(quiet_s=0.8)
    story.at("09:05")
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        (first,) = [d for d in story.documents(client, "first-notification") if d.sent_at]
        says = {"CL-3": "Jelenleg nem működik a következő rendszer: SharePoint Online."}.get(
            client, "SharePoint Online, used for your"
        )
        assert says in first.html
        assert "do not reach us" not in first.html
        assert "nem jutnak el" not in first.html
    # Mail and SharePoint are one tenant: nothing goes through it though its mail would answer.
    assert not story.world.tenant.mail
    assert story.world.smtp.mails
    # The queue: each document with a number of its own and its checksum.
    queued = story.entries("document queued")
    assert [e.data["number"] for e in queued] == list(range(1, len(queued) + 1))
    sums = {d.checksum for c in story.plan.clients for d in story.documents(c.id)}
    assert {e.data["checksum"] for e in queued} <= sums
    # Calls go on: nobody is asked to divert lines or to make test calls.
    back(story)
    story.at("09:27", by_minutes=3)
    assert not [e for e in story.entries("decision requested") if "divert" in e.text]
    assert not [e for e in story.entries("decision requested") if "Call each line" in e.text]
    proofs = story.entries("success factor proved")
    assert {e.data["factor"] for e in proofs} == {"documents are filed"}
    assert story.entries("recovery declared")
    late = [e for e in story.entries("document filed") if "late," in e.text]
    assert {e.data["document"] for e in late} == {e.data["document"] for e in queued}
    story.at("09:36", by_minutes=3)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    closing = story.documents("CL-2", "closing-report")[-1]
    assert "SharePoint Online, used for your" in closing.html
    assert_told_in_its_language(story, "first-notification", "recovery-notice", "closing-report")
    filed = {file.content for file in story.world.tenant.files.values()}
    assert all(
        d.html.encode() in filed
        for c in story.plan.clients for d in story.documents(c.id) if d.sent_at
    )  # fmt: skip
    # Each file says itself whether it was written offline and filed late.
    files = story.world.tenant.files.values()
    marked = {f.fields["KitartSHA256"] for f in files if f.fields["KitartFiledLate"]}
    assert {e.data["checksum"] for e in late} <= marked
    on_time = {e.data["checksum"] for e in story.entries("document filed")} - {
        e.data["checksum"] for e in late
    }
    assert on_time
    assert not on_time & marked
    # The PDF is made from what waited: the same bytes as went with the mail by the second route.
    if can_print():
        sums = {e.data["pdf_checksum"] for e in late}
        attached = {_sum(a.content) for mail in story.world.smtp.mails for a in mail.attachments}
        assert len(sums) == len(late)
        assert sums <= attached
        assert sums <= {_sum(content) for content in filed}


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.covers("D15", "E42", "E43")
@pytest.mark.begins(people={code: LEAVES for code in ("AM-1", "AM-2", *ERT)})
def test_the_text_that_lines_may_not_be_reached_never_goes_out_while_calls_go_on(
    story, away
) -> None:
    story.alert(service="sharepoint", alertname="SharePointDown")
    story.eventually(lambda: story.entries("system down"), "our own check")
    story.settle(quiet_s=0.8)
    story.at("09:31", by_minutes=5)
    overdue = story.entries("notification overdue")
    assert overdue
    assert all("nothing is sent" in e.text for e in overdue)
    assert not story.messages("client-short-text")
