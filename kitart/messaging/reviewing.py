"""The review of the plan among people: who is reminded of it, who approves its version (R51)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.installation import Installation
from kitart.journal import approvals, plans, review_triggers, reviews, timeline
from kitart.journal.approvals import Question
from kitart.journal.incidents import SCHEDULE, Opened
from kitart.journal.late_entries import Writer
from kitart.journal.reviews import Version
from kitart.journal.tables import Approval
from kitart.language import Phrase, listed, phrase
from kitart.messaging.asking import ask, ask_again
from kitart.messaging.questions import NO_INCIDENT, option
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.difference import Change, since
from kitart.plan.difference_text import sentence
from kitart.plan.reviewed import with_review
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.review import Due, Reason, Reminder, Trigger

KIND = "plan-version"
"""Of the questions by which a version is approved."""
APPROVE, SEND_BACK = "approve", "send-back"
OWNER, CMT = "owner", "cmt"
TIME_TO_APPROVE = timedelta(days=7)
ONE_MORE_AFTER = timedelta(days=3)
ONCE_MORE_EACH = timedelta(days=7)
MOST_SHOWN = 20
MOST_TOLD = 6
"""Reasons or changes that a message names; the page has them all."""
REASONS: dict[Reason, Phrase] = {
    "scheduled": phrase("yearly review"),
    "incident": phrase("incident of cover level 2 or worse, or P1"),
    "test": phrase("failed test"),
    "staff": phrase("change of staff in the matrix"),
    "client": phrase("new client"),
    "language": phrase("new queue or language"),
    "system": phrase("new system"),
    "law": phrase("change of law or contract"),
    "audit": phrase("audit"),
    "request": phrase("asked for"),
}
STATES = {
    "soon": phrase("the review of the continuity plan is due soon"),
    "due": phrase("the review of the continuity plan is due today"),
    "overdue": phrase("the review of the continuity plan is overdue"),
}


def review_page(inst: Installation) -> str:
    """The address of the page on which the plan is reviewed."""
    return f"{inst.settings.gateway_url}/review"


def reason_words(trigger: Trigger) -> Phrase:
    """A reason with what it is about."""
    words = REASONS[trigger.reason]
    if not trigger.reference:
        return words
    return phrase("{reason}: {about}", reason=words, about=trigger.reference)


def open_review(
    session: Session, inst: Installation, plan: Plan, asked_by: str = SCHEDULE
) -> Opened:
    """Open the record of a review, or join the open one; the plan is kept with it (D30)."""
    now = inst.clock.now()
    review_triggers.keep(session, plan, now)
    base = review_triggers.base_plan(session)
    return reviews.open_or_join(
        session, plan, base.hash if base else plan.hash, asked_by, now=now, real_now=real_now()
    )


def remind(inst: Installation, plan: Plan, number: str, due: Due, word: Reminder) -> int:
    """Who answers for the plan, the IT manager, and the account managers are told what is due;
    returns how many heard it just now. Said once for each day it is due on and each week over."""
    now = inst.clock.now()
    step = f"review-{word.stage}:{word.due:%Y%m%d}:{word.weeks}"
    with inst.journal.write() as session:
        new = timeline.append(
            session, number, "review reminded",
            f"{STATES[word.stage]}: {word.due:%Y-%m-%d}", now=now, key=step,
            data={"stage": word.stage, "day": word.due.isoformat()},
        )  # fmt: skip
    told = reasons_told(due.reasons)
    for person in owners(plan):
        tell(
            inst, with_review(plan), number, person, "review-due", step,
            {"state": STATES[word.stage], "due": word.due.isoformat(), "reasons": told,
             "link": review_page(inst)},
        )  # fmt: skip
    return len(owners(plan)) if new else 0


def reasons_told(reasons: tuple[Trigger, ...]) -> Phrase:
    """The first few reasons, and how many more there are."""
    words = [reason_words(each) for each in reasons[:MOST_TOLD]]
    if len(reasons) > MOST_TOLD:
        words.append(phrase("and {n} more", n=len(reasons) - MOST_TOLD))
    return listed(words, "; ")


def owners(plan: Plan) -> tuple[str, ...]:
    """The plan's owner, the IT manager, and all account managers."""
    managers = [person.id for person in plan.people_of_kind("account_manager")]
    return tuple(dict.fromkeys((*whom.it_managers(plan)[:1], *managers)))


def send_for_approval(
    inst: Installation, plan: Plan, number: str, writer: Writer
) -> Version | None:
    """Put the plan as it stands to the owner and the CMT lead; ``None`` where it is before them.

    Raises ``NotTaken`` once the review is over.
    """
    now = inst.clock.now()
    with inst.journal.write() as session:
        review_triggers.keep(session, plan, now)
        version = reviews.propose(session, number, plan, writer, now=now)
        if version is not None:
            _void_older(session, number, version)
    if version is not None:
        ask_approvers(inst, number)
    return version


def ask_approvers(inst: Installation, number: str) -> None:
    """Ask who approves the newest version and has not been asked yet: the owner, the CMT lead, and
    after some days their deputies. Called again, nobody is asked twice, but once more each week."""
    plan = inst.plan_of(number)
    with inst.journal.read() as session:
        version = reviews.versions(session, number)[-1]
        base = plans.snapshot(session, reviews.base_of(session, number))
        changes = since(base, inst.plan_with_hash(session, version.hash))
    for step, people in approvers(inst, plan, version).items():
        question = _question(number, version, step, changes, review_page(inst))
        for person in people:
            _ask(inst, plan, question, person)


def _ask(inst: Installation, plan: Plan, question: Question, person: str) -> None:
    with inst.journal.read() as session:
        row = approvals.with_key(session, question.key)
        asked_at = next(
            (e.occurred_at
             for e in timeline.entries(session, question.incident, "decision requested")
             if row and (e.data["approval"], e.data["person"]) == (row.id, person)),
            None,
        )  # fmt: skip
    values = {"next_news": phrase("when both have answered")}
    if row is None or asked_at is None:
        ask(inst, plan, question, person, values, None)
    elif row.state == "open" and (weeks := (inst.clock.now() - asked_at) // ONCE_MORE_EACH):
        ask_again(inst, plan, row, person, f"week-{weeks}", values, None)


def approvers(inst: Installation, plan: Plan, version: Version) -> dict[str, tuple[str, ...]]:
    """Who is asked for each of the two approvals: the first present of each role, and after each
    few days of silence one more."""
    now = inst.clock.now()
    many = 1 + (now - version.at) // ONE_MORE_AFTER
    managers, leads = whom.it_managers(plan), whom.crisis_leads(plan)
    leads = tuple(person for person in leads if person not in managers)
    return {
        OWNER: whom.present(plan, managers, now)[:many],
        CMT: whom.present(plan, leads, now)[:many],
    }


def _question(
    number: str, version: Version, step: str, changes: tuple[Change, ...], page: str
) -> Question:
    role = "it_manager" if step == OWNER else "cmt_lead"
    return Question(
        key=reviews.question_key(number, version.number, step),
        incident=number,
        kind=KIND,
        title=phrase("Put version {version} of the plan into force?", version=version.hash[:12]),
        text=phrase(
            "Asked of the {role}: two approvals put it into force, and everybody of the matrix is "
            "told.", role=role_name(role),
        ),
        options=[
            option(APPROVE, phrase("Approve it"),
                   phrase("With the other approval it comes into force, and everybody is told")),
            option(SEND_BACK, phrase("Send it back"),
                   phrase("It does not come into force; who reviews it changes it"), "required"),
        ],
        known=_known(changes, page),
        due_at=version.at + TIME_TO_APPROVE,
    )  # fmt: skip


def _known(changes: tuple[Change, ...], page: str) -> list[str]:
    """What the approver reads: how much changed, the first of it, and where all of it stands."""
    return [
        NO_INCIDENT,
        phrase("Changes since the version before: {n}", n=len(changes)),
        *(sentence(change) for change in changes[:MOST_SHOWN]),
        phrase("The whole review, with the reasons: {address}", address=page),
    ]


def _void_older(session: Session, number: str, version: Version) -> None:
    for row in questions(session, number):
        if row.state == "open" and f":{version.number}:" not in row.key:
            approvals.void(session, row.id, phrase("A newer version of the plan is put to you"))


def questions(session: Session, number: str) -> list[Approval]:
    """The questions of all versions of a review."""
    return [row for row in approvals.of_incident(session, number) if row.kind == KIND]
