"""Emergency voicemail heard, listened to and looked at again, and its end proved (E45, R42)."""

from __future__ import annotations

from datetime import timedelta

from flows.strands.deciding import Turn, first_answer
from flows.strands.voicemail_scene import Scene, ask, listener, testers
from kitart.language import phrase
from kitart.messaging import voicemail_proof_questions as questions
from kitart.messaging.line_calls import can_call
from kitart.plan import whom
from kitart.rules.voicemail import Job
from kitart.rules.voicemail_lines import OVERFLOW
from tasks import own_calls, voicemail_care, voicemail_proof


async def test(scene: Scene, job: Job) -> None:
    """An order and a switch prove nothing: Kitart calls the line, else somebody does (E41, E45)."""
    drive, (line,) = scene.drive, job.lines
    # An overflow is heard by those whom nobody answers: that can take longer than any call of ours.
    if line.mode != OVERFLOW and can_call(drive.inst):
        if await drive.step(own_calls.prove_voicemail, drive.lease, line, job.key):
            return
        if drive.read(scene.moved_on(job)):
            return
    question = drive.read(
        lambda s: questions.line_test(s, scene.plan, drive.incident, job, drive.now)
    )
    answer = await ask(
        scene,
        question,
        drive.read(lambda s: testers(s, scene, job)),
        overtaken=scene.moved_on(job),
        why=phrase("The line was switched again meanwhile"),
    )
    if answer is not None:
        await drive.step(voicemail_proof.record_test, drive.lease, answer.id, line)


async def test_back(scene: Scene, job: Job) -> None:
    """Answered again: by a call record, by a call of our own, else by a person who calls (E45)."""
    drive, (line,) = scene.drive, job.lines
    if await drive.step(voicemail_proof.prove_back_by_records, drive.lease, line):
        return
    if can_call(drive.inst):
        if await drive.step(own_calls.prove_back, drive.lease, line, job.key):
            return
        if drive.read(scene.moved_on(job)):
            return
    question = drive.read(
        lambda s: questions.normal_test(s, scene.plan, drive.incident, job, drive.now)
    )
    answer = await ask(
        scene,
        question,
        drive.read(lambda s: testers(s, scene, job)),
        overtaken=scene.moved_on(job),
        why=phrase("The line was switched again meanwhile"),
    )
    if answer is not None:
        await drive.step(voicemail_proof.record_back_test, drive.lease, answer.id, line)


async def box(scene: Scene, job: Job) -> None:
    """The box has an owner from the first message on (E45)."""
    drive = scene.drive
    question = drive.read(lambda s: questions.box(s, scene.plan, drive.incident, job, drive.now))
    owners = whom.box_owners(drive.plan, job.lines[0].project, drive.now)
    answer = await ask(scene, question, owners)
    if answer is not None:
        await drive.step(voicemail_care.record_box, drive.lease, answer.id, job.lines)


async def callbacks(scene: Scene, job: Job) -> None:
    """Who listened says how many were called back; at the due time the others are asked too."""
    drive = scene.drive
    question = drive.read(
        lambda s: questions.callbacks(s, scene.plan, drive.incident, job, drive.now)
    )
    first = drive.read(lambda s: listener(s, scene, job))
    due_at = question.due_at or drive.now
    wait = timedelta(minutes=drive.plan.limits.role_unreachable)
    others = (first, *whom.box_owners(drive.plan, job.lines[0].project, drive.now))
    later = [Turn(who, due_at + n * wait) for n, who in enumerate(others)]
    answer = await first_answer(drive, question, [Turn(first, drive.now), *later])
    if answer is not None:
        await drive.step(voicemail_care.record_callbacks, drive.lease, answer.id, job.lines)


async def check(scene: Scene, job: Job) -> None:
    """At an opening each line is read back: the phone system may have ended it by itself (E45)."""
    await scene.drive.step(voicemail_care.check, scene.drive.lease, job.lines[0], job.key)


async def note(scene: Scene, job: Job) -> None:
    """Since when a queue is covered goes into the record (D7)."""
    await scene.drive.step(voicemail_care.note_cover, scene.drive.lease, job.queues[0])
