"""What somebody decided in an account manager's place is put to that one afterwards (E21)."""

from __future__ import annotations

import asyncio

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, decide
from kitart.journal import acknowledgements, acting
from kitart.journal.tables import Approval
from kitart.messaging import confirming
from tasks import people


async def have_confirmed(drive: Drive) -> None:
    """Each decision taken for an account manager is confirmed or changed by one, once reached."""
    begun: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            rows = await drive.until(
                lambda s: [
                    row
                    for row in acting.taken_for_manager(s, drive.incident)
                    if row.id not in begun
                ]
            )
            for row in rows or ():
                begun.add(row.id)
                group.create_task(_have_confirmed(drive, row))


async def _have_confirmed(drive: Drive, row: Approval) -> None:
    manager = drive.read(lambda s: acting.manager_of(s, drive.plan, row))
    reached = await drive.until(lambda s: _reached(s, drive, manager))
    assert reached is not None
    question = drive.read(lambda s: confirming.question(s, drive.plan, row, drive.now))
    answer = await decide(drive, question, [Turn(reached, drive.now)])
    await drive.step(people.record_confirmation, drive.lease, answer.id, row.id)


def _reached(session: Session, drive: Drive, manager: str) -> str | None:
    """The account manager who has answered for this one's projects: they, or the deputy."""
    answers = acknowledgements.of_step(session, drive.incident, f"am:{manager}")
    there = [a.person for a in answers if a.role == acting.MANAGER]
    return manager if manager in there else next(iter(there), None)
