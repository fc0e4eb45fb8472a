"""At half and at all of a queue's recovery time: the leads are warned (reports §9, step 7).

In time to climb down one rung more before the objective is lost.
"""

from __future__ import annotations

from flows.driving import Drive
from kitart.journal import cover_warnings
from tasks import cover_time


async def warn_of_queue_times(drive: Drive) -> None:
    """Each warning once, when its moment has come and the queue is still short."""
    while True:
        due = drive.read(
            lambda s: cover_warnings.open_warnings(s, drive.plan, drive.incident, drive.now)
        )
        now = [each for each in due if each.at <= drive.now]
        for warning in now:
            await drive.step(cover_time.warn, drive.lease, warning)
        if now:
            continue
        writes = drive.writes
        by = min((each.at for each in due), default=None)
        await drive.until(lambda _, n=writes: drive.writes != n, by=by)  # type: ignore[misc]
