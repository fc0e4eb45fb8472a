"""An exercise: agreed on, carried out behind the fence, measured (R51-R53, D4, D28, E40)."""

from __future__ import annotations

import asyncio
import logging

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.driving import Drive, beside, driving, first_of_group
from flows.strands.agreeing import agree_on_date
from flows.strands.playing import play_contact_call, play_story
from kitart.journal import exercises
from kitart.orchestrator import PrefectOrchestrator
from tasks import closing
from tasks import exercise as steps
from tasks import exercise_record as afterwards
from tasks.exercise import ExerciseWanted
from tasks.opening import name_run

log = logging.getLogger(__name__)


@flow(name="exercise", flow_run_name="exercise")
async def exercise(exercise: ExerciseWanted) -> State:
    """An exercise of the programme: does the plan work, and how long does it take?

    Both coordinators confirm the date. Then the scenario's injects are given: in a tabletop people
    answer on their pages, in a functional exercise the plans themselves run, with real messages to
    the players and nobody else. Each expected step is measured. A real incident goes before, and
    the stop word ends it from any channel.
    """
    number = await asyncio.to_thread(steps.open_record, exercise)
    with first_of_group():
        async with driving(number) as drive:
            if drive is None:
                return Completed(message=f"{number} is driven by another run; this one joined it")
            await name_run(number)
            state = await carry_out(drive)
            await drive.step(closing.settle, drive.lease)
    # The record has a run of its own, which takes days.
    await asyncio.to_thread(afterwards.start_at_once, PrefectOrchestrator(), number)
    return state


async def carry_out(drive: Drive) -> State:
    """From the date to the end; begun anew, it goes on where it stood.

    Whoever took part is asked for a word at once, while it is fresh (t17). Completed only when it
    came to its end: one that was stopped is Cancelled, and does not count (D28).
    """
    while not (record := drive.read(lambda s: exercises.get(s, drive.incident))).over:
        if record.began_at is None:
            await agree_on_date(drive)
            continue
        async with beside(let_people_go(drive)):
            await (play_story(drive) if record.scenario else play_contact_call(drive))
    await drive.step(steps.say_over, drive.lease)
    if record.began_at is not None:
        await drive.step(afterwards.want, drive.lease)
    if record.stopped:
        return Cancelled(message=f"{drive.incident}: {record.stopped}")
    await show(drive)
    met = sum(step.verdict == "pass" for step in record.steps)
    return Completed(message=f"{drive.incident}: {met} of {len(record.steps)} steps passed")


async def let_people_go(drive: Drive) -> None:
    """A real incident takes the people whom it calls on out of the exercise at once (E40)."""
    while True:
        await drive.until(lambda s: steps.overtaken(s, drive.incident))
        await drive.step(steps.let_go, drive.lease)


async def show(drive: Drive) -> None:
    """What was measured as a table on the run; a table is never worth the exercise."""
    try:
        await drive.step(steps.show, drive.incident)
    except Exception as error:
        # Artifacts need Prefect's API; what was measured is in the record.
        log.warning("what %s measured could not be shown: %s", drive.incident, error)
