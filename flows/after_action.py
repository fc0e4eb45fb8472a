"""The internal after-action report of a closed incident (requirements §8 row 7, reports §4)."""

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
from kitart.journal import after_action as record
from kitart.journal import documents, timeline, write_up
from kitart.reports import after_action_edition as edition
from kitart.rules.after_action import Times
from tasks import after_action as steps
from tasks import documents as reports
from tasks.after_action import AfterAction, Version


@flow(name="after-action", flow_run_name="{report.incident} · after-action report")
async def after_action(report: AfterAction) -> State:
    """The report for the management about a closed incident: written, approved, sent, filed.

    Who knows something is asked to write; on its day, or when they say that all is written, it is
    drafted from the record. An IT manager reviews it, the account manager approves it, after a P1
    or cover level 3 the CMT lead too. Started by itself for each closed incident; by hand for a
    false alarm or an exercise, or for a new version of one that was sent.
    """
    refused = await asyncio.to_thread(steps.why_not, report.incident)
    if refused is not None:
        return Cancelled(message=f"Not begun: {refused}")
    with first_of_group():
        async with driving(report.incident) as drive:
            if drive is None:
                number = report.incident
                return Completed(message=f"{number} is driven by another run; this one joined it")
            times = await drive.step(steps.want, drive.lease)
            async with beside(watch_the_time(drive, times)):
                await write_report(drive, times)
            await file_all(drive)
    return Completed(message=f"{report.incident}: the after-action report is sent and filed")


async def watch_the_time(drive: Drive, times: Times) -> None:
    """Remind who writes, and record it when the report's day is over and it is not sent."""
    if drive.read(lambda s: record.last_sent(s, drive.incident)) is not None:
        return
    if not await drive.until(lambda s: drafted(s, drive.incident), by=times.remind_at):
        await drive.step(steps.remind, drive.lease)
    await drive.sleep_until(times.due_at)
    await drive.step(steps.miss, drive.lease)


async def write_report(drive: Drive, times: Times) -> None:
    """Draft, have it signed off, send; and anew for what was written meanwhile (D6, D25)."""
    if not drive.read(lambda s: record.versions(s, drive.incident)):
        await drive.until(lambda s: all_written(s, drive.incident), by=times.draft_at)
    while not drive.read(lambda s: told(s, drive)):
        await something_new(drive)
        version = await drive.step(steps.draft, drive.lease)
        outcome = await signed_off(drive, version)
        if outcome == "approved" and await send(drive, version.id):
            return
        if outcome != "sent back":
            await drive.step(steps.withdraw, drive.lease, version.id)


def drafted(session: Session, incident: str) -> bool:
    """Whether there is a version, or nothing more is to be written before one."""
    return bool(record.versions(session, incident)) or all_written(session, incident)


def all_written(session: Session, incident: str) -> bool:
    """Whether somebody said that all is written, and nothing was written since."""
    return write_up.is_complete(timeline.entries(session, incident))


def told(session: Session, drive: Drive) -> bool:
    """Whether the management has what the record says now."""
    last = record.last_sent(session, drive.incident)
    return last is not None and edition.fits(session, drive.plan, last, drive.now)


async def something_new(drive: Drive) -> None:
    """After a version was sent back: wait until somebody has written or corrected something."""

    def changed(session: Session) -> bool:
        back = record.sent_back(session, drive.incident)
        if back is None:
            return True
        last = timeline.entries(session, drive.incident, record.SENT_BACK)[-1]
        entries = timeline.entries(session, drive.incident)
        again = write_up.last_written(entries) > last.seq
        return again or not edition.fits(session, drive.plan, back, drive.now)

    await drive.until(changed)


async def signed_off(drive: Drive, version: Version) -> Outcome:
    """Have a version reviewed and approved, or hear why not."""

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
