"""The general response plan inside another one: who leads, who solves it, who joins (R8-R14)."""

from __future__ import annotations

from flows.driving import Drive, beside
from flows.strands.bringing_in import bring_others_in
from flows.strands.escalating import escalate
from flows.strands.leading import lead
from flows.strands.sizing_up import ask_whether_solved
from kitart.journal import looks
from tasks import inputs


async def follow_general_plan(drive: Drive) -> None:
    """Reach the ERT and have the priority set; then, until the recovery, ask whether it can be
    solved, go up the matrix when it can't, and bring in whom the lead wants (A21).

    Raises ``FalseAlarm`` when the ERT lead says so.
    """
    await lead(drive)
    async with beside(escalate(drive), bring_others_in(drive)):
        await ask_whether_solved(drive, lambda s: looks.recovery_declared(s, drive.incident))
        await drive.until(lambda s: looks.recovery_declared(s, drive.incident))
    await drive.step(inputs.withdraw_what_is_over, drive.lease)
