"""Who is asked to approve a draft, in which order, and with which question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import approvals, documents, four_eyes, leading, levels
from kitart.journal.approvals import Question
from kitart.journal.tables import Document
from kitart.messaging import questions
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.rules.cover.rungs import CMT_FROM_LEVEL


@dataclass(frozen=True)
class Draft:
    """A drafted version: the question about it, and who may answer, in the order to be asked.

    ``second`` is the CMT lead's question, where a second approval is needed.
    """

    id: int
    question: Question
    approvers: tuple[str, ...]
    second: Question | None = None
    second_approvers: tuple[str, ...] = ()


def asked_before(session: Session, document_id: int) -> frozenset[str]:
    """Who was asked about an earlier version of this report: they are asked about the new one at
    once, so that a deputy who has just approved the old one waits for nobody (D6, E21)."""
    document = documents.get(session, document_id)
    earlier = {
        other.id
        for other in documents.of_incident(session, document.incident, document.client)
        if other.id < document.id
        and (other.type, other.running_number) == (document.type, document.running_number)
    }
    rows = approvals.of_incident(session, document.incident)
    return frozenset(
        person for row in rows if row.document_id in earlier for person in row.asked_of
    )


def to_be_approved(session: Session, plan: Plan, document: Document, now: datetime) -> Draft:
    """What is asked about a draft: of the account manager, and for the closing report of a P1, or
    of an incident that reached cover level 3, of the CMT lead as well (c21)."""
    name = plan.client(document.client).name
    wrote = four_eyes.authors(session, document.incident, document.type, document.client)
    named = leading.approvers(session, plan, document.incident, document.client)
    # Nobody approves what their own words stand in, as long as somebody else is left.
    approvers = tuple(person for person in named if person not in wrote) or named
    question = questions.approval(session, plan, document, name, now=now, second=False)
    critical = leading.priority_in_force(session, document.incident) == "P1"
    critical = critical or levels.worst_ever(session, document.incident) >= CMT_FROM_LEVEL
    if document.type != "closing-report" or not critical:
        return Draft(document.id, question, approvers)
    second = questions.approval(session, plan, document, name, now=now, second=True)
    return Draft(document.id, question, approvers, second, whom.crisis_leads(plan))
