"""Several incidents, one pool: who holds an agent keeps them until a person says so (E2, E3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from flows.strands.invoking import settlers
from kitart.journal import cover, cover_now, incidents
from kitart.journal.tables import CoverCall
from kitart.language import phrase
from kitart.messaging import cover_questions as questions
from kitart.rules.cover.moves import Moves
from tasks import pool as steps


async def settle_conflicts(drive: Drive) -> None:
    """Where an incident of lower priority holds whom this one needs, the ERT lead is asked, the CMT
    once it is contacted; nobody is moved silently."""
    begun: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: [one for one in _contested(drive, s) if one[0].id not in begun]
            )
            for call, queue, rung in found or ():
                begun.add(call.id)
                group.create_task(_ask(drive, call, queue, rung))


def _contested(drive: Drive, session: Session) -> list[tuple[CoverCall, str, str]]:
    """The calls of other incidents whose agents this one would seat on a better rung, if its
    priority is higher; each with the queue that needs them, and the rung. A seat of one queue is
    as good as another: within a queue nobody is moved."""
    row = incidents.get(session, drive.incident)
    others = {c.agent: c for c in cover.held_by_others(session, row)}
    if not others:
        return []
    plan = drive.inst.plan_of(drive.incident)
    now = cover_now.moves(session, plan, drive.incident, drive.now)
    free = cover_now.without_other_holds(session, plan, drive.incident, drive.now)
    if _misery(free) >= _misery(now):
        return []
    mine = row.priority or row.priority_proposed
    return [
        (others[seat.agent], queue.need.key, seat.rung.value)
        for queue in free.proposal.queues
        for seat in queue.seats
        if seat.agent in others
        and others[seat.agent].queue != queue.need.key
        and mine < _priority(session, others[seat.agent])
    ]


def _misery(moves: Moves) -> tuple[int, int]:
    """How bad the ladder's answer is: seats without anybody, then the level."""
    return sum(q.uncovered for q in moves.proposal.queues), moves.proposal.level or 0


def _priority(session: Session, call: CoverCall) -> str:
    other = incidents.get(session, call.incident)
    return other.priority or other.priority_proposed


async def _ask(drive: Drive, call: CoverCall, queue: str, rung: str) -> None:
    question = drive.read(lambda s: questions.transfer(s, drive.incident, call, queue, drive.now))
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    askable = drive.read(lambda s: settlers(drive, s))
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    answer = await first_answer(
        drive, question, turns,
        overtaken=lambda s: call.id not in {c.id for c, _, _ in _contested(drive, s)},
        why=phrase("The agent is not needed here any more, or is free"),
    )  # fmt: skip
    if answer is not None:
        await drive.step(steps.record_transfer, drive.lease, answer.id, call.id, queue, rung)
