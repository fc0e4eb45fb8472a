"""Each queue that is fully staffed is proved to be answered; then, back to normal, recovered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import cover_proof, incidents, looks
from kitart.language import phrase
from kitart.messaging import cover_questions as questions
from kitart.messaging.line_calls import can_call
from kitart.plan import whom
from tasks import own_calls, watching
from tasks import proving as steps

WAIT_FOR_RECORDS = timedelta(minutes=1)


async def prove_cover(drive: Drive) -> None:
    """As soon as all seats of a queue are filled: a call record, a call of our own, else a
    person's."""
    begun: set[tuple[str, datetime]] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: [
                    each
                    for each in cover_proof.to_prove(s, drive.incident).items()
                    if each not in begun
                ]
            )
            for queue, since in found or ():
                begun.add((queue, since))
                group.create_task(_see_proved(drive, queue, since, begun))


async def _see_proved(
    drive: Drive, queue: str, since: datetime, begun: set[tuple[str, datetime]]
) -> None:
    try:
        await _prove(drive, queue, since)
    finally:
        begun.discard((queue, since))


async def _prove(drive: Drive, queue: str, since: datetime) -> None:
    broken = _not_to_prove(drive, queue, since)
    attempt = 1
    while not drive.read(broken):
        await drive.until(broken, by=drive.now + WAIT_FOR_RECORDS)
        if drive.read(broken):
            return
        if await drive.step(steps.prove_by_records, drive.lease, queue, since):
            return
        occasion = f"cover:{queue}:{since.isoformat()}:{attempt}"
        if can_call(drive.inst) and await drive.step(
            own_calls.prove_cover, drive.lease, queue, occasion
        ):
            return
        question = drive.read(
            lambda s, n=attempt: questions.test_call(  # type: ignore[misc]
                s, drive.plan, drive.incident, queue, since, n, drive.now
            )
        )
        patience = timedelta(minutes=drive.plan.limits.role_unreachable)
        project = queue.partition("/")[0]
        askable = dict.fromkeys(
            [*whom.to_phone(drive.plan, project, drive.now), *whom.vcc_administrators(drive.plan)]
        )
        turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
        answer = await first_answer(
            drive,
            question,
            turns,
            by=drive.now + (len(turns) + 1) * patience,
            overtaken=broken,
            why=phrase("Others answer the queue now, or calls have proved it"),
        )
        if answer is not None:
            heard = await drive.step(steps.record_test_call, drive.lease, answer.id, queue)
            if heard:
                return
        await drive.until(broken, by=drive.now + patience)
        attempt += 1


def _not_to_prove(drive: Drive, queue: str, since: datetime) -> Callable[[Session], bool]:
    return lambda s: cover_proof.to_prove(s, drive.incident).get(queue) != since


async def declare_normal(drive: Drive) -> None:
    """Own agents answer again, no level is in force, all is proved, and it has held: recovered.

    A relapse before the closing reopens the incident (E35).
    """
    while True:
        since = await drive.until(_normal(drive))
        assert since is not None
        stable_at = since + timedelta(minutes=drive.plan.limits.stable_before_recovered)
        if not drive.read(lambda s: looks.recovery_declared(s, drive.incident)):
            broke = await drive.until(
                lambda s, since=since: _normal(drive)(s) != since,  # type: ignore[misc]
                by=stable_at,
            )
            if broke:
                continue
            await drive.step(watching.declare_recovery, drive.lease, since)
        await drive.until(_down_again(drive))
        await drive.step(watching.reopen, drive.lease)


def _normal(drive: Drive) -> Callable[[Session], datetime | None]:
    return lambda s: cover_proof.normal_since(
        s, drive.inst.plan_of(drive.incident), drive.incident, drive.now
    )


def _down_again(drive: Drive) -> Callable[[Session], bool]:
    """Own agents are missing again since the recovery that was declared."""

    def question(session: Session) -> bool:
        recovered_at = incidents.get(session, drive.incident).recovered_at
        seen = looks.system_picture(session, drive.plan, drive.incident, drive.now)
        return recovered_at is not None and any(span.start > recovered_at for span in seen.spans)

    return question
