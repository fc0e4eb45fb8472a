"""While the phone system is down: the carrier divert, decided and made by people (D19, E41)."""

from __future__ import annotations

from datetime import timedelta

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import leading, looks
from kitart.language import phrase
from kitart.messaging import questions
from kitart.plan import whom
from tasks import diverting


async def divert_calls(drive: Drive) -> None:
    """Ask for the divert, have it made and heard; after the recovery have it ended and heard.

    Kitart can't command the phone system or the carrier, so people do and say what they hear. A
    system that carries no calls has nothing to divert.
    """
    if not drive.system.carries_calls:
        return
    confirmed = await drive.until(
        lambda s: (
            looks.effect_confirmed(s, drive.incident) or looks.recovery_declared(s, drive.incident)
        )
    )
    if not confirmed or not await ordered(drive):
        return
    if await heard(drive, "divert-on") == "heard":
        # A relapse withdraws the question: the divert stays, and its end is asked for anew (E35).
        ended = None
        while ended is None:
            await drive.until(lambda s: looks.recovery_declared(s, drive.incident))
            ended = await heard(drive, "divert-off")


async def ordered(drive: Drive) -> bool:
    """Whether the coordinating account manager (deputy, ERT lead) orders the divert (A24, A27)."""
    question = drive.read(
        lambda s: questions.divert_order(s, drive.plan, drive.incident, drive.now)
    )
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    deciders = drive.read(lambda s: leading.divert_deciders(s, drive.plan, drive.incident))
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(deciders)]
    answer = await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: (
            looks.system_picture(s, drive.plan, drive.incident, drive.now).state == "up"
        ),
        why=phrase("The phone system is back"),
    )
    if answer is None or answer.answer != "order":
        return False
    await drive.step(diverting.record_order, drive.lease, answer.id)
    return True


async def heard(drive: Drive, direction: str) -> str | None:
    """Have the divert switched by phone with the carrier: what a person says of it.

    An order alone proves nothing (E41). ``None`` when the system is back before the divert was
    made, or failed again before it was ended (E35).
    """
    back = phrase("The phone system is back, no divert is needed any more")
    failed = phrase("The system failed again: leave the divert as it is")
    question = drive.read(
        lambda s: questions.divert_switch(s, drive.plan, drive.incident, direction, drive.now)
    )
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    doers = whom.vcc_administrators(drive.plan)
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(doers)]
    answer = await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: (
            looks.recovery_declared(s, drive.incident) == (direction == "divert-on")
        ),
        why=back if direction == "divert-on" else failed,
    )
    if answer is None:
        return None
    await drive.step(diverting.record_switch, drive.lease, answer.id, direction)
    return answer.answer
