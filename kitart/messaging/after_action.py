"""The after-action report among people: who reviews and approves it, who is asked to write for it,
and the mail that it goes out with (c21, requirements §8 row 7)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import after_action, four_eyes, incidents, leading, levels
from kitart.journal.approvals import Question
from kitart.journal.database import Lease
from kitart.journal.four_eyes import OWN_REVIEW, REVIEW, SECOND, SIGN_OFF
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging.occasion import title_of
from kitart.messaging.questions import option
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.reports.facts.after_action import SignOff
from kitart.reports.terms import N_
from kitart.rules.after_action import Times
from kitart.rules.cover.rungs import CMT_FROM_LEVEL

APPROVE, SEND_BACK = "approve", "send-back"
REVIEWED, APPROVED = N_("Reviewed by"), N_("Approved by")
PURPOSE = "after-action-wanted"


@dataclass(frozen=True)
class Step:
    """One step of the approval: what is asked, and of whom, in the order to be asked."""

    name: str
    role: str
    question: Question
    people: tuple[str, ...]


def steps(session: Session, plan: Plan, document: Document) -> tuple[Step, ...]:
    """Reviewed by an IT manager who wrote nothing of it where there is one, approved by the
    account manager who coordinates, and after level 3 or a P1 by the CMT lead (c21)."""
    number = document.incident
    wrote = four_eyes.authors(session, number, document.type, document.client)
    managers = whom.it_managers(plan)
    others = tuple(person for person in managers if person not in wrote)
    review = _review(document, REVIEW if others else OWN_REVIEW)
    found = [Step(REVIEWED, "it_manager", review, others or managers)]
    system = incidents.get(session, number).system_id
    if plan.projects_affected_by(system):
        coordinates = whom.coordinating_manager(plan, system)
        stand_in = [p for p in whom.stand_ins(plan, coordinates) if p not in managers]
        approval = _approval(document, "")
        found.append(Step(APPROVED, "account_manager", approval, tuple(stand_in)))
    if len(found) == 1 or critical(session, number):
        found.append(
            Step(APPROVED, "cmt_lead", _approval(document, SECOND), whom.crisis_leads(plan))
        )
    return tuple(found)


def planned(session: Session, plan: Plan, number: str) -> tuple[SignOff, ...]:
    """The steps that a version still has before it, as it shows them while it is a draft."""
    by_manager = plan.projects_affected_by(incidents.get(session, number).system_id)
    roles = ["account_manager"] if by_manager else []
    if not roles or critical(session, number):
        roles.append("cmt_lead")
    return (
        SignOff(step=REVIEWED, role="it_manager"),
        *(SignOff(step=APPROVED, role=role) for role in roles),
    )


def given(session: Session, document: Document) -> tuple[SignOff, ...]:
    """The steps that people have given, in their order: by whose role, and when."""
    rows = [q for q in after_action.questions_about(session, document) if q.answer == APPROVE]
    return tuple(
        SignOff(
            step=REVIEWED if row.key.endswith((REVIEW, OWN_REVIEW)) else APPROVED,
            role=row.answered_role or "", at=row.answered_at,
        )
        for row in rows
    )  # fmt: skip


def critical(session: Session, number: str) -> bool:
    """Whether the crisis team's lead approves too: after a P1 or cover level 3 (c21)."""
    p1 = leading.priority_in_force(session, number) == "P1"
    return p1 or levels.worst_ever(session, number) >= CMT_FROM_LEVEL


def _review(document: Document, suffix: str) -> Question:
    return _question(
        document,
        suffix,
        phrase("Is the after-action report of {incident} right?", incident=document.incident),
        phrase("Read it against what you know: the course, the cause, the corrective actions."),
        phrase("It is right"),
        phrase("It goes on to who approves it"),
    )


def _approval(document: Document, suffix: str) -> Question:
    return _question(
        document,
        suffix,
        phrase("Approve the after-action report of {incident}?", incident=document.incident),
        phrase("It goes to the management and is filed. The corrective actions bind their owners."),
        phrase("Approve"),
        phrase("It counts as approved by you"),
    )


def _question(
    document: Document, suffix: str, title: str, text: str, yes: str, means: str
) -> Question:
    return Question(
        key=f"{document.incident}:{SIGN_OFF}:{document.id}{suffix}",
        incident=document.incident,
        kind=SIGN_OFF,
        title=title,
        text=text,
        options=[
            option(APPROVE, yes, means),
            option(
                SEND_BACK,
                phrase("Send it back"),
                phrase("It is written anew; your words say what is to be changed"),
                "required",
            ),
        ],
        known=[],
        due_at=document.due_at,
        document_id=document.id,
        version=document.version,
    )


def ask_to_write(
    inst: Installation, plan: Plan, number: str, step: str, news: str, times: Times, lease: Lease
) -> None:
    """Ask the IT manager and the account managers to write for the report."""
    with inst.journal.read() as session:
        system = incidents.get(session, number).system_id
    people = (*whom.it_managers(plan)[:1], *whom.account_managers(plan, system))
    for person in dict.fromkeys(people):
        tell(
            inst, plan, number, person, PURPOSE, step,
            {
                "what": news, "drafted": times.draft_at, "due": times.due_at,
                "address": f"{inst.settings.gateway_url}/incident/{number}/write-up",
            },
            lease=lease,
        )  # fmt: skip


def closed_news(session: Session, plan: Plan, number: str) -> str:
    """What the first asking begins with."""
    return phrase("{what} is closed", what=title_of(plan, incidents.get(session, number)))


def readers(session: Session, plan: Plan, number: str) -> tuple[str, ...]:
    """Who gets the report: the CMT lead and the deputy, the IT manager, the account managers."""
    leads = whom.with_deputies(plan, plan.people_of_kind("cmt_lead")[:1])
    system = incidents.get(session, number).system_id
    named = (*leads, *whom.it_managers(plan)[:1], *whom.account_managers(plan, system))
    return tuple(dict.fromkeys(named))
