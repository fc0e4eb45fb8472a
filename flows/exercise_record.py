"""The record of an exercise that is over: hot wash, findings, sign-off, filing (reports §6.1)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed
from sqlalchemy.orm import Session

from flows.driving import Drive, beside, driving, first_of_group
from flows.strands import signing
from flows.strands.filing import file_all
from flows.strands.signing import Outcome
from kitart.connectors.errors import ConnectorError
from kitart.journal import documents, findings, hot_wash, timeline, write_up
from kitart.journal import exercise_record as record
from kitart.reports import exercise_edition as edition
from kitart.rules.after_action import Times
from tasks import documents as reports
from tasks import exercise_record as steps
from tasks.exercise_record import ExerciseOver, Version


@flow(name="exercise-record", flow_run_name="{over.exercise} · record of the exercise")
async def exercise_record(over: ExerciseOver) -> State:
    """The record of an exercise: evaluated, signed, sent and filed (t1 to t22, R52, R53).

    Each participant is asked for a word at once, steps that failed become proposed findings, and
    the coordinators write. On its day, or when they say that all is written, it is drafted; the IT
    manager, the account manager and the CMT lead sign it off. Then the exercise is evaluated and
    counts (D28). Started by itself for each exercise that is over; by hand for a new version.
    """
    refused = await asyncio.to_thread(steps.why_not, over.exercise)
    if refused is not None:
        return Cancelled(message=f"Not begun: {refused}")
    with first_of_group():
        async with driving(over.exercise) as drive:
            if drive is None:
                number = over.exercise
                return Completed(message=f"{number} is driven by another run; this one joined it")
            times = await drive.step(steps.want, drive.lease)
            async with beside(watch_the_time(drive, times)):
                await write_record(drive, times)
            await file_all(drive)
    return Completed(message=f"{over.exercise}: its record is signed, sent and filed")


async def watch_the_time(drive: Drive, times: Times) -> None:
    """Remind who writes, and record it when the record's day is over and it is not signed."""
    if drive.read(lambda s: record.last_sent(s, drive.incident)) is not None:
        return
    if not await drive.until(lambda s: drafted(s, drive.incident), by=times.remind_at):
        await drive.step(steps.remind, drive.lease)
    await drive.sleep_until(times.due_at)
    await drive.step(steps.miss, drive.lease)


async def write_record(drive: Drive, times: Times) -> None:
    """Draft, have it signed off, send; and anew for what was written meanwhile (D6, D25)."""
    if not drive.read(lambda s: record.versions(s, drive.incident)):
        # The participants' words belong in the first version: while they may still come, it waits.
        end = drive.read(lambda s: hot_wash.until(s, drive.incident))
        await drive.until(lambda s: hot_wash.over(s, drive.incident, drive.now), by=end)
        await drive.until(lambda s: all_written(s, drive.incident), by=times.draft_at)
    while not drive.read(lambda s: told(s, drive)):
        await something_new(drive)
        version = await drive.step(steps.draft, drive.lease)
        outcome = await signed_off(drive, version)
        if outcome == "approved" and await send(drive, version.id):
            return
        if outcome != "sent back":
            await drive.step(steps.withdraw, drive.lease, version.id)


def drafted(session: Session, number: str) -> bool:
    """Whether there is a version, or nothing more is to be written before one."""
    return bool(record.versions(session, number)) or all_written(session, number)


def all_written(session: Session, number: str) -> bool:
    """Whether somebody said that all is written, and nothing was written or found since."""
    entries = timeline.entries(session, number)
    said = [e.seq for e in entries if e.type == write_up.COMPLETE]
    newest = max((e.seq for e in entries if e.type == findings.FINDING), default=0)
    return write_up.is_complete(entries) and newest < max(said, default=0)


def told(session: Session, drive: Drive) -> bool:
    """Whether the readers have what the record says now."""
    last = record.last_sent(session, drive.incident)
    return last is not None and edition.fits(session, drive.plan, last, drive.now)


async def something_new(drive: Drive) -> None:
    """After a version was sent back: wait until somebody has written, found or corrected
    something."""

    def changed(session: Session) -> bool:
        back = record.sent_back(session, drive.incident)
        if back is None:
            return True
        entries = timeline.entries(session, drive.incident)
        last = next(e.seq for e in reversed(entries) if e.type == record.SENT_BACK)
        again = write_up.last_written(entries) > last
        return again or not edition.fits(session, drive.plan, back, drive.now)

    await drive.until(changed)


async def signed_off(drive: Drive, version: Version) -> Outcome:
    """Have a version signed by the three roles, or hear why not."""

    def fits(session: Session) -> bool:
        return edition.fits(session, drive.plan, documents.get(session, version.id), drive.now)

    async def send_back(answer: int) -> None:
        await drive.step(steps.send_back, drive.lease, version.id, answer)

    return await signing.signed_off(drive, version.steps, fits, send_back)


async def send(drive: Drive, document_id: int) -> bool:
    """Send it; while no mail is taken, try again each minute. ``False`` if it became stale."""
    while True:
        try:
            return await drive.step(steps.send, drive.lease, document_id) == "sent"
        except ConnectorError as error:
            why = error.message
            await drive.step(reports.sending_waits, drive.lease, document_id, why)
            await drive.sleep_until(drive.now + timedelta(minutes=1))
