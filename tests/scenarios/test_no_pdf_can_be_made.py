"""No PDF can be made: the reports go out and are filed as HTML all the same, and the record says
why."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from kitart.reports import pdf

pytestmark = pytest.mark.timeout(240)

CLIENTS = ("CL-1", "CL-2", "CL-3", "CL-4")


@pytest.fixture
def slow_printing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pdf, "LIMIT_S", 0.001)
    pdf.forget()
    yield
    pdf.forget()


def first_notifications_are_filed_as_html_alone(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:05")
    for client in CLIENTS:
        (first,) = [d for d in story.documents(client, "first-notification") if d.sent_at]
        path = f"incidents/inc-0001/{client}/{first.file_name}".lower()
        story.eventually(partial(story.world.tenant.files.get, path), f"the filing for {client}")
        mails = story.client_mails(client)
        assert first.subject in {mail.subject for mail in mails}
        assert not [mail for mail in mails if mail.attachments]
    story.settle()
    assert not [path for path in story.world.tenant.files if path.endswith(".pdf")]
    filed = story.entries("document filed")
    assert {entry.data["document"] for entry in filed} == sent_documents(story)
    assert all("without a PDF" in entry.text for entry in filed)


def sent_documents(story) -> set[int]:
    return {d.id for client in CLIENTS for d in story.documents(client) if d.sent_at}


@pytest.mark.covers("D18")
@pytest.mark.begins(pdf=True)
def test_without_pango_html_is_sent_and_filed_and_the_record_says_why_once(
    without_pango, story
) -> None:
    first_notifications_are_filed_as_html_alone(story)
    (said,) = story.entries("no PDF made")
    assert "HTML alone" in said.text
    assert "apt-get install libpango-1.0-0" in said.text


@pytest.mark.covers("D18")
@pytest.mark.begins(pdf=True)
def test_a_printing_that_hangs_holds_up_neither_mail_nor_filing(slow_printing, story) -> None:
    first_notifications_are_filed_as_html_alone(story)
    said = story.entries("no PDF made")
    assert len(said) == len(sent_documents(story)), "once for each"
    assert {entry.data["document"] for entry in said} == sent_documents(story)
    assert all("took more than" in entry.text for entry in said)
