"""Holding the queues: call-out in waves, chasing, replacing, thanking (R18-R36, E7-E11, E20)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, together
from kitart.journal import cover as calls
from kitart.journal import cover_now
from kitart.rules.cover.moves import Moves
from tasks import cover as steps
from tasks import presence

A_MINUTE = timedelta(minutes=1)


async def see_who_is_live(drive: Drive) -> None:
    """Ask the phone system each minute: live is what it says, not what was promised (R21)."""
    while True:
        await drive.step(presence.look_at_agents, drive.lease)
        await drive.sleep_until(drive.now + A_MINUTE)


async def hold_queues(drive: Drive) -> None:
    """Do what the ladder asks for next, whenever something happens or a time is up.

    Only rungs whose level people have invoked are used; what was done before is never undone by
    new facts, only what is not needed any more is stood down (E10, E29).
    """
    told: set[int] = set()
    while True:
        drive.plan = drive.inst.plan_of(drive.incident)
        seen, moves, changed = drive.read(lambda s: _stands(drive, s, drive.now))
        # A step only when there is something to write: an incident may last for hours.
        if changed:
            await drive.step(steps.keep_seats, drive.lease)
        await _make(drive, moves)
        await _tell_those_asked(drive, told)
        by = min(filter(None, [moves.next_at, drive.now + A_MINUTE]))
        await drive.until(
            lambda s, seen=seen: cover_now.mark(s, drive.incident) != seen,  # type: ignore[misc]
            by=by,
        )


def _stands(drive: Drive, session: Session, now: datetime) -> tuple[object, Moves, bool]:
    """What the ladder goes by, its next moves, and whether the seats are others than was told; in
    one reading, which works out the cover once."""
    asked = session, drive.plan, drive.incident, now
    mark = cover_now.mark(session, drive.incident)
    return mark, cover_now.moves(*asked), cover_now.seats_changed(*asked)


async def _make(drive: Drive, moves: Moves) -> None:
    """All moves side by side: as many are called at once as seats are missing."""
    lease = drive.lease
    await together(
        *[drive.step(steps.no_show, lease, number) for number in moves.no_show],
        *[drive.step(steps.end_cover, lease, number) for number in moves.end],
        *[drive.step(steps.silent, lease, number) for number in moves.silent],
        *[drive.step(steps.stand_down, lease, number) for number in moves.stand_down],
        *[drive.step(steps.remind, lease, number) for number in moves.remind],
        *[drive.step(steps.ask_relief, lease, number) for number in moves.relief],
        *[drive.step(steps.use_late, lease, number) for number in moves.use_late],
        *[drive.step(steps.warn, lease, queue, agent) for queue, agent in _to_warn(drive, moves)],
        *[drive.step(steps.call_out, lease, ask) for ask in moves.ask],
    )


def _to_warn(drive: Drive, moves: Moves) -> list[tuple[str, str]]:
    """Who is to be ready and was not told so yet."""
    told = drive.read(lambda s: cover_now.warned(s, drive.incident))
    return [pair for pair in moves.pre_alert if pair not in told]


async def _tell_those_asked(drive: Drive, told: set[int]) -> None:
    """A call on record whose message an earlier run did not live to send is sent now; once."""

    def untold(session: Session) -> list[int]:
        rows = calls.of_incident(session, drive.incident)
        return [row.id for row in rows if row.state == calls.ASKED and row.id not in told]

    numbers = drive.read(untold)
    told |= set(numbers)
    await together(*[drive.step(steps.tell_asked, drive.lease, number) for number in numbers])
