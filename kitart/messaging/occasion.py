"""What every message about an incident says the same way: what fails, since when, next news."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import documents, incidents, levels
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval, Document, Incident
from kitart.language import Phrase, phrase, said_before
from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.exercises import EXERCISE
from kitart.plan.general import GENERAL, NO, UNKNOWN, YES
from kitart.plan.inputs import is_input
from kitart.plan.reviewed import PLAN_REVIEW
from kitart.plan.schema import Calendar, Plan
from kitart.plan.workplace import WORKPLACE
from kitart.rules.deadlines import Deadline, ert_deadline, ert_retry_minutes


def about(session: Session, plan: Plan, incident: str) -> dict[str, Any]:
    """The values that most texts need; moments are shown in the reader's zone by the text."""
    row = incidents.get(session, incident)
    projects = [project.id for project in plan.projects_affected_by(row.system_id)]
    return {
        "what": title_of(plan, row),
        "since": row.cause_at,
        "projects": ", ".join(projects),
        "affected": _affected(row, projects),
        "next_news": phrase("when the priority is set"),
    }


def _affected(row: Incident, projects: list[str]) -> Phrase:
    if projects and row.system_id == GENERAL and not row.projects:
        return phrase("no project is named yet, so each may be affected")
    return (
        phrase("projects {codes}", codes=", ".join(projects)) if projects else phrase("no project")
    )


CARE = {
    YES: phrase("Customer care is affected"),
    NO: phrase("Customer care is not affected"),
    UNKNOWN: phrase("Whether customer care is affected is not known"),
}


def title_of(plan: Plan, row: Incident) -> Phrase:
    """What an incident is about, in the words of its title."""
    if row.kind == CONTACT_TEST:
        return phrase("test of the contact list")
    if row.kind == PLAN_REVIEW:
        return phrase("review of the continuity plan")
    if row.system_id == GENERAL:
        return Phrase(row.title)
    if row.kind == EXERCISE:
        entry = next((each for each in plan.exercises if each.title == row.title), None)
        return Phrase(row.title, dict(entry.titles) if entry else {})
    if row.system_id == WORKPLACE:
        return phrase("agents can't work: {codes}", codes=", ".join(row.projects or ()))
    if is_input(row.system_id):
        return phrase("{input} missing", input=plan.system(row.system_id).name)
    return phrase("{system} offline", system=plan.system(row.system_id).name)


REPORT_NAMES = {
    "first-notification": phrase("first notification"),
    "status-update": phrase("status update"),
    "recovery-notice": phrase("recovery notice"),
    "combined-notice": phrase("combined notice"),
    "correction": phrase("correction"),
    "preliminary-report": phrase("preliminary closing report"),
    "closing-report": phrase("closing report"),
    "data-protection-assessment": phrase("data protection assessment"),
    "after-action-report": phrase("after-action report"),
    "plan-review": phrase("record of the plan's review"),
    "exercise-record": phrase("record of the exercise"),
}


def report_name(type: str) -> Phrase:
    """What a report is called where people are asked about it."""
    return REPORT_NAMES.get(type) or Phrase(type.replace("-", " "))


def ert_due(plan: Plan, row: Incident) -> Deadline:
    """Until when an ERT member must have answered: 5 or 15 minutes (R9, R10, A13)."""
    return ert_deadline(_calendars(plan, row), row.reported_at, plan.limits)


def ert_retry(plan: Plan, row: Incident) -> int:
    """After how many minutes of silence the next ERT member is asked: 2 or 5 (A14)."""
    return ert_retry_minutes(_calendars(plan, row), row.reported_at, plan.limits)


def _calendars(plan: Plan, row: Incident) -> list[Calendar]:
    return [plan.calendar_of(p.id) for p in plan.projects_affected_by(row.system_id)]


def lines_of(plan: Plan, client: str) -> Phrase:
    """A client's lines by number, for its short texts."""
    numbers = [
        line.number
        for project in plan.projects
        if project.client == client
        for line in plan.lines_of(project.id)
    ]
    if len(numbers) == 1:
        return phrase("your line {number}", number=numbers[0])
    return phrase("your lines {numbers}", numbers=", ".join(numbers))


def for_question(session: Session, plan: Plan, question: Question | Approval) -> dict[str, Any]:
    """The values that the text of a question needs beside those of the incident."""
    values = about(session, plan, question.incident)
    row = incidents.get(session, question.incident)
    system = plan.system(row.system_id)
    lines = [ln.number for p in plan.projects_affected_by(system.id) for ln in plan.lines_of(p.id)]
    values |= {
        "proposed": row.priority_proposed,
        "why": (
            CARE[row.customer_care or UNKNOWN]
            if system.id == GENERAL
            else phrase(
                "the plan proposes it for cover level {level}",
                level=levels.of_incident(session, row.number).highest or 1,
            )
            if system.id == WORKPLACE
            else phrase("the plan proposes it for {system}", system=system.name)
        ),
        "supplier": (
            plan.supplier(system.supplier).name if system.supplier else phrase("the supplier")
        ),
        "lines": ", ".join(lines),
        "kind": phrase("the recorded notice"),
        "ordered_by": phrase("the account manager"),
        "next_news": phrase("when you have answered"),
    }
    if question.document_id is not None:
        document = documents.get(session, question.document_id)
        values |= {
            "report": report_name(document.type),
            "client": phrase("the company")
            if document.client == documents.INTERNAL
            else plan.client(document.client).name,
            "version": str(document.version),
            "stale_because": _why_stale(session, document),
        }
    return values


def _why_stale(session: Session, document: Document) -> str:
    earlier = [
        d
        for d in documents.of_incident(session, document.incident, document.client)
        if d.id < document.id and d.reason and d.sent_at is None
    ]
    return said_before(earlier[-1].reason) if earlier and document.version > 1 else ""
