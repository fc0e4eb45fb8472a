"""The demo's verdict: what it must not overlook."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kitart.language import phrase, words
from kitart.messaging.texts import render_message
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.demo.checks import Posted, judge
from sandbox.demo.outside import Deed, Mail, Outside, Sms

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
POSTED = Posted(START, START)
TITLES = ("First notification", "Status update {number}", "Recovery notice", "Closing report")


def subject(client: str, title: str, version: int = 1) -> str:
    """A report's subject in the client's language."""
    said = words(PLAN.client(client).report.language, "reports").gettext
    text = said("{incident} {title} (version {version}): {projects}")
    title = said(title).format(number=1)
    return text.format(incident="INC-0001", title=title, version=version, projects="it")


def a_good_outage() -> Outside:
    """What is seen from outside when everything went well."""
    mails = [
        Mail((address,), subject(client.id, title), f"{title} for {client.name}",
             START + timedelta(minutes=5 + place),
             attachments={"report.pdf": pdf(f"{title} for {client.name}")})
        for client in PLAN.clients
        for place, title in enumerate(TITLES)
        for address in (c.address for p in client.contacts for c in p.channels if c.kind == "mail")
    ]  # fmt: skip
    supplier = PLAN.supplier(PLAN.system("VCC").supplier or "")
    address = next(c.address for c in supplier.channels if c.kind == "mail")
    member = PLAN.people_of_kind("ert")[0]
    phone = next(c.address for c in member.channels if c.kind == "sms")
    return Outside(
        sms=[Sms(phone, "INC-0001", START, START + timedelta(milliseconds=90))],
        mails=[*mails, Mail((address,), "Fault report", "it fails", START)],
        files={f"{mail.content}.html": mail.content.encode() for mail in mails}
        | {f"{mail.content}.pdf": pdf(mail.content) for mail in mails},
        register=[{"Title": "INC-0001", "State": "closed"}],
        deeds=[Deed(member.id, "ack", "take", "answered", START + timedelta(minutes=1))],
        flow_runs=[{"name": "INC-0001", "state_name": "Completed", "state_type": "COMPLETED"}],
        failed_tasks=[],
        calls={"answered": 3, "lost": 1},
    )


def pdf(content: str) -> bytes:
    return f"%PDF-1.7 {content}".encode()


def failed(seen: Outside, crashes: int = 0) -> list[str]:
    return [c.what for c in judge(PLAN, "VCC", POSTED, seen, crashes=crashes) if not c.ok]


def of_client(seen: Outside, title: str, client: str = "CL-3") -> Mail:
    name = PLAN.client(client).name
    return next(m for m in seen.mails if title in m.content and name in m.content)


def with_mail(seen: Outside, old: Mail, *new: Mail) -> Outside:
    return replace(seen, mails=[*(mail for mail in seen.mails if mail is not old), *new])


def test_an_outage_that_went_well_passes_every_check() -> None:
    assert failed(a_good_outage()) == []


@pytest.mark.parametrize("title", TITLES)
def test_a_report_that_never_came_is_missed(title: str) -> None:
    seen = a_good_outage()
    assert [what[:4] for what in failed(with_mail(seen, of_client(seen, title)))] == ["CL-3"]


def test_a_first_notification_after_its_deadline_is_late_even_by_a_second() -> None:
    seen = a_good_outage()
    mail = of_client(seen, "First notification")
    on_time = replace(mail, at=START + timedelta(minutes=15))
    late = replace(mail, at=START + timedelta(minutes=15, seconds=1))
    assert failed(with_mail(seen, mail, on_time)) == []
    assert failed(with_mail(seen, mail, late)) == [
        "CL-3 had its first notification within 15 minutes"
    ]


@pytest.mark.parametrize("client", ["CL-2", "CL-3"])
def test_a_second_version_of_a_sent_report_in_one_inbox_counts_as_twice(client: str) -> None:
    seen = a_good_outage()
    mail = of_client(seen, "Closing report", client)
    again = replace(mail, subject=subject(client, "Closing report", 2))
    assert again.subject != mail.subject
    assert failed(with_mail(seen, mail, mail, again)) == [
        f"{client} had updates, recovery notice and closing report, none twice"
    ]


@pytest.mark.covers("A23")
def test_a_report_in_another_language_than_the_client_s_does_not_count() -> None:
    seen = a_good_outage()
    mail = of_client(seen, "Closing report")
    english = replace(mail, subject=subject("CL-2", "Closing report"))
    assert failed(with_mail(seen, mail, english)) == [
        "CL-3 had updates, recovery notice and closing report, none twice"
    ]


@pytest.mark.covers("D23")
def test_a_mail_that_names_another_client_is_found() -> None:
    seen = a_good_outage()
    mail = of_client(seen, "Recovery notice")
    leak = replace(mail, content=mail.content + " and for Delta Shop")
    filed = {"leak.html": leak.content.encode(), "leak.pdf": pdf("leak")}
    seen = replace(seen, files=seen.files | filed)
    assert failed(with_mail(seen, mail, leak)) == ["No client's mails name another client"]


def test_a_file_that_differs_from_the_mail_by_one_byte_is_found() -> None:
    seen = a_good_outage()
    mail = of_client(seen, "Closing report")
    files = {**seen.files, f"{mail.content}.html": mail.content.encode() + b" "}
    assert failed(replace(seen, files=files)) == [
        "What was mailed lies in SharePoint, byte for byte"
    ]


PDFS = "Each report is a PDF too, in the mail as in SharePoint"


def test_a_report_that_lies_there_without_its_pdf_is_found() -> None:
    seen = a_good_outage()
    path = f"{of_client(seen, 'Closing report').content}.pdf"
    files = {name: content for name, content in seen.files.items() if name != path}
    assert failed(replace(seen, files=files)) == [PDFS]


@pytest.mark.parametrize("attached", [{}, {"report.pdf": b"%PDF-1.7 another"}])
def test_a_mail_without_the_pdf_that_is_filed_is_found(attached: dict[str, bytes]) -> None:
    seen = a_good_outage()
    mail = of_client(seen, "Closing report")
    assert failed(with_mail(seen, mail, replace(mail, attachments=attached))) == [PDFS]


def test_where_no_pdf_can_be_made_html_alone_is_right_and_a_pdf_is_a_riddle() -> None:
    seen = a_good_outage()
    mails = [replace(mail, attachments={}) for mail in seen.mails]
    files = {name: content for name, content in seen.files.items() if name.endswith(".html")}
    alone = judge(PLAN, "VCC", POSTED, replace(seen, mails=mails, files=files), pdfs=False)
    assert [check.what for check in alone if not check.ok] == []
    checks = judge(PLAN, "VCC", POSTED, seen, pdfs=False)
    assert [c.what for c in checks if not c.ok] == ["Without Pango the reports are HTML alone"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"sms": []}, "The first text to the ERT came at once"),
        ({"deeds": []}, "An ERT member had it within 5 minutes"),
        ({"register": []}, "The register has one row, closed"),
        ({"register": [{"State": "recovered"}]}, "The register has one row, closed"),
        ({"register": [{"State": "closed"}] * 2}, "The register has one row, closed"),
        ({"calls": {"answered": 0, "lost": 1}}, "Callers reach agents again after the recovery"),
        ({"flow_runs": []}, "The plan's run completed in Prefect"),
        ({"failed_tasks": ["send a report: refused"]}, "No step of it failed"),
    ],
)
def test_each_thing_that_is_missing_fails_its_own_check(change: dict[str, Any], what: str) -> None:
    assert failed(replace(a_good_outage(), **change)) == [what]


def test_a_crashed_run_is_forgiven_only_where_one_was_killed_and_another_completed() -> None:
    seen = a_good_outage()
    crashed = {"name": "INC-0001", "state_name": "Crashed", "state_type": "CRASHED"}
    continued = replace(seen, flow_runs=[crashed, *seen.flow_runs])
    assert failed(continued, crashes=1) == []
    assert failed(continued) == ["The plan's run completed in Prefect"]
    assert failed(replace(seen, flow_runs=[crashed]), crashes=1) == [
        "The plan's run completed in Prefect, after the crash"
    ]


def a_good_sharepoint_outage() -> Outside:
    """SharePoint was away for ten minutes: what went out meanwhile was relayed and filed late."""
    seen = a_good_outage()
    back = START + timedelta(minutes=10)
    supplier = next(m for m in seen.mails if m.subject == "Fault report")
    address = next(c.address for c in PLAN.supplier("SUP-M365").channels if c.kind == "mail")
    mails = [replace(m, by_relay=True) for m in seen.mails if m is not supplier]
    return replace(
        seen,
        mails=[*mails, replace(supplier, to=(address,))],
        filed_at=dict.fromkeys(seen.files, back),
        failed_tasks=["file the documents: SharePoint is away"],
        calls={"answered": 0, "lost": 0},
    )


def failed_with_sharepoint_away(seen: Outside) -> list[str]:
    posted = replace(POSTED, sharepoint_away=(START, START + timedelta(minutes=10)))
    return [c.what for c in judge(PLAN, "SHAREPOINT", posted, seen) if not c.ok]


@pytest.mark.covers("D18", "E42")
def test_an_outage_of_sharepoint_that_went_well_passes_every_check() -> None:
    assert failed_with_sharepoint_away(a_good_sharepoint_outage()) == []


@pytest.mark.covers("D14", "E43")
def test_a_mail_through_the_tenant_that_is_down_is_found() -> None:
    seen = a_good_sharepoint_outage()
    mail = of_client(seen, "First notification")
    assert failed_with_sharepoint_away(with_mail(seen, mail, replace(mail, by_relay=False))) == [
        "What went out meanwhile took the second route for mail"
    ]


@pytest.mark.covers("D18", "E42")
def test_a_document_that_claims_to_be_filed_while_sharepoint_was_away_is_found() -> None:
    seen = a_good_sharepoint_outage()
    path = f"{of_client(seen, 'First notification').content}.html"
    filed_at = {**seen.filed_at, path: START + timedelta(minutes=6)}
    assert failed_with_sharepoint_away(replace(seen, filed_at=filed_at)) == [
        "It waited, and was filed when SharePoint was back"
    ]


def test_another_step_that_failed_meanwhile_is_found() -> None:
    seen = replace(a_good_sharepoint_outage(), failed_tasks=["send a report: refused"])
    assert failed_with_sharepoint_away(seen) == ["No step of it failed"]


CRM = "CLIENT-CRM-2"
TWO_LANGUAGES = PLAN.model_copy(
    update={
        "people": tuple(
            person.model_copy(update={"language": "hu"}) if person.id == "SV-5" else person
            for person in PLAN.people
        )
    }
)


def told(person: str, purpose: str) -> list[Sms]:
    """The texts of a purpose to a person, in the person's language."""
    holder = TWO_LANGUAGES.person(person)
    text = render_message(
        purpose, "sms", holder.language, number="INC-0001", projects="BRAVO", what="it fails",
        question=phrase("Log calls by hand?"), answer_by=START, next_news=START,
    )  # fmt: skip
    phones = [channel.address for channel in holder.channels if channel.kind == "sms"]
    return [Sms(phone, text.body, START, START) for phone in phones]


def supervisors() -> list[str]:
    projects = PLAN.projects_affected_by(CRM)
    return sorted({code for project in projects for code in project.supervisors})


def a_good_outage_of_a_client_s_system(purpose: str = "manual-logging") -> Outside:
    seen = a_good_outage()
    deeds = [
        Deed(supervisors()[0], kind, answer, "answered", START + timedelta(minutes=2))
        for kind, answer in (
            ("assessment", "fails"), ("client-contact", "no-answer"), ("client-contact", "has-it"),
            ("manual-log-stop", "stop"), ("works-again", "not-yet"), ("works-again", "works"),
        )
    ]  # fmt: skip
    texts = [sms for person in supervisors() for sms in told(person, purpose)]
    return replace(seen, sms=[*seen.sms, *texts], deeds=[*seen.deeds, *deeds])


def failed_at_the_client(seen: Outside) -> list[str]:
    return [c.what for c in judge(TWO_LANGUAGES, CRM, POSTED, seen) if not c.ok]


BY_HAND = "Every supervisor was told to have calls logged by hand, and a person ended it"


@pytest.mark.covers("R44", "R46")
def test_an_outage_of_a_client_s_system_that_went_well_passes_every_check() -> None:
    assert {TWO_LANGUAGES.person(code).language for code in supervisors()} == {"en", "hu"}
    assert failed_at_the_client(a_good_outage_of_a_client_s_system()) == []


@pytest.mark.covers("R46")
def test_being_asked_about_logging_by_hand_is_not_being_told_to() -> None:
    seen = a_good_outage_of_a_client_s_system("decision-request")
    assert failed_at_the_client(seen) == [BY_HAND]


@pytest.mark.covers("R46")
def test_one_supervisor_who_was_not_told_is_missed() -> None:
    seen = a_good_outage_of_a_client_s_system()
    for place in range(1, len(seen.sms)):
        rest = seen.sms[:place] + seen.sms[place + 1 :]
        assert failed_at_the_client(replace(seen, sms=rest)) == [BY_HAND]


@pytest.mark.covers("R44", "E46")
@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("assessment", "A person found out what fails"),
        ("client-contact", "The client was called until somebody had the report"),
        ("manual-log-stop", BY_HAND),
        ("works-again", "A person said that it works again"),
    ],
)
def test_what_nobody_did_at_a_client_s_system_is_missed(kind: str, what: str) -> None:
    seen = a_good_outage_of_a_client_s_system()
    deeds = [deed for deed in seen.deeds if deed.kind != kind]
    assert failed_at_the_client(replace(seen, deeds=deeds)) == [what]
