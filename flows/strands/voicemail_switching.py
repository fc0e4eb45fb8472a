"""Emergency voicemail decided and switched, and switched back: each by a person (R38, A24, D5)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.strands.voicemail_scene import Scene, ask, deciders
from kitart.journal import leading, routing_state, timeline
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import questions, voicemail_questions
from kitart.plan import whom
from kitart.rules.voicemail import Job
from tasks import people
from tasks import voicemail_orders as orders
from tasks import voicemail_switching as switching


async def order(scene: Scene, job: Job) -> None:
    """The account manager of these queues decides, or the crisis team on a notice (A24, E46)."""
    drive = scene.drive
    question = drive.read(
        lambda s: voicemail_questions.order(
            s, scene.plan, drive.incident, job, scene.picture(s), drive.now
        )
    )
    answer = await ask(
        scene,
        question,
        drive.read(lambda s: deciders(s, scene, job)),
        overtaken=scene.otherwise(job),
        why=phrase("The seats have changed, the line is closed, or level 4 has ended"),
    )
    if answer is not None:
        await drive.step(orders.record_order, drive.lease, answer.id, job.queues, job.mode)


async def end(scene: Scene, job: Job) -> None:
    """The way back is a person's decision too (D5)."""
    drive = scene.drive
    question = drive.read(
        lambda s: voicemail_questions.end(
            s, scene.plan, drive.incident, job, scene.picture(s), drive.now
        )
    )
    answer = await ask(
        scene,
        question,
        drive.read(lambda s: deciders(s, scene, job)),
        overtaken=scene.uncovered(job.queues),
        why=phrase("Seats are empty again: the lines stay as they are"),
    )
    if answer is not None:
        await drive.step(orders.record_end, drive.lease, answer.id, job.queues)


async def switch(scene: Scene, job: Job) -> None:
    """The VCC administrator says the word and Kitart switches; silence hands it to the carrier."""
    drive, lines = scene.drive, job.lines
    never_made = all(line.executed_at is None for line in lines)
    not_needed = scene.not_needed(tuple(dict.fromkeys(line.queue for line in lines)))
    moved_on = scene.moved_on(job)
    doers = whom.vcc_administrators(drive.plan)
    question = drive.read(lambda s: _question(s, scene, job, on=True))
    by = drive.now + len(doers) * timedelta(minutes=drive.plan.limits.role_unreachable)
    answer = await ask(
        scene,
        question,
        doers,
        by=by,
        overtaken=lambda s: moved_on(s) or (never_made and not_needed(s)),
        why=phrase("Not needed any more: the seats have changed"),
    )
    if answer is not None:
        await _act(scene, answer, job, on=True)
    elif drive.now < by:
        # Lines that moved on meanwhile stand as the record says; the step leaves them so.
        await drive.step(orders.record_not_needed, drive.lease, lines)
    else:
        nobody = phrase("Nobody has answered: the carrier is asked to divert")
        await drive.step(people.withdraw_question, drive.lease, question.key, nobody)
        await drive.step(switching.record_cannot, drive.lease, None, lines, on=True)


async def switch_back(scene: Scene, job: Job) -> None:
    """The same on the way back, where nothing else is left to fall back on: it is waited for."""
    drive = scene.drive
    question = drive.read(lambda s: _question(s, scene, job, on=False))
    answer = await ask(scene, question, whom.vcc_administrators(drive.plan))
    if answer is not None:
        await _act(scene, answer, job, on=False)


async def divert(scene: Scene, job: Job) -> None:
    """Kitart can't switch these lines: the carrier can, phoned by a person (D19, E41)."""
    drive = scene.drive
    lines = [drive.plan.line(line.line) for line in job.lines]
    question = drive.read(
        lambda s: questions.carrier_task(
            s, scene.plan, drive.incident, f"{drive.incident}:{job.key}", "voicemail-divert",
            lines, drive.now, on=True,
        )
    )  # fmt: skip
    lead = drive.read(lambda s: leading.ert_lead(s, drive.plan, drive.incident))
    doers = whom.vcc_administrators(drive.plan)
    # Where none of them answered before, the ERT lead does not wait for them once more.
    order = (lead, *doers) if job.lines[0].nobody else (*doers, lead)
    answer = await ask(scene, question, tuple(dict.fromkeys(order)))
    if answer is not None:
        await drive.step(switching.record_divert, drive.lease, answer.id, job.lines)


async def _act(scene: Scene, answer: Approval, job: Job, *, on: bool) -> None:
    doing = {
        voicemail_questions.SWITCH: switching.switch,
        voicemail_questions.DONE: switching.record_by_hand,
        voicemail_questions.CANNOT: switching.record_cannot,
    }[answer.answer or ""]
    await scene.drive.step(doing, scene.drive.lease, answer.id, job.lines, on=on)


def _question(session: Session, scene: Scene, job: Job, *, on: bool) -> Question:
    """With the words of what came before, when it is put to people once more."""
    said = [
        str(entry.data.get("said", ""))
        for entry in timeline.entries(session, scene.drive.incident, *routing_state.OF_A_LINE)
        if entry.data.get("line") == job.lines[0].line
    ]
    return voicemail_questions.switch(
        session, scene.plan, scene.drive.incident, job, said[-1] if said else "",
        scene.drive.now, on=on,
    )  # fmt: skip
