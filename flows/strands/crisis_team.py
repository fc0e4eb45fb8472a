"""From cover level 3 on the crisis team is called; at level 4 it decides the strategy (R31-R40)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, together
from flows.strands.deciding import Turn, first_answer
from kitart.journal import acknowledgements, crisis
from kitart.journal.tables import Acknowledgement
from kitart.language import phrase
from kitart.messaging import crisis_questions as questions
from kitart.messaging.matrix import crisis_team
from tasks import crisis_team as steps


async def contact_crisis_team(drive: Drive) -> None:
    """The team is reached, and at level 4 decides; nothing else waits for either (A24)."""
    await together(reach(drive), have_strategy_decided(drive))


async def reach(drive: Drive) -> None:
    """Ask lead, deputy and members until one has answered, while the level asks for it (E28)."""
    while True:
        await drive.until(lambda s: crisis.recognised(s, drive.incident))
        look_again_at = await drive.step(steps.work_crisis_call, drive.lease)
        await drive.until(
            lambda s: _taken(s, drive) or crisis.recognised(s, drive.incident) is None,
            by=look_again_at,
        )
        if drive.read(lambda s: _taken(s, drive) and crisis.recognised(s, drive.incident)):
            await drive.step(steps.record_reached, drive.lease)
            return


async def have_strategy_decided(drive: Drive) -> None:
    """The member who answered is asked for the team's strategy, then the others in turn (R39)."""
    while True:
        first = await drive.until(lambda s: _taken(s, drive) if _meets(s, drive) else None)
        assert first is not None
        question = drive.read(
            lambda s: questions.strategy(s, drive.plan, drive.incident, drive.now)
        )
        wait = timedelta(minutes=drive.plan.limits.role_unreachable)
        # The team has until the question is due; then the others are asked for it as well.
        later = (question.due_at or drive.now) - drive.now
        order = dict.fromkeys((first.person, *crisis_team(drive.plan, drive.now).order))
        turns = [Turn(first.person, drive.now)]
        turns += [Turn(who, drive.now + later + n * wait) for n, who in enumerate(order)]
        answer = await first_answer(
            drive,
            question,
            turns,
            overtaken=lambda s: not _meets(s, drive),
            why=phrase("Level 4 is not in force any more"),
        )
        if answer is not None:
            await drive.step(steps.record_strategy, drive.lease, answer.id)
            return


def _taken(session: Session, drive: Drive) -> Acknowledgement | None:
    return acknowledgements.taken_by(session, drive.incident, "cmt")


def _meets(session: Session, drive: Drive) -> bool:
    return crisis.recognised(session, drive.incident, crisis.MEETS_FROM) is not None
