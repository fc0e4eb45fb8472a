"""Who leads: the ERT within 5 or 15 minutes, the priority, the account managers (R8-R15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, together
from flows.strands.deciding import decide, lead_then_others
from kitart.journal import acknowledgements, incidents
from kitart.journal.tables import Acknowledgement, Approval
from kitart.messaging import questions
from kitart.plan import whom
from tasks import people


class FalseAlarm(Exception):
    """The ERT lead decided that there is no incident (E32)."""


def reason_of(alarm: BaseExceptionGroup[FalseAlarm]) -> str:
    """The ERT lead's words."""
    first: BaseException = alarm
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return str(first)


async def lead(drive: Drive) -> None:
    """Reach the ERT, have the priority set, bring in whom it calls for.

    Raises ``FalseAlarm`` when the ERT lead says so.
    """
    leader = await reach_ert(drive)
    decision = await set_priority(drive, leader)
    if decision.answer == "false-alarm":
        raise FalseAlarm(decision.note or "no reason given")
    if decision.answer == "P1":
        await drive.step(people.tell_crisis_roles, drive.lease)


async def reach_ert(drive: Drive) -> Acknowledgement:
    """Ask the ERT until a member takes it: contact is a person's answer (R8-R10, A14, E24)."""
    while True:
        heard = drive.read(lambda s: len(acknowledgements.of_step(s, drive.incident, "ert")))
        look_again_at = await drive.step(people.work_escalation, drive.lease)
        taken = drive.read(lambda s: acknowledgements.taken_by(s, drive.incident, "ert"))
        if taken:
            return taken
        await drive.until(_more_answers(drive.incident, heard), by=look_again_at)


def _more_answers(incident: str, than: int) -> Callable[[Session], bool]:
    return lambda session: len(acknowledgements.of_step(session, incident, "ert")) > than


async def set_priority(drive: Drive, leader: Acknowledgement) -> Approval:
    """The ERT lead sets the priority (R13, D5); silence brings in the next member (E25)."""
    silence = timedelta(minutes=drive.plan.limits.classify)
    turns = lead_then_others(drive, leader.at, silence)
    question = drive.read(lambda s: questions.priority(s, drive.plan, drive.incident, drive.now))
    decision = await decide(drive, question, turns)
    await drive.step(people.record_priority, drive.lease, decision.id)
    return decision


async def tell_account_managers(drive: Drive) -> None:
    """Every affected project's account manager is told at once, and answers (R15, E21)."""
    system = drive.read(lambda s: incidents.get(s, drive.incident).system_id)
    managers = whom.account_managers(drive.plan, system)
    await together(*[tell_until_answered(drive, manager, drive.now) for manager in managers])


async def tell_until_answered(drive: Drive, manager: str, since: datetime) -> None:
    """Tell an account manager; silence brings in the deputy, then the others of the matrix."""
    wait = timedelta(minutes=drive.plan.limits.am_notify)
    order = whom.present(drive.plan, whom.stand_ins(drive.plan, manager), drive.now)
    for place, person in enumerate(order):
        await drive.step(people.tell_account_manager, drive.lease, manager, person)
        answered = await drive.until(
            lambda s: acknowledgements.taken_by(s, drive.incident, f"am:{manager}"),
            by=since + (place + 1) * wait,
        )
        if answered:
            return
    await drive.step(people.record_nobody_told, drive.lease, manager)
