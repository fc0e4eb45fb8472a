"""Changes of who is in charge: asked for, accepted, told, and what is open passed on (A20, E26)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import handing_over, incidents
from kitart.journal.acknowledgements import TAKE
from kitart.language import phrase
from kitart.messaging import relieving
from kitart.messaging.occasion import ert_retry
from kitart.messaging.relieving import Relief
from tasks import relief as steps

LOOK_EVERY = timedelta(minutes=1)


async def keep_in_charge(drive: Drive) -> None:
    """At a change of shift, or when who is in charge wishes it, ask the next to take over."""
    begun: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            now = drive.now
            due = drive.read(
                lambda s, at=now: relieving.due(s, drive.plan, drive.incident, at)  # type: ignore[misc]
            )
            for one in due:
                if one.key not in begun:
                    begun.add(one.key)
                    group.create_task(_relieve(drive, one))
            wishes = len(drive.read(lambda s: relieving.wishes(s, drive.incident)))
            # A change of shift is no write: it is looked for each minute, a wish at once.
            await drive.until(
                lambda s, n=wishes: len(relieving.wishes(s, drive.incident)) > n,  # type: ignore[misc]
                by=now + LOOK_EVERY,
            )


async def _relieve(drive: Drive, relief: Relief) -> None:
    """Ask, and once more after a while; until there is a yes nothing changes."""
    question = drive.read(
        lambda s: relieving.question(s, drive.plan, drive.incident, relief, drive.now)
    )
    row = drive.read(lambda s: incidents.get(s, drive.incident))
    again = timedelta(minutes=ert_retry(drive.plan, row))
    turns = [Turn(relief.to, drive.now), Turn(relief.to, drive.now + again)]
    await drive.step(steps.tell_relief_asked, drive.lease, relief)
    answer = await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: _someone_else(s, drive.incident, relief),
        why=phrase("Somebody else is in charge by now"),
    )
    if answer is None:
        return
    if answer.answer == TAKE:
        await drive.step(steps.record_relieved, drive.lease, answer.id, relief)
    else:
        await drive.step(steps.tell_not_relieved, drive.lease, answer.id, relief)


def _someone_else(session: Session, incident: str, relief: Relief) -> bool:
    charge = handing_over.holder(session, incident, relief.step)
    return charge is None or charge.person != relief.person
