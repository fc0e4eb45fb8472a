"""Putting a question to a person: the row first, then the message with its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.connectors.attachment import Attachment
from kitart.installation import Installation
from kitart.journal import approvals, exercises, incidents, timeline
from kitart.journal.approvals import Question
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.language import listed, phrase
from kitart.messaging import links
from kitart.messaging.codes import code_of
from kitart.messaging.telling import tell
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan

BY_HAND = phrase(
    "EXERCISE: call and write to nobody outside it, switch and divert no line. Answer as if you "
    "had."
)
# Questions with a text of their own; the others use the general request.
PURPOSES = {
    "priority": "priority-question",
    "approve": "approval-request",
    "divert-order": "divert-question",
    "divert-on": "divert-task",
    "test-call": "test-call-task",
    "ticket": "supplier-ticket-question",
}


def ask(
    inst: Installation,
    plan: Plan,
    question: Question,
    person: str,
    values: dict[str, Any],
    lease: Lease | None,
    *,
    attachments: Sequence[Attachment] = (),
) -> bool:
    """Ask a person; true if a channel accepted the message. Asked twice, it is sent once.
    ``attachments`` go with the mail."""
    now = inst.clock.now()
    role = role_name(plan.person(person).kind)
    with inst.journal.write(lease) as session:
        question = _in_exercise(session, question)
        row = approvals.ask(session, question, person, now=now)
        if row.state != "open":
            return True
        timeline.append(
            session, question.incident, "decision requested",
            f"{question.title}: asked of the {role}",
            now=now, data={"person": person, "role": plan.person(person).kind,
                           "kind": question.kind, "approval": row.id},
            key=f"asked:{question.key}:{person}",
        )  # fmt: skip
    return tell(
        inst, plan, question.incident, person,
        PURPOSES.get(question.kind, "decision-request"),
        f"ask:{question.key}",
        values | {
            "question": question.title,
            "answer_by": question.due_at or phrase("as soon as you can"),
            "link": decide_link(inst, row, person, now),
            "code": code_of(inst.settings, row.id, person),
        },
        lease=lease, attachments=attachments,
    )  # fmt: skip


def _in_exercise(session: Session, question: Question) -> Question:
    """The question, which in an incident of an exercise says first what people must not do with
    their own hands: the connectors can't keep them from it (D4)."""
    number = incidents.get(session, question.incident).part_of
    if number is None:
        return question
    lines = exercises.get(session, number).lines
    scope = phrase("Lines in scope: {lines}.", lines=", ".join(lines)) if lines else ""
    first = listed([BY_HAND, scope], " ") if scope else BY_HAND
    return replace(question, known=[first, *question.known])


def ask_again(
    inst: Installation,
    plan: Plan,
    row: Approval,
    person: str,
    time: str,
    values: dict[str, Any],
    lease: Lease | None,
) -> bool:
    """Send a person the link to an open question once more; the same ``time`` is sent once."""
    return tell(
        inst, plan, row.incident, person,
        PURPOSES.get(row.kind, "decision-request"), f"ask:{row.key}:again:{time}",
        values | {
            "question": approvals.title(row),
            "answer_by": row.due_at or phrase("as soon as you can"),
            "next_news": phrase("when you have answered"),
            "link": decide_link(inst, row, person, inst.clock.now()),
            "code": code_of(inst.settings, row.id, person),
        },
        lease=lease,
    )  # fmt: skip


def pass_on(
    inst: Installation,
    plan: Plan,
    row: Approval,
    person: str,
    values: dict[str, Any],
    lease: Lease,
) -> bool:
    """Put an open question to one more person, who takes over from somebody it was put to."""
    with inst.journal.write(lease) as session:
        kept = approvals.get(session, row.id)
        if kept is None or kept.state != "open":
            return True
        if person not in kept.asked_of:
            kept.asked_of = [*kept.asked_of, person]
            timeline.append(
                session, row.incident, "decision requested",
                f"{row.title}: passed on to the {role_name(plan.person(person).kind)}",
                now=inst.clock.now(),
                data={"person": person, "role": plan.person(person).kind, "kind": row.kind,
                      "approval": row.id},
                key=f"asked:{row.key}:{person}",
            )  # fmt: skip
    return ask_again(inst, plan, row, person, "passed on", values, lease)


def withdraw(inst: Installation, plan: Plan, key: str, why: str, lease: Lease) -> None:
    """Void an open question and tell those who were asked why (D6), each in their language."""
    with inst.journal.write(lease) as session:
        row = approvals.with_key(session, key)
        if row is None or not approvals.void(session, row.id, why):
            return
        timeline.append(
            session, row.incident, "question withdrawn", f"{row.title}: {why}",
            now=inst.clock.now(), data={"approval": row.id, "kind": row.kind},
            key=f"withdrawn:{key}",
        )  # fmt: skip
    for person in row.asked_of:
        tell(
            inst, plan, row.incident, person, "withdrawn", f"withdrawn:{key}",
            {"question": approvals.title(row), "because": why}, lease=lease,
        )  # fmt: skip


def decide_link(inst: Installation, row: Approval, person: str, now: datetime) -> str:
    """A link to one question for one person."""
    return links.new(inst.settings, "decide", str(row.id), person, row.version, now=now)
