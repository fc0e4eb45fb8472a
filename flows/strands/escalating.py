"""Up the escalation matrix once the ERT can't solve it, never silent (R12, A1, E28)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import acknowledgements, general
from kitart.messaging import matrix
from tasks import general as steps


async def escalate(drive: Drive) -> None:
    """From the moment the ERT can't solve it, along the matrix until each rung has it (R12, A1)."""
    await drive.until(lambda s: general.unsolved(s, drive.incident))
    while True:
        heard = drive.read(lambda s: _heard(s, drive))
        look_again_at = await drive.step(steps.work_matrix, drive.lease)
        if look_again_at is None:
            return
        await drive.until(
            lambda s, heard=heard: _heard(s, drive) > heard,  # type: ignore[misc]
            by=look_again_at,
        )


def _heard(session: Session, drive: Drive) -> int:
    return sum(
        len(acknowledgements.of_step(session, drive.incident, rung.step))
        for rung in matrix.rungs(drive.plan, critical=True, at=drive.now)
    )
