"""The facts of the after-action report out of the record: all clients, messages, people, rest."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import (
    acknowledgements,
    after_action,
    approvals,
    by_word,
    documents,
    incidents,
    messages,
    roll_calls,
    timeline,
)
from kitart.journal.tables import Acknowledgement, Approval, Decision, Document, Message
from kitart.language import spoken
from kitart.plan import whom
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Plan
from kitart.reports import facts as f
from kitart.reports import gathering_people as people
from kitart.reports.facts.after_action import (
    AfterActionFacts,
    FiledDocument,
    RestFacts,
    SafetyFacts,
)
from kitart.reports.gathering import gather
from kitart.reports.resting import owed
from kitart.rules.after_action import times

RECIPIENTS = ("cmt_lead", "it_manager", "account_manager")
# The messages that ask "do you have it?", and the step that the answer is recorded for.
ASKS = {"ert-alarm": "ert", "ert-reminder": "ert", "am-information": "am:", "crisis-call": "cmt"}


def gather_after_action(
    session: Session, plan: Plan, number: str, now: datetime
) -> AfterActionFacts:
    """All that the journal knows of a closed incident, for readers inside the company."""
    row = incidents.get(session, number)
    entries = timeline.entries(session, number)
    told = messages_of(session, plan, number)
    incident = gather(session, plan, number, now).model_copy(update={"messages": told})
    manager = plan.person(whom.it_managers(plan)[0])
    phone = next((c.address for c in manager.channels if c.kind in PHONES), "")
    return AfterActionFacts(
        incident=incident,
        company=plan.company.name,
        zone=plan.company.time_zone,
        language=spoken(plan.company.report_languages[0]),
        contact_role=manager.kind,
        contact_phone=phone,
        recipients=RECIPIENTS,
        due_at=times(plan, row.recovered_at or row.closed_at or row.reported_at).due_at,
        closed_at=row.closed_at,
        rests=tuple(
            RestFacts(
                queue=each.queue, began=each.rest.began, ended=each.rest.ended,
                outside_minutes=each.rest.outside_minutes, rest_until=each.rest.rest_until,
                short_minutes=each.rest.short_minutes,
            )
            for each in owed(session, plan, number, row.closed_at or now)
        ),
        safety=_safety(session, number),
        documents=tuple(
            FiledDocument(
                name=d.file_name, type=d.type, number=d.running_number, client_id=d.client,
                version=d.version, sent_at=d.sent_at, checksum=d.checksum,
            )
            for d in documents.of_incident(session, number)
            if d.sent_at is not None and d.client != documents.INTERNAL
        ),
        corrections=after_action.corrections(session, number),
        acknowledged=tuple(
            (str(e.data.get("client", "")), e.text)
            for e in entries
            if e.type == by_word.ACKNOWLEDGED
        ),
    )  # fmt: skip


def _safety(session: Session, number: str) -> SafetyFacts:
    rows = roll_calls.of_incident(session, number)
    said = Counter(row.answer for row in rows)
    return SafetyFacts(
        asked=len(rows), works=said[roll_calls.WORKS], cannot=said[roll_calls.CANNOT],
        help=said[roll_calls.HELP],
        silent=sum(row.answer is None and row.silent_at is not None for row in rows),
    )  # fmt: skip


def messages_of(session: Session, plan: Plan, number: str) -> tuple[f.MessageFacts, ...]:
    """Each message: when it was due, sent, answered by the person, and what became of it (c12)."""
    answers = acknowledgements.of_incident(session, number)
    questions = {q.key: q for q in approvals.of_incident(session, number)}
    given = approvals.decisions_of_incident(session, number)
    reports = {d.id: d for d in documents.of_incident(session, number)}
    clients = {contact.id: c.id for c in plan.clients for contact in c.contacts}
    return tuple(
        _message(each, answers, _question(questions, each), given, reports, clients)
        for each in messages.of_incident(session, number)
        if each.purpose != after_action.TYPE
    )


def _message(
    row: Message,
    answers: list[Acknowledgement],
    question: Approval | None,
    given: list[Decision],
    reports: dict[int, Document],
    clients: dict[str, str],
) -> f.MessageFacts:
    report = reports.get(row.document_id) if row.document_id is not None else None
    asks = ASKS.get(row.purpose)
    heard = [a.at for a in answers if asks and a.person == row.recipient
             and a.step.startswith(asks)]  # fmt: skip
    if question is not None:
        heard = [d.at for d in given if (d.approval_id, d.person) == (question.id, row.recipient)]
    return f.MessageFacts(
        purpose=row.purpose, to_role=row.role, channel=row.channel,
        due_at=report.due_at if report else question.due_at if question else None,
        sent_at=row.sent_at, acknowledged_at=people.first_of(*heard),
        client_id=clients.get(row.recipient),
        state="together" if row.told_in else row.state,
    )  # fmt: skip


def _question(questions: dict[str, Approval], row: Message) -> Approval | None:
    """The question that a message puts: its key stands in the message's (``asking.ask``)."""
    start = f"{row.incident}:ask:"
    if not row.key.startswith(start):
        return None
    rest = row.key.removeprefix(start)
    found = [key for key in questions if rest.startswith(f"{key}:")]
    return questions[max(found, key=len)] if found else None
