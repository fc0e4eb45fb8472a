"""What every plan's run has around its strands: the hold on the incident, the end, the filing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.driving import Drive, beside, driving, first_of_group
from flows.strands.assessing import ask_whether_it_works
from flows.strands.closing import (
    close_as_false_alarm,
    close_by_decision,
    closed_already,
    known_false_alarm,
)
from flows.strands.confirming import have_confirmed
from flows.strands.ending_cover import EXERCISE_OVER, stand_everybody_down
from flows.strands.ending_with_exercise import ExerciseOver, end_with_exercise
from flows.strands.filing import file_all, keep_filed, keep_picture
from flows.strands.handing_over import keep_in_charge
from flows.strands.informing import inform_client
from flows.strands.leading import FalseAlarm, reason_of
from flows.strands.logging_by_hand import log_by_hand
from flows.strands.recovering import recover, watch
from kitart.journal import incidents, timeline
from kitart.messaging.paper import RUN_MISSING
from tasks import closing
from tasks.dead_runs import end_dead_runs
from tasks.opening import gather_facts, name_run, tell_that_paper_is_over


async def nothing_to_undo(_drive: Drive) -> None:
    """Most plans set nothing going that a false alarm has to take back by itself."""


async def carry(
    incident: str,
    plan: Callable[[Drive], Awaitable[None]],
    undo: Callable[[Drive], Awaitable[None]] = nothing_to_undo,
) -> State:
    """Carry out a plan for an incident: hold it, follow the plan to the closing, file all.

    A run that finds the incident driven by another ends at once; one that is begun anew goes on
    where the last one stood. A false alarm ends the plan early (E32): ``undo`` takes back what was
    set going, also in a run that finds the alarm known to be false.
    """
    with first_of_group():
        async with driving(incident) as drive:
            if drive is None:
                return Completed(message=f"{incident} is driven by another run; this one joined it")
            await name_run(incident)
            if _not_the_only_one(drive):
                await drive.step(end_dead_runs, drive.lease)
            if drive.read(lambda s: timeline.entries(s, incident, RUN_MISSING)):
                await drive.step(tell_that_paper_is_over, drive.lease)
            reason = known_false_alarm(drive)
            if reason is not None:
                await undo(drive)
                await close_as_false_alarm(drive, reason)
            elif not closed_already(drive):
                try:
                    async with beside(end_with_exercise(drive)):
                        await plan(drive)
                except* FalseAlarm as alarm:
                    await undo(drive)
                    await close_as_false_alarm(drive, reason_of(alarm))
                except* ExerciseOver:
                    await stand_everybody_down(drive, EXERCISE_OVER)
                    await drive.step(closing.give_lines_back, drive.lease)
                    await drive.step(closing.close_with_exercise, drive.lease)
            await file_all(drive)
            if _not_the_only_one(drive):
                await drive.step(end_dead_runs, drive.lease)
            await drive.step(closing.settle, drive.lease)
    return Completed(message=f"{incident} is closed; its record and reports are filed")


def _not_the_only_one(drive: Drive) -> bool:
    """Whether another run held the incident, or was asked for and may have died before it did."""
    row = drive.read(lambda session: incidents.get(session, drive.lease.incident))
    asked = row.runs_requested > 1 or row.requested_run not in (None, drive.lease.run)
    return drive.lease.fence > 1 or asked


@contextlib.asynccontextmanager
async def until_closed(drive: Drive) -> AsyncIterator[None]:
    """What goes on beside the block in every plan about a system, until a person closes the
    incident: the system watched, the clients told, the record filed."""
    await drive.step(gather_facts, drive.lease)
    async with beside(
        watch(drive),
        recover(drive),
        ask_whether_it_works(drive),
        log_by_hand(drive),
        keep_in_charge(drive),
        have_confirmed(drive),
        keep_filed(drive),
        keep_picture(drive),
        *[inform_client(drive, client) for client in drive.clients],
    ):
        yield
        while not await close_by_decision(drive):
            pass
