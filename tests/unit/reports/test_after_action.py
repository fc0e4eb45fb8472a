"""The report for the management: every client, every section, nothing blank (c1 to c21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from kitart.reports import facts as f
from kitart.reports.after_action import build_after_action
from kitart.reports.facts.after_action import (
    AfterActionFacts,
    FiledDocument,
    RestFacts,
    SafetyFacts,
    SignOff,
)
from kitart.reports.rendering import render
from tests.unit.reports.test_fuzzed_facts import assert_no_blank, strings_of

pytestmark = pytest.mark.covers("D24", "D29")
Make = Callable[..., f.IncidentFacts]
At = Callable[..., datetime]


def text(part: str, words: str, at: datetime, **more: Any) -> f.WrittenText:
    return f.WrittenText(seq=1, part=part, text=words, by_role="it_manager", at=at, **more)


def internal(incident: f.IncidentFacts, moment: At, **more: Any) -> AfterActionFacts:
    values: dict[str, Any] = {
        "incident": incident, "company": "Sample Contact Centre", "zone": "Europe/Budapest",
        "language": "en", "contact_role": "it_manager", "contact_phone": "+36 1 5550100",
        "recipients": ("cmt_lead", "it_manager"), "due_at": moment("17:00"),
        "sign_offs": (SignOff(step="Reviewed by", role="it_manager", at=moment("16:00")),),
    }  # fmt: skip
    return AfterActionFacts(**values | more)


def shown(facts: AfterActionFacts, moment: At, **edition: Any) -> str:
    return render(build_after_action(facts, now=moment("18:00"), **edition)).text


@pytest.mark.covers("D3", "D22")
@pytest.mark.parametrize("language", ["en", "hu"])
def test_all_sections_stand_for_all_clients_and_none_is_blank(
    closed_facts: f.IncidentFacts, moment: At, language: str
) -> None:
    facts = internal(closed_facts, moment, language=language)
    view = build_after_action(facts, now=moment("18:00"))
    document = render(view)
    assert len(view.sections) == 21
    assert all(each.blocks for each in view.sections)
    assert all(words.strip() for words in strings_of(view))
    assert_no_blank(document)
    for client in ("Elektro Nord", "Isle Travel", "Duna Home", "Rue Shop"):
        assert client in document.text
    for code in ("AG-047", "AM-2", "ERT-1", "IT-MGR"):
        assert code not in document.html


def test_it_says_what_nobody_wrote(closed_facts: f.IncidentFacts, moment: At) -> None:
    report = shown(internal(closed_facts, moment), moment)
    nobody = "not available: nobody has written it yet"
    assert f"What worked: {nobody}" in report
    assert f"Lessons: {nobody}" in report


def test_what_was_written_stands_in_its_section_with_the_client_it_is_about(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    at = moment("16:00")
    written = (
        text("cause-root", "Nobody knew of the change", at),
        text("luck", "It was a quiet hour", at),
        text("agreement-credits", "Two per cent", at, client_id="CL-2"),
        text("supplier-report", "A router failed", at, day=date(2026, 11, 27)),
        text("lessons", "Phone AG-047 first", at),
    )
    report = shown(internal(closed_facts.model_copy(update={"written": written}), moment), moment)
    assert "Root cause: Nobody knew of the change" in report
    assert "Where luck helped: It was a quiet hour" in report
    assert report.index("Isle Travel") < report.index("Credits: Two per cent")
    assert "Fri 27 Nov 2026: A router failed" in report
    assert "Phone an agent first" in report


@pytest.mark.covers("E19")
def test_rest_owed_names_nobody(closed_facts: f.IncidentFacts, moment: At) -> None:
    rest = RestFacts(
        queue="BRAVO/es", began=moment("02:00"), ended=moment("05:30"), outside_minutes=210,
        rest_until=moment("16:30"), short_minutes=150,
    )  # fmt: skip
    report = shown(internal(closed_facts, moment, rests=(rest,)), moment)
    assert "Backup 1, BRAVO/es" in report
    assert "3:30 h" in report
    assert "Rest owed: 2:30 h" in report


def test_every_message_says_when_it_was_due_sent_and_answered_and_what_failed(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    messages = (
        f.MessageFacts(purpose="ert-alarm", to_role="ERT member", channel="sms",
                       sent_at=moment("14:01"), acknowledged_at=moment("14:03"), state="delivered"),
        f.MessageFacts(purpose="am-information", to_role="account manager", channel="voice",
                       due_at=moment("14:06"), state="failed"),
    )  # fmt: skip
    report = shown(internal(closed_facts.model_copy(update={"messages": messages}), moment), moment)
    assert "Messages: 2; failed or not arrived: 1." in report
    assert "Message: alarm; To: emergency response team member; Channel: SMS" in report
    assert "Messages sent after their time: 1." in report


def test_safety_documents_and_approval_stand_in_it(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    filed = FiledDocument(
        name="x.html", type="status-update", number=2, client_id="CL-1", version=1,
        sent_at=moment("15:00"), checksum="ab" * 32,
    )  # fmt: skip
    report = shown(
        internal(
            closed_facts, moment, documents=(filed,), safety=SafetyFacts(asked=3, works=2, help=1)
        ),
        moment,
    )
    assert "3 asked, 2 safe and at work, 0 safe and unable to work, 1 asked for help" in report
    assert "status update 2, version 1" in report
    assert " ".join(["ab" * 8] * 4) in report
    assert "Reviewed by: IT manager" in report
    assert "Client's acknowledgement: Elektro Nord: not yet received" in report


@pytest.mark.covers("D25")
def test_a_later_version_says_what_changed(closed_facts: f.IncidentFacts, moment: At) -> None:
    report = shown(
        internal(closed_facts, moment), moment, version=2, changes=("Written anew: Lessons.",)
    )
    assert "What changed in version 2" in report
    assert "Written anew: Lessons." in report
    assert "Internal – stays in the company" in report


@pytest.mark.covers("D11")
def test_its_picture_shows_the_course_of_all_clients_at_once(
    closed_facts: f.IncidentFacts, moment: At
) -> None:
    facts = internal(closed_facts, moment)
    html = render(build_after_action(facts, now=moment("18:00"))).html
    assert html.count("<svg") >= 1
    assert "INC-0142: the course over time" in html
