"""An incident that is played in an exercise ends with it, wherever its plan stands (D4, E40)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import incidents


class ExerciseOver(Exception):
    """The exercise in which the incident was played has ended or was stopped."""


async def end_with_exercise(drive: Drive) -> None:
    """Raise ``ExerciseOver`` once the exercise is over; a real incident waits for nothing here."""
    part_of = drive.read(lambda s: incidents.get(s, drive.incident).part_of)
    if part_of is None:
        return

    def over(session: Session) -> bool:
        return incidents.get(session, part_of).closed_at is not None

    await drive.until(over)
    raise ExerciseOver(f"{part_of} is over")
