"""Clients told where agents can't work: each as its project joins (R45, E4)."""

from __future__ import annotations

import asyncio

from flows.driving import Drive
from flows.strands.informing import inform_client
from kitart.journal import looks
from kitart.reports import cover_drafts


async def keep_clients_told(drive: Drive) -> None:
    """Each client is told as soon as a project of its is affected; goes on until it is ended."""
    known: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: set(cover_drafts.clients_of(s, drive.plan, drive.incident)) - known
            )
            # The plan's entry for this incident names its projects: one more has joined.
            drive.plan = drive.inst.plan_of(drive.incident)
            for client in sorted(found or ()):
                known.add(client)
                group.create_task(_keep_told(drive, client))


async def _keep_told(drive: Drive, client: str) -> None:
    """A recovery before anybody was told ends nothing: after a relapse it begins again (E35)."""
    while True:
        await inform_client(drive, client)
        await drive.until(lambda s: not looks.recovery_declared(s, drive.incident))
