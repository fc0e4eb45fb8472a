"""What the tables beside the timeline have of a person in one incident, and its erasure (D22).

Codes stand in unique keys and tell two people apart: what is left is another for each row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.tables import (
    Acknowledgement,
    Approval,
    CoverCall,
    Decision,
    Document,
    LoggedCall,
    Message,
    OutageReport,
    Reply,
    RollCall,
)


def erase_rows(session: Session, number: str, person: str, gone: str) -> int:
    """Erase a person out of an incident's rows; how many were changed."""
    changed = _answers(session, number, person, gone)
    for table, of, change in WAYS:
        query = sa.select(table).where(table.incident == number, of(person))
        for row in session.scalars(query).all():
            change(row, person, gone)
            changed += 1
    return changed


def _answers(session: Session, number: str, person: str, gone: str) -> int:
    """Who was asked and answered, with the words that went with it."""
    questions = list(session.scalars(sa.select(Approval).where(Approval.incident == number)))
    touched = 0
    for question in questions:
        if person in question.asked_of or question.answered_by == person:
            touched += 1
            question.asked_of = [gone if each == person else each for each in question.asked_of]
        if question.answered_by == person:
            question.answered_by, question.note = gone, gone if question.note else None
    mine = sa.select(Decision).where(
        Decision.approval_id.in_([q.id for q in questions]), Decision.person == person
    )
    for answer in session.scalars(mine):
        answer.person, answer.note, touched = gone, gone if answer.note else "", touched + 1
    return touched


def _message(row: Any, person: str, gone: str) -> None:
    row.key, row.recipient, row.address = f"{gone}:{row.id}", gone, gone
    row.subject, row.text, row.html, row.detail = gone, gone, None, gone
    row.headline = gone if row.headline else None


def _reply(row: Any, person: str, gone: str) -> None:
    row.sender, row.body, row.said, row.person = gone, gone, gone, gone


def _acknowledgement(row: Any, person: str, gone: str) -> None:
    row.person = f"{gone}:{row.id}"


def _outage(row: Any, person: str, gone: str) -> None:
    if row.agent == person:
        # Among them is whether the person was ill.
        row.agent, row.area, row.what, row.safe, row.can_move = gone, gone, "", "unknown", ""
    row.reported_by = gone if row.reported_by == person else row.reported_by
    row.ended_by = gone if row.ended_by == person else row.ended_by


def _agent(row: Any, person: str, gone: str) -> None:
    row.agent = gone


def _approver(row: Any, person: str, gone: str) -> None:
    row.approved_by = gone


def _form(row: Any, person: str, gone: str) -> None:
    """The form stays, and the call; who took it, wrote it or worked it off goes."""
    if row.agent == person:
        # A form's number is made of the agent's code: what is left is another for each row.
        row.agent = f"{gone}:{row.id}"
    row.written_by = gone if row.written_by == person else row.written_by
    row.fields = {name: _without(value, person, gone) for name, value in row.fields.items()}


def _without(value: Any, person: str, gone: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, person, gone) for name, each in value.items()}
    if isinstance(value, list):
        return [_without(each, person, gone) for each in value]
    return gone if value == person else value


WAYS: tuple[tuple[Any, Callable[[str], Any], Callable[[Any, str, str], None]], ...] = (
    (Message, lambda person: Message.recipient == person, _message),
    (Reply, lambda person: Reply.person == person, _reply),
    (Acknowledgement, lambda person: Acknowledgement.person == person, _acknowledgement),
    (
        OutageReport,
        lambda person: sa.or_(
            OutageReport.agent == person,
            OutageReport.reported_by == person,
            OutageReport.ended_by == person,
        ),
        _outage,
    ),
    (CoverCall, lambda person: CoverCall.agent == person, _agent),
    (RollCall, lambda person: RollCall.agent == person, _agent),
    (Document, lambda person: Document.approved_by == person, _approver),
    (
        LoggedCall,
        lambda person: sa.or_(
            LoggedCall.agent == person,
            LoggedCall.written_by == person,
            sa.cast(LoggedCall.fields, sa.Text).contains(f'"{person}"', autoescape=True),
        ),
        _form,
    ),
)
