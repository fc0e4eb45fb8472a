"""Others whom the ERT lead asks in, and projects that turn out to be affected (R14, R15)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, decide
from kitart.journal import acknowledgements, general, leading
from kitart.journal.tables import Approval
from kitart.messaging import general_questions as questions
from kitart.plan import whom
from tasks import general as steps


async def bring_others_in(drive: Drive) -> None:
    """Whom the ERT lead asks in, one after another, until "nobody else" (R14)."""
    async with asyncio.TaskGroup() as group:
        time = 1
        while True:
            question = drive.read(
                lambda s, n=time: questions.bring_in(s, drive.plan, drive.incident, n, drive.now)  # type: ignore[misc]
            )
            lead = drive.read(lambda s: leading.ert_lead(s, drive.plan, drive.incident))
            answer = await decide(drive, question, [Turn(lead, drive.now)])
            chosen = answer.answer or general.NOBODY
            if chosen == general.NOBODY:
                return
            if chosen.startswith(general.PROJECT):
                project = chosen.removeprefix(general.PROJECT)
                await drive.step(steps.add_project, drive.lease, answer.id, project)
                drive.plan = drive.inst.plan_of(drive.incident)
            else:
                group.create_task(_until_joined(drive, answer))
            time += 1


async def _until_joined(drive: Drive, answer: Approval) -> None:
    """Ask the role's holder, then the deputy, and again, until one of them has joined."""
    assert answer.answered_at is not None
    step = f"join:{answer.id}"
    wait = timedelta(minutes=drive.plan.limits.role_unreachable)
    named = whom.with_deputies(drive.plan, drive.plan.people_of_kind(answer.answer or "")[:1])
    order = whom.present(drive.plan, named, drive.now)
    turn, asked_at = 0, answer.answered_at
    while True:
        person = order[turn % len(order)]
        await drive.step(steps.bring_in, drive.lease, answer.id, person, turn // len(order) + 1)
        heard = drive.read(lambda s: len(acknowledgements.of_step(s, drive.incident, step)))
        asked_at = max(asked_at + wait, drive.now)
        await drive.until(_more(drive.incident, step, heard), by=asked_at)
        if drive.read(lambda s: acknowledgements.taken_by(s, drive.incident, step)):
            await drive.step(steps.record_joined, drive.lease, answer.id)
            return
        turn += 1


def _more(incident: str, step: str, than: int) -> Callable[[Session], bool]:
    def question(session: Session) -> bool:
        taken = acknowledgements.taken_by(session, incident, step) is not None
        return taken or len(acknowledgements.of_step(session, incident, step)) > than

    return question
