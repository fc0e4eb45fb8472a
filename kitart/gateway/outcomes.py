"""What became of an answer, in one short sentence: said back by SMS and in a call."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.gateway.visits import Visitor
from kitart.journal import acknowledgements, approvals
from kitart.journal.acknowledgements import CANNOT, TAKE
from kitart.journal.tables import Approval
from kitart.language import Phrase, phrase
from kitart.messaging.links import Link
from kitart.plan.roles import named


def of_ack(session: Session, link: Link, visitor: Visitor) -> Phrase:
    """What the record says now of a person's "I have it" or "I can't" (A14, A20)."""
    number, _, step = link.subject.partition("/")
    answers = acknowledgements.of_step(session, number, step)
    mine = {a.answer for a in answers if a.person == link.person}
    leader = next((a for a in answers if a.answer == TAKE), None)
    if TAKE in mine and step != "ert":
        return phrase("{number}: it is recorded that you know. Thank you.", number=number)
    if TAKE in mine and leader is not None and leader.person == link.person:
        return phrase(
            "{number}: recorded, you have it and lead. To hand it over, open your link.",
            number=number,
        )
    if leader is not None:
        name = named(visitor.plan, leader.person)
        if TAKE in mine:
            return phrase(
                "{number}: {name} was first and leads. Your help is recorded.",
                number=number, name=name,
            )  # fmt: skip
        return phrase(
            "{number}: it is recorded that you can't. {name} has it.", number=number, name=name
        )
    if CANNOT in mine:
        return phrase(
            "{number}: it is recorded that you can't. The next member is asked.", number=number
        )
    return phrase("{number}: nothing has been recorded.", number=number)


def of_question(row: Approval, link: Link, visitor: Visitor) -> Phrase:
    """What became of a person's answer to a question: the first valid one decides."""
    title = approvals.title(row)
    if row.state == "open":
        return phrase("{number}: nothing has been decided.", number=row.incident)
    if row.state != "answered":
        return phrase("{number}: no answer is needed any more. {question}",
                      number=row.incident, question=title)  # fmt: skip
    answer = approvals.label(row, row.answer or "")
    if row.answered_by == link.person:
        return phrase("{number}: recorded. {question} {answer}",
                      number=row.incident, question=title, answer=answer)  # fmt: skip
    return phrase(
        "{number}: {name} had answered before: {answer}. {question}",
        number=row.incident, name=named(visitor.plan, row.answered_by or ""), answer=answer,
        question=title,
    )  # fmt: skip
