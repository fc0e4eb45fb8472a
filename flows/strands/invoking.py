"""Invoking the levels: each account manager for their own projects, the ERT lead's view (R18, A12).

The ladder proposes, a person invokes, each level is a step. A change of level never restarts a
clock (A17).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import acknowledgements, cover_now, leading, levels
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import cover_questions as questions
from kitart.plan import whom
from kitart.plan.workplace import WORKPLACE
from tasks import levels as steps

OVERTAKEN = phrase("The picture has changed; you are asked anew if a level is needed")


async def invoke_levels(drive: Drive) -> None:
    """Ask each account manager whose projects need a level, as soon as one does (A27)."""
    begun: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(lambda _: managers(drive) - begun)
            for manager in sorted(found or ()):
                begun.add(manager)
                group.create_task(_decide_levels(drive, manager))
            if len(begun) > 1:
                await drive.step(steps.name_coordinator, drive.lease)


def managers(drive: Drive) -> set[str]:
    """The account managers of the projects that the incident has by now (A27)."""
    plan = drive.inst.plan_of(drive.incident)
    return {p.account_manager for p in plan.projects_affected_by(WORKPLACE)}


async def _decide_levels(drive: Drive, manager: str) -> None:
    while True:
        await drive.until(lambda s: _wanted(drive, s, manager))
        wanted = drive.read(lambda s: _wanted(drive, s, manager))
        if not wanted:
            continue
        await drive.step(steps.propose, drive.lease, manager, wanted)
        answer = await _ask(drive, manager, wanted)
        if answer is None:
            continue
        chosen = steps.chosen(answer.answer or "", wanted)
        if (answer.answer or "").startswith(questions.REST):
            await drive.step(steps.waive_rest, drive.lease, answer.id)
            chosen = dict.fromkeys(chosen, 1)
        for project, level in sorted(chosen.items()):
            await drive.step(steps.STEPS[level], drive.lease, answer.id, project)
        if not chosen:
            await _wait_on(drive, manager, wanted, answer)


async def _ask(drive: Drive, manager: str, wanted: Mapping[str, int]) -> Approval | None:
    question = drive.read(
        lambda s: questions.level(s, drive.plan, drive.incident, manager, wanted, drive.now)
    )
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    askable = drive.read(lambda s: leading.deciders(s, drive.plan, drive.incident, manager))
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    return await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: _wanted(drive, s, manager) != wanted,
        why=OVERTAKEN,
    )


async def _wait_on(drive: Drive, manager: str, wanted: Mapping[str, int], answer: Approval) -> None:
    """After "not yet": asked again after a while, at once when more is needed (E11)."""
    await drive.step(steps.not_yet, drive.lease, answer.id)
    assert answer.answered_at is not None
    again = answer.answered_at + timedelta(minutes=drive.plan.limits.relocate_recheck)
    await drive.until(lambda s: _wanted(drive, s, manager) != wanted, by=again)


def _wanted(drive: Drive, session: Session, manager: str) -> dict[str, int]:
    plan = drive.inst.plan_of(drive.incident)
    return cover_now.wanted(session, plan, drive.incident, manager, drive.now)


async def hear_the_lead(drive: Drive) -> None:
    """At each level that is invoked the ERT lead may say otherwise; a dispute is settled by one
    person: the ERT lead, or the CMT once it is contacted (A12, E27)."""
    begun: set[str] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: set(levels.of_incident(s, drive.incident).in_force) - begun
            )
            for project in sorted(found or ()):
                begun.add(project)
                group.create_task(_hear_of(drive, project))


async def _hear_of(drive: Drive, project: str) -> None:
    await drive.until(lambda s: acknowledgements.taken_by(s, drive.incident, "ert"))
    heard = 0
    while True:
        # Once for each time that the account manager invokes a level: what is settled is settled.
        heard = await drive.until(lambda s, n=heard: _invoked(drive, s, project, n)) or heard  # type: ignore[misc]
        in_force = drive.read(lambda s: _of(drive, s, project))
        said = await _view_of_lead(drive, project, in_force)
        if said is not None and (said.answer or "").startswith(questions.LEVEL_N):
            await drive.step(steps.record_view, drive.lease, said.id, project)
            await _settle(drive, project)


async def _view_of_lead(drive: Drive, project: str, in_force: int) -> Approval | None:
    """The ERT lead's answer, if there is one before the level changes."""
    lead = drive.read(lambda s: leading.ert_lead(s, drive.plan, drive.incident))
    question = drive.read(
        lambda s: questions.view(s, drive.plan, drive.incident, project, in_force, drive.now)
    )
    return await first_answer(
        drive, question, [Turn(lead, drive.now)],
        overtaken=lambda s: _of(drive, s, project) != in_force,
        why=phrase("The level has changed"),
    )  # fmt: skip


def _invoked(drive: Drive, session: Session, project: str, heard: int) -> int | None:
    """How often a level was invoked, once that is more than was heard of."""
    times = levels.times_invoked(session, drive.incident, project)
    return times if times > heard else None


def _of(drive: Drive, session: Session, project: str) -> int:
    return levels.of_incident(session, drive.incident).of(project)


async def _settle(drive: Drive, project: str) -> None:
    views = drive.read(lambda s: _dispute(drive, s, project))
    if not views:
        return
    question = drive.read(
        lambda s: questions.settle(s, drive.plan, drive.incident, project, views, drive.now)
    )
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    askable = drive.read(lambda s: settlers(drive, s))
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    answer = await first_answer(
        drive, question, turns,
        overtaken=lambda s: _dispute(drive, s, project) != views,
        why=phrase("They see it the same way now"),
    )  # fmt: skip
    if answer is not None:
        await drive.step(steps.record_settled, drive.lease, answer.id, project)


def _dispute(drive: Drive, session: Session, project: str) -> dict[str, int]:
    return levels.disputed(levels.of_incident(session, drive.incident)).get(project, {})


def settlers(drive: Drive, session: Session) -> tuple[str, ...]:
    """The CMT once it is contacted, else the ERT lead."""
    if acknowledgements.taken_by(session, drive.incident, "cmt"):
        return whom.present(drive.plan, whom.crisis_leads(drive.plan), drive.now)
    return leading.ert_with_lead_first(session, drive.plan, drive.incident)
