"""Account managers are told at once, and see to it that their clients are (R15, A15, A23)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from flows.strands.leading import tell_until_answered
from kitart.journal import acknowledgements, general, leading
from kitart.messaging import general_questions as questions
from tasks import general as steps


async def keep_managers_told(drive: Drive) -> None:
    """Each affected project's account manager is told as soon as it is known (R15, E21)."""
    known: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: set(general.managers_to_tell(s, drive.plan, drive.incident)) - known
            )
            for manager in sorted(found or ()):
                known.add(manager)
                group.create_task(_tell_manager(drive, manager))


async def _tell_manager(drive: Drive, manager: str) -> None:
    known_at = drive.read(lambda s: general.effect_known_at(s, drive.plan, drive.incident, manager))
    await tell_until_answered(drive, manager, known_at)
    # A late answer is contact too, and erases no miss.
    await drive.until(lambda s: acknowledgements.taken_by(s, drive.incident, f"am:{manager}"))
    await drive.step(steps.record_manager_reached, drive.lease, manager, known_at)


async def have_clients_told(drive: Drive) -> None:
    """A person tells each affected client, and says so; nothing is sent by itself (A23)."""
    known: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while not drive.read(lambda s: general.over(s, drive.incident)):
            await drive.until(
                lambda s: (
                    general.over(s, drive.incident)
                    or set(general.clients_to_tell(s, drive.plan, drive.incident)) - known
                )
            )
            for client in drive.read(
                lambda s: general.clients_to_tell(s, drive.plan, drive.incident)
            ):
                if client not in known:
                    known.add(client)
                    group.create_task(_have_told(drive, client))


async def _have_told(drive: Drive, client: str) -> None:
    wait = timedelta(minutes=drive.plan.limits.role_unreachable)
    question = drive.read(
        lambda s: questions.client_told(s, drive.plan, drive.incident, client, drive.now)
    )
    askable = drive.read(lambda s: leading.approvers(s, drive.plan, drive.incident, client))
    turns = [Turn(person, drive.now + n * wait) for n, person in enumerate(askable)]
    end = drive.now + timedelta(hours=drive.plan.limits.reopen_within_hours)
    answer = await first_answer(drive, question, turns, by=end)
    if answer is None:
        await drive.step(steps.record_client_untold, drive.lease, client)
    else:
        await drive.step(steps.record_client_told, drive.lease, answer.id, client)
