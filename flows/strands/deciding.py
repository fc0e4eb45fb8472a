"""Waiting for a person's decision: asked in turns, never expired into a yes (D5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import acknowledgements, approvals, incidents, leading
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging.occasion import ert_retry
from kitart.plan import whom
from tasks import people

Overtaken = Callable[[Session], object]
CHANGED = phrase("The situation has changed")


@dataclass(frozen=True)
class Turn:
    """From ``at`` on, this person is asked too; who was asked before is asked again (E25)."""

    person: str
    at: datetime


def lead_then_others(drive: Drive, since: datetime, patience: timedelta) -> list[Turn]:
    """The ERT lead at ``since`` and again after ``patience``; silence then brings in one member
    after another: a lead who pressed the button by reflex holds nothing up (E25)."""
    order = drive.read(lambda s: leading.ert_with_lead_first(s, drive.plan, drive.incident))
    row = drive.read(lambda s: incidents.get(s, drive.incident))
    retry = timedelta(minutes=ert_retry(drive.plan, row))
    later = [Turn(who, since + patience + n * retry) for n, who in enumerate(order)]
    return [Turn(order[0], since), *later]


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

    A person on leave, or who can't be reached on any channel, uses up no turn: the next is asked
    at once (E23, D15). An overtaken question is withdrawn, and those who were asked are told why
    (D6).
    """
    unreachable = False
    times: Counter[str] = Counter()
    for turn in _of_those_present(drive, turns):
        if by is not None and turn.at >= by:
            break
        if not unreachable and await _wait(drive, question, overtaken, turn.at):
            break
        times[turn.person] += 1
        reached = (
            await drive.step(people.ask, drive.lease, question, turn.person)
            if times[turn.person] == 1
            else await drive.step(
                people.ask_again, drive.lease, question.key, turn.person, times[turn.person]
            )
        )
        unreachable = not reached
    answer = await _wait(drive, question, overtaken, by)
    if isinstance(answer, Approval):
        return answer
    if answer is not None:
        await drive.step(people.withdraw_question, drive.lease, question.key, why)
    return None


def _of_those_present(drive: Drive, turns: list[Turn]) -> list[Turn]:
    """The turns without the people on leave: who comes after them takes their moments (E23)."""
    in_order = sorted(turns, key=lambda turn: turn.at)
    acked = drive.read(lambda s: acknowledgements.of_incident(s, drive.incident))
    heard = {each.person for each in acked}
    there = whom.present(drive.plan, [turn.person for turn in in_order], drive.now, heard)
    return [Turn(who, turn.at) for who, turn in zip(there, in_order, strict=False)]


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
