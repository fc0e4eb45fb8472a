"""Before an incident ends: nobody stays called out, no line stays away (E32, E45)."""

from __future__ import annotations

from flows.driving import Drive, beside, together
from flows.strands.voicemail import switch_to_voicemail, until_voicemail_is_over
from kitart.journal import cover as calls
from kitart.journal import routing_state
from kitart.language import Phrase, phrase
from tasks import cover as steps
from tasks import levels

OVER = phrase("the incident is over")
FALSE_ALARM = phrase("it was a false alarm")
EXERCISE_OVER = phrase("the exercise is over")


async def stand_everybody_down(drive: Drive, because: Phrase) -> None:
    """Whoever is asked, coming, live or kept in reserve is thanked."""
    held = drive.read(
        lambda s: [
            c.id
            for c in calls.of_incident(s, drive.incident)
            if c.state in (*calls.HOLDING, calls.LATER)
        ]
    )
    await together(*[drive.step(steps.stand_down, drive.lease, n, because) for n in held])


async def undo_false_alarm(drive: Drive) -> None:
    """There was no incident (E32): levels end, backups go home, lines come back and are proved."""
    await drive.step(levels.end_all, drive.lease)
    await stand_everybody_down(drive, FALSE_ALARM)
    if drive.read(lambda s: bool(routing_state.on_emergency(s, drive.incident))):
        async with beside(switch_to_voicemail(drive)):
            await until_voicemail_is_over(drive)
