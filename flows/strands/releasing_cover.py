"""Lowering the level, releasing the cover: a person decides, after a stable time (D7, E10, E30)."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, together
from flows.strands.deciding import Turn, first_answer
from flows.strands.invoking import managers
from kitart.journal import cover_now, leading
from kitart.language import phrase
from kitart.messaging import cover_questions as questions
from kitart.messaging.calling_out import OWN_BACK
from tasks import cover as cover_steps
from tasks import levels as steps


async def release_cover(drive: Drive) -> None:
    """Ask each account manager whose projects have needed less for the stable time."""
    begun: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(lambda _: managers(drive) - begun)
            for manager in sorted(found or ()):
                begun.add(manager)
                group.create_task(_release_for(drive, manager))


async def _release_for(drive: Drive, manager: str) -> None:
    while True:
        lower = drive.read(lambda s: _lower(drive, s, manager))
        if not lower:
            at = drive.read(lambda s: _may_lower_at(drive, s))
            await drive.until(
                lambda s, at=at: _lower(drive, s, manager) or _may_lower_at(drive, s) != at,  # type: ignore[misc]
                by=at,
            )
            continue
        question = drive.read(
            lambda s, lower=lower: questions.lower(  # type: ignore[misc]
                s, drive.plan, drive.incident, manager, lower, drive.now
            )
        )
        patience = timedelta(minutes=drive.plan.limits.role_unreachable)
        askable = drive.read(lambda s: leading.deciders(s, drive.plan, drive.incident, manager))
        turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
        answer = await first_answer(
            drive,
            question,
            turns,
            overtaken=lambda s, lower=lower: _lower(drive, s, manager) != lower,  # type: ignore[misc]
            why=phrase("The picture has changed; the cover stays"),
        )
        if answer is None:
            continue
        if answer.answer == questions.LOWER:
            for project, level in sorted(lower.items()):
                spare = await drive.step(steps.lower, drive.lease, answer.id, project, level)
                await together(
                    *[drive.step(cover_steps.stand_down, drive.lease, n, OWN_BACK) for n in spare]
                )
        else:
            assert answer.answered_at is not None
            again = answer.answered_at + timedelta(minutes=drive.plan.limits.stable_before_lowering)
            await drive.until(
                lambda s, lower=lower: _lower(drive, s, manager) != lower,  # type: ignore[misc]
                by=again,
            )


def _may_lower_at(drive: Drive, session: Session) -> datetime | None:
    plan = drive.inst.plan_of(drive.incident)
    return cover_now.lowering_at(session, plan, drive.incident, drive.now)


def _lower(drive: Drive, session: Session, manager: str) -> dict[str, int]:
    plan = drive.inst.plan_of(drive.incident)
    found = cover_now.lower_to(session, plan, drive.incident, drive.now)
    return {p: n for p, n in found.items() if plan.project(p).account_manager == manager}
