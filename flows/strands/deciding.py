"""Waiting for a person's decision: asked in turns, never expired into a yes (D5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import approvals
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.language import phrase
from tasks import people

Overtaken = Callable[[Session], object]
CHANGED = phrase("The situation has changed")


@dataclass(frozen=True)
class Turn:
    """From ``at`` on, this person is asked too."""

    person: str
    at: datetime


async def decide(drive: Drive, question: Question, turns: list[Turn]) -> Approval:
    """Ask one person after another until somebody has decided."""
    decision = await first_answer(drive, question, turns)
    if decision is None:
        raise AssertionError("a wait without an end ended")
    return decision


async def first_answer(
    drive: Drive,
    question: Question,
    turns: list[Turn],
    *,
    by: datetime | None = None,
    overtaken: Overtaken = lambda _session: False,
    why: str = CHANGED,
) -> Approval | None:
    """The first valid answer; ``None`` when there is none ``by`` then or events overtook it.

    A person who can't be reached on any channel uses up no turn: the next is asked at once. An
    overtaken question is withdrawn, and those who were asked are told why (D6).
    """
    unreachable = False
    for turn in sorted(turns, key=lambda turn: turn.at):
        if by is not None and turn.at >= by:
            break
        if not unreachable and await _wait(drive, question, overtaken, turn.at):
            break
        unreachable = not await drive.step(people.ask, drive.lease, question, turn.person)
    answer = await _wait(drive, question, overtaken, by)
    if isinstance(answer, Approval):
        return answer
    if answer is not None:
        await drive.step(people.withdraw_question, drive.lease, question.key, why)
    return None


async def _wait(
    drive: Drive, question: Question, overtaken: Overtaken, by: datetime | None
) -> Approval | object | None:
    """The answered question, something else that is true once overtaken, or ``None`` at ``by``."""

    def settled(session: Session) -> Approval | object | None:
        row = approvals.with_key(session, question.key)
        if row is not None and row.state == "answered":
            return row
        return overtaken(session) or None

    return await drive.until(settled, by=by)
