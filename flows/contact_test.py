"""The test of the contact list: everybody of the matrix, on each channel (R50, R53, D27, E40)."""

from __future__ import annotations

import asyncio
import logging

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.driving import Drive, driving, first_of_group
from kitart.alerts.contact_test import RealIncidentOpen
from kitart.journal import contact_tests, timeline
from kitart.journal.contact_tests import ASKINGS, EVALUATED, STOPPED
from kitart.messaging import contact_calls
from tasks import closing, contact
from tasks.contact import ContactTest
from tasks.opening import name_run

log = logging.getLogger(__name__)


@flow(name="contact-test", flow_run_name="contact test")
async def contact_test(test: ContactTest) -> State:
    """The contact list is tested: does each person answer on each channel?

    Everybody is asked at once, with a link for each channel, and reminded once. Nobody is paged:
    every text says that it is an exercise. What answered is verified, what did not is a gap, and
    the IT manager and the account managers learn both. A real incident stops the test.
    """
    try:
        number = await asyncio.to_thread(contact.open_test, test)
    except RealIncidentOpen as real:
        return Cancelled(message=f"Not begun: {real}")
    with first_of_group():
        async with driving(number) as drive:
            if drive is None:
                return Completed(message=f"{number} is driven by another run; this one joined it")
            await name_run(number)
            state = await carry_out(drive)
            await drive.step(closing.settle, drive.lease)
    return state


async def carry_out(drive: Drive) -> State:
    """From the first message to the evaluation; begun anew, it goes on where it stood.

    Completed only if it was evaluated: one that was stopped is Cancelled, and does not count (D28).
    """
    while not drive.read(lambda s: contact_tests.over(s, drive.incident)):
        await ask_and_wait(drive)
        await drive.step(contact.conclude, drive.lease)
    stopped = drive.read(lambda s: timeline.entries(s, drive.incident, STOPPED))
    if stopped:
        return Cancelled(message=f"{drive.incident}: {stopped[0].text}")
    await drive.step(contact.tell_result, drive.lease)
    await show(drive)
    (found,) = drive.read(lambda s: timeline.entries(s, drive.incident, EVALUATED))
    return Completed(message=f"{drive.incident}: {found.text}")


async def ask_and_wait(drive: Drive) -> None:
    """The message and, at half of the time, the reminder, until all have answered, the time is up,
    or a real incident goes before (E40)."""
    times = await drive.step(contact.begin, drive.lease)
    for asking, until in zip(range(1, ASKINGS + 1), (times.half_at, times.due_at), strict=True):
        await drive.step(contact.ask, drive.lease, asking)
        over = await drive.until(
            lambda s, asking=asking: contact_calls.settled(  # type: ignore[misc]
                s, drive.plan, drive.incident, asking
            ),
            by=until,
        )
        if over:
            return


async def show(drive: Drive) -> None:
    """The result as a table on the run; a picture is never worth the test."""
    try:
        await drive.step(contact.show, drive.incident)
    except Exception as error:
        # Artifacts need Prefect's API; the result is in the record and was told.
        log.warning("the result of %s could not be shown: %s", drive.incident, error)
