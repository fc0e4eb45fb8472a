"""Carrying out an exercise: injects at their times, and what comes of them (R52, D4)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, beside
from kitart.journal import exercises
from tasks import contact_call as call
from tasks import exercise as steps


async def play_story(drive: Drive) -> None:
    """Give each inject at its time and measure what comes; end when all is measured, or when the
    scenario's time is up."""
    record = drive.read(lambda s: exercises.get(s, drive.incident))
    scenario = drive.plan.scenario(record.scenario or "")
    ends_at = steps.due_of(record, scenario, scenario.lasts_minutes)
    async with beside(keep_measured(drive)):
        for inject in sorted(scenario.injects, key=lambda each: each.at):
            due_at = steps.due_of(record, scenario, inject.at)
            if await drive.until(lambda s: _over(s, drive.incident), by=due_at):
                return
            await drive.step(steps.give, drive.lease, inject.id)
        await drive.until(
            lambda s: _over(s, drive.incident) or steps.all_measured(s, drive.plan, drive.incident),
            by=ends_at,
        )
    if drive.read(lambda s: _over(s, drive.incident)):
        return
    await drive.step(steps.take_answers, drive.lease)
    await drive.step(steps.measure, drive.lease, last=True)
    await drive.step(steps.end, drive.lease)


async def keep_measured(drive: Drive) -> None:
    """Each answer is taken and each step measured as it comes."""
    while True:
        await drive.until(
            lambda s: (
                steps.answers_wait(s, drive.incident)
                or steps.measurable(s, drive.plan, drive.incident)
            )
        )
        await drive.step(steps.take_answers, drive.lease)
        await drive.step(steps.measure, drive.lease)


async def play_contact_call(drive: Drive) -> None:
    """The test of the contact list, under this record: it asks, reminds and evaluates by itself."""
    number = await drive.step(call.open_call, drive.lease)
    if number is None:
        return
    limit = drive.now + timedelta(minutes=2 * drive.plan.limits.contact_test)
    await drive.until(lambda s: _over(s, drive.incident) or call.is_over(s, number), by=limit)
    if not drive.read(lambda s: _over(s, drive.incident)):
        await drive.step(call.measure_call, drive.lease, number)
        await drive.step(steps.end, drive.lease)


def _over(session: Session, number: str) -> bool:
    return exercises.get(session, number).over
