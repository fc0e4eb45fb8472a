"""The question to an account manager about a decision that somebody took in their place (E21)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import acting, approvals
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging.questions import known, option
from kitart.plan.roles import named
from kitart.plan.schema import Plan
from kitart.reports.moments import moment_phrase

CONFIRMED, OTHERWISE = "confirm", "otherwise"


def question(session: Session, plan: Plan, row: Approval, now: datetime) -> Question:
    """Confirm, or say what should be otherwise; the decision holds meanwhile."""
    assert row.answered_at is not None
    assert row.answered_by is not None
    manager = plan.person(acting.manager_of(session, plan, row))
    return Question(
        key=f"{row.incident}:{acting.CONFIRM}:{row.id}",
        incident=row.incident,
        kind=acting.CONFIRM,
        title=phrase("Decided in your place: {question} Do you confirm?",
                     question=approvals.title(row)),
        text=phrase(
            "{name} decided “{answer}” at {when}, when you had not answered. It holds meanwhile.",
            name=named(plan, row.answered_by),
            answer=approvals.label(row, row.answer or ""),
            when=moment_phrase(row.answered_at, manager.time_zone),
        ),
        options=[
            option(CONFIRMED, phrase("I confirm it"), phrase("It stands as your decision")),
            option(
                OTHERWISE,
                phrase("I want it otherwise"),
                phrase("Your words go to the ERT lead at once; nothing changes by itself"),
                "required",
            ),
        ],
        known=known(session, plan, row.incident, now),
        due_at=now + timedelta(hours=plan.limits.reopen_within_hours),
    )  # fmt: skip
