"""The register row and the documents in SharePoint, and the picture in the Prefect UI."""

from __future__ import annotations

import logging
from datetime import timedelta

from flows.driving import Drive
from kitart.connectors.errors import ConnectorError
from tasks import filing, picture

log = logging.getLogger(__name__)


async def keep_filed(drive: Drive) -> None:
    """File what was sent and keep the register row current, for as long as the incident runs."""
    while True:
        await file_all(drive)
        await drive.until(lambda s: filing.anything_to_file(s, drive.plan, drive.incident))


async def file_all(drive: Drive) -> None:
    """File all there is; while SharePoint does not take it, wait and try again (D18, E42)."""
    while drive.read(lambda s: filing.anything_to_file(s, drive.plan, drive.incident)):
        try:
            await drive.step(filing.file_documents, drive.lease)
            await drive.step(filing.update_register, drive.lease)
        except ConnectorError as error:
            await drive.step(filing.filing_waits, drive.lease, error.message)
            await drive.sleep_until(drive.now + timedelta(minutes=1))


async def keep_picture(drive: Drive) -> None:
    """Keep timeline, report and recovery time in the Prefect UI current."""
    shown = -1
    linked = clock_ran = False
    while True:
        try:
            if not linked:
                await drive.step(picture.show_links, drive.incident)
                linked = True
            shown = await drive.step(picture.show, drive.incident, shown)
            runs = drive.read(lambda s: picture.clock_runs(s, drive.incident))
            if runs or clock_ran:  # once more when it has stopped: how it ended
                await drive.step(picture.show_clock, drive.incident)
            clock_ran = runs
        except Exception as error:
            # Artifacts need Prefect's API. A picture is never worth the incident: whatever keeps
            # the API from taking it, the plan goes on and the next picture follows.
            log.warning("the picture of %s could not be shown: %s", drive.incident, error)
        # The recovery time goes on though nothing is written.
        await drive.until(
            lambda s, shown=shown: picture.newer_than(s, drive.incident, shown),  # type: ignore[misc]
            by=drive.now + timedelta(minutes=1) if clock_ran else None,
        )
        # One picture for what comes together, so that a busy minute costs few requests.
        await drive.sleep_until(drive.now + timedelta(seconds=30))
