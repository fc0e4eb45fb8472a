"""Waiting until a client is to be told that agents can't work: by its own queues (E36, R45)."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.driving import Drive
from kitart.journal import looks
from kitart.reports import cover_drafts
from tasks import cover_notices


async def effect_to_tell(drive: Drive, client: str) -> datetime | None:
    """The moment that the first notice is counted from, once it may be drafted; ``None`` if it was
    over before.

    A client that its contract has told only from so many seats on stays untold while there are
    fewer: that is recorded once, and looked at again as the incident grows.
    """
    while True:
        felt = drive.read(
            lambda s: cover_drafts.felt_by(s, drive.plan, drive.incident, client, drive.now)
        )
        if felt.tell_from is not None:
            # A priority in its time makes the better notice, and a false alarm none at all (E32).
            await drive.until(
                lambda s: looks.effect_confirmed(s, drive.incident),
                by=felt.tell_from + timedelta(minutes=drive.plan.limits.classify),
            )
            return felt.tell_from
        if drive.read(lambda s: looks.recovery_declared(s, drive.incident)):
            return None
        if felt.since is not None:
            await drive.step(cover_notices.record_internal_only, drive.lease, client)
        # Time alone changes it too: an opening, a shift that begins, another number of seats.
        again = drive.now + timedelta(minutes=drive.plan.limits.role_unreachable)
        if felt.coming is not None and felt.since is None:
            again = min(again, max(felt.coming, drive.now))
        writes = drive.writes
        await drive.until(lambda _, seen=writes: drive.writes != seen, by=again)  # type: ignore[misc]
