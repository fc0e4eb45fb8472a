"""Emergency voicemail at level 4: decided, switched, proved, listened to and ended, by people.

What is due is worked out from the record alone (``kitart.rules.voicemail``): each job is a
question and what its answer sets off, and a run begun anew finds the same jobs (R38, A24, E45).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands import voicemail_proving as proving
from flows.strands import voicemail_switching as switching
from flows.strands.voicemail_scene import Scene
from kitart.rules.voicemail import Job, Kind, due, over

LOOK_EVERY = timedelta(minutes=1)
DOING: Mapping[Kind, Callable[[Scene, Job], Awaitable[None]]] = {
    Kind.ORDER: switching.order,
    Kind.SWITCH: switching.switch,
    Kind.DIVERT: switching.divert,
    Kind.TEST: proving.test,
    Kind.BOX: proving.box,
    Kind.END: switching.end,
    Kind.SWITCH_BACK: switching.switch_back,
    Kind.TEST_BACK: proving.test_back,
    Kind.CALLBACKS: proving.callbacks,
    Kind.CHECK: proving.check,
    Kind.NOTE: proving.note,
}


async def switch_to_voicemail(drive: Drive) -> None:
    """See to whatever is due about voicemail until the run is cancelled (R37-R42).

    Nothing is, while no project is at level 4 and no line was ever off its way.
    """
    scene = Scene(drive)
    at_work: set[str] = set()

    def fresh(session: Session) -> list[Job]:
        jobs = due(drive.plan, scene.picture(session), drive.now)
        return [job for job in jobs if job.key not in at_work]

    async with asyncio.TaskGroup() as group:
        while True:
            # A time that has passed is no write: it is looked for each minute.
            found = await drive.until(fresh, by=drive.now + LOOK_EVERY)
            for job in found or ():
                at_work.add(job.key)
                group.create_task(_see_to(scene, job, at_work))


async def until_voicemail_is_over(drive: Drive) -> None:
    """Wait until every line is back to normal, proved, and every box's callers are called back: no
    incident is closed before (E45)."""
    scene = Scene(drive)
    await drive.until(lambda s: over(scene.picture(s)))


async def _see_to(scene: Scene, job: Job, at_work: set[str]) -> None:
    try:
        await DOING[job.kind](scene, job)
    finally:
        at_work.discard(job.key)
