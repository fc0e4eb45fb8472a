"""The question to the crisis team at level 4: which strategy of recovery (R39, R40)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import approvals, crisis
from kitart.journal.approvals import Question
from kitart.language import phrase
from kitart.messaging.questions import known, option
from kitart.plan.schema import Plan


def strategy(session: Session, plan: Plan, incident: str, now: datetime) -> Question:
    """The team meets and decides; the words go to those who act on them (R39, R40)."""
    # One that a lowered level withdrew is asked anew when level 4 comes back.
    time = 1 + approvals.withdrawn(session, incident, crisis.STRATEGY)
    return Question(
        key=f"{incident}:{crisis.STRATEGY}:{time}",
        incident=incident,
        kind=crisis.STRATEGY,
        title=phrase("Crisis team: which recovery strategy?"),
        text=phrase(
            "Level 4 is in force. Call the crisis team together and decide how service comes "
            "back, and which people, places and money it takes. Emergency voicemail does not wait "
            "for this: the account managers decide on it."
        ),
        options=[
            option(
                "decided",
                phrase("This is our strategy"),
                phrase("Your words go to the account managers and the ERT lead at once"),
                "required",
            )
        ],
        known=known(session, plan, incident, now),
        due_at=now + timedelta(minutes=plan.limits.update_p1),
    )
