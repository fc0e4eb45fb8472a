"""What it is, how urgent, and whether the ERT solves it: the ERT lead's answers (R11-R13)."""

from __future__ import annotations

from datetime import timedelta

from flows.driving import Drive, beside, together
from flows.strands.deciding import Overtaken, decide, first_answer, lead_then_others
from flows.strands.leading import FalseAlarm, reach_ert, set_priority
from flows.strands.monitor_says_over import remind_when_over
from kitart.journal.tables import Acknowledgement
from kitart.messaging import general_questions as questions
from tasks import general as steps
from tasks import people


class HandedOver(Exception):
    """The incident goes on under the plan for a system of the register."""


async def take_in(drive: Drive) -> None:
    """Reach the ERT; have nature, systems affected and severity recorded (R8-R13).

    Raises ``FalseAlarm`` or ``HandedOver`` when the ERT lead's answer is that.
    """
    leader = await reach_ert(drive)
    await together(_rate(drive, leader), _find_nature(drive, leader))
    await drive.step(steps.record_inputs, drive.lease)


async def _rate(drive: Drive, leader: Acknowledgement) -> None:
    decision = await set_priority(drive, leader)
    if decision.answer == "false-alarm":
        raise FalseAlarm(decision.note or "no reason given")
    if decision.answer == "P1":
        await drive.step(people.tell_crisis_roles, drive.lease)


async def _find_nature(drive: Drive, leader: Acknowledgement) -> None:
    time = 1
    while True:
        question = drive.read(
            lambda s, n=time: questions.nature(s, drive.plan, drive.incident, n, drive.now)  # type: ignore[misc]
        )
        turns = lead_then_others(drive, leader.at, timedelta(minutes=drive.plan.limits.classify))
        answer = await decide(drive, question, turns)
        system = await drive.step(steps.record_nature, drive.lease, answer.id)
        if system is None:
            return
        if await drive.step(steps.hand_over, drive.lease, answer.id, system):
            raise HandedOver(drive.plan.system(system).name)
        time += 1


async def ask_whether_solved(drive: Drive, overtaken: Overtaken = lambda _session: False) -> None:
    """Can the ERT solve it? A "no" goes up the matrix (R12)."""
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    question = drive.read(lambda s: questions.can_solve(s, drive.plan, drive.incident, drive.now))
    turns = lead_then_others(drive, drive.now, patience)
    answer = await first_answer(drive, question, turns, overtaken=overtaken)
    if answer is not None:
        await drive.step(steps.record_can_solve, drive.lease, answer.id)


async def solve(drive: Drive) -> None:
    """Can the ERT solve it? Then until it is over; a "no" in between goes up the matrix (R12)."""
    await ask_whether_solved(drive)
    time = 1
    while True:
        question = drive.read(
            lambda s, n=time: questions.over(s, drive.plan, drive.incident, n, drive.now)  # type: ignore[misc]
        )
        turns = lead_then_others(drive, drive.now, timedelta(hours=1))
        async with beside(remind_when_over(drive, question)):
            answer = await decide(drive, question, turns)
        if answer.answer == "over":
            await drive.step(steps.record_over, drive.lease, answer.id)
            return
        await drive.step(steps.record_can_solve, drive.lease, answer.id)
        time += 1
