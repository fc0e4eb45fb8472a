"""The record of an exercise among people: who says a word, writes, signs, and gets it (t17, t22).

All of them are the company's own, players or not: the exercise is over (``fences.fence_after``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import after_action, exercises, hot_wash, incidents
from kitart.journal.approvals import Question
from kitart.journal.database import Lease
from kitart.journal.findings import Finding
from kitart.journal.four_eyes import SIGN_OFF
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging import links
from kitart.messaging.links import Link
from kitart.messaging.occasion import title_of
from kitart.messaging.questions import option
from kitart.messaging.telling import tell, tell_agent
from kitart.plan import whom
from kitart.plan.schema import Plan
from kitart.reports.exercise_words import SIGNED
from kitart.reports.facts.after_action import SignOff
from kitart.rules.after_action import Times

APPROVE, SEND_BACK = "approve", "send-back"
ROLES = ("it_manager", "account_manager", "cmt_lead")
"""Who signs it off, one after the other (t22)."""
LINK_OUTLIVES = timedelta(days=1)
"""A link that is opened just after the time says so, instead of that it has expired."""


@dataclass(frozen=True)
class Step:
    """One step of the sign-off: what is asked, and of whom, in the order to be asked."""

    role: str
    question: Question
    people: tuple[str, ...]


def steps(session: Session, plan: Plan, document: Document) -> tuple[Step, ...]:
    """Signed off by the IT manager, the account manager and the CMT lead, each with deputies; each
    step is another person's (``four_eyes``)."""
    return tuple(
        Step(role, _question(document, role), signers(session, plan, document.incident, role))
        for role in ROLES
    )


def signers(session: Session, plan: Plan, number: str, role: str) -> tuple[str, ...]:
    """Who may sign off in a role, in the order to be asked: the coordinator first (R53)."""
    if role == "cmt_lead":
        return whom.crisis_leads(plan)
    if role == "it_manager":
        return whom.it_managers(plan)
    managers = [p for p in coordinators(session, plan, number)
                if plan.person(p).kind == "account_manager"]  # fmt: skip
    named = managers or [each.id for each in plan.people_of_kind("account_manager")[:1]]
    stand_in = [code for each in named for code in whom.stand_ins(plan, each)]
    it_too = set(whom.it_managers(plan))
    return tuple(dict.fromkeys(code for code in stand_in if code not in it_too))


def coordinators(session: Session, plan: Plan, number: str) -> tuple[str, ...]:
    """The IT manager and the account manager who coordinate the exercise (R53)."""
    return plan.exercise(exercises.get(session, number).entry).coordinators


def planned() -> tuple[SignOff, ...]:
    """The steps that a version has before it while it is a draft."""
    return tuple(SignOff(step=SIGNED, role=role) for role in ROLES)


def given(session: Session, document: Document) -> tuple[SignOff, ...]:
    """The steps that people have given, in their order: for which role, and when."""
    return tuple(
        SignOff(step=SIGNED, role=row.key.rpartition(":")[2], at=row.answered_at)
        for row in after_action.questions_about(session, document)
        if row.answer == APPROVE
    )


def _question(document: Document, role: str) -> Question:
    number = document.incident
    return Question(
        key=f"{number}:{SIGN_OFF}:{document.id}:{role}",
        incident=number,
        kind=SIGN_OFF,
        title=phrase("Sign off the record of the exercise {number}?", number=number),
        text=phrase(
            "Read it against what you saw: the times, the findings, the corrective actions. "
            "Signed by the IT manager, the account manager and the CMT lead, the exercise is "
            "evaluated and counts."
        ),
        options=[
            option(APPROVE, phrase("Sign it off"), phrase("It counts as signed off by you")),
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


def ask_for_words(
    inst: Installation, plan: Plan, number: str, until: datetime, lease: Lease
) -> None:
    """Send each participant the link for the hot wash, once, in the own language (t17)."""
    with inst.journal.read() as session:
        people = hot_wash.asked(session, number)
        what = title_of(plan, incidents.get(session, number))
    agents = {agent.id for agent in plan.agents}
    for person in people:
        say = tell_agent if person in agents else tell
        say(inst, plan, number, person, "hot-wash", "hot-wash",
            {"what": what, "until": until, "link": hot_wash_link(inst, number, person, until)},
            lease=lease)  # fmt: skip


def hot_wash_link(inst: Installation, number: str, person: str, until: datetime) -> str:
    """The address under which a participant says a word, as long as it is taken."""
    link = Link("hot-wash", number, person, 1, until + LINK_OUTLIVES)
    return links.address(inst.settings, link)


def exercise_page(inst: Installation, number: str) -> str:
    """The address of the page on which an exercise is written up."""
    return f"{inst.settings.gateway_url}/exercise/{number}"


def ask_to_write(
    inst: Installation, plan: Plan, number: str, step: str, news: str, times: Times, lease: Lease
) -> None:
    """Ask the coordinators to write for the record (R53)."""
    with inst.journal.read() as session:
        people = coordinators(session, plan, number)
    for person in people:
        tell(
            inst, plan, number, person, "exercise-record-wanted", step,
            {"what": news, "drafted": times.draft_at, "due": times.due_at,
             "address": exercise_page(inst, number)},
            lease=lease,
        )  # fmt: skip


def tell_serious(inst: Installation, plan: Plan, number: str, found: Finding) -> None:
    """A serious weakness is told at once, before the record (t15): to the IT manager, the account
    manager who coordinates, and the CMT lead. Asked again, nobody is told twice."""
    with inst.journal.read() as session:
        what = title_of(plan, incidents.get(session, number))
        people = [signers(session, plan, number, role)[:1] for role in ROLES]
    now = inst.clock.now()
    for person in dict.fromkeys(code for each in people for code in each):
        there = whom.present(plan, (person, plan.person(person).deputy or person), now)[0]
        tell(
            inst, plan, number, there, "serious-finding", f"serious:{found.number}",
            {"what": what, "finding": found.form.text, "cause": found.form.cause,
             "next_step": phrase("Please decide what is to be done at once, and who does it."),
             "link": exercise_page(inst, number)},
        )  # fmt: skip


def readers(session: Session, plan: Plan, number: str) -> tuple[str, ...]:
    """Who gets the signed record: the CMT lead and the deputy, the coordinators, the IT manager."""
    leads = whom.with_deputies(plan, plan.people_of_kind("cmt_lead")[:1])
    named = (*leads, *whom.it_managers(plan)[:1], *coordinators(session, plan, number))
    return tuple(dict.fromkeys(named))
