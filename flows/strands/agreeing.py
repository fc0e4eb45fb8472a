"""Agreeing on the date of an exercise: both coordinators confirm, each may move it (R53, D28)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import exercises
from kitart.journal.exercises import ExerciseRecord
from tasks import exercise as steps

HALF = 2
MOST_REMINDED_BEFORE = timedelta(days=1)


async def agree_on_date(drive: Drive) -> None:
    """Ask, wait for both, wait for the date, begin; or stop where they don't confirm in time.

    Returns whenever something has changed: the date, what was confirmed, or that it has begun.
    """
    due_at = await drive.step(steps.ask_dates, drive.lease)
    record = drive.read(lambda s: exercises.get(s, drive.incident))
    if await _confirmed(drive):
        await drive.until(lambda s: _over(s, drive.incident), by=record.starts_at)
        if not drive.read(lambda s: _over(s, drive.incident)):
            await _begin(drive)
        return
    number, seen = drive.incident, _standing(record)

    def heard(session: Session) -> bool:
        now = exercises.get(session, number)
        return now.over or _standing(now) != seen or steps.dates_answered(session, number)

    half = drive.now + (due_at - drive.now) / HALF
    remind_at = max(half, due_at - MOST_REMINDED_BEFORE)
    if await drive.until(heard, by=remind_at) is None:
        if drive.now < due_at:
            await drive.step(steps.remind_of_dates, drive.lease)
        if await drive.until(heard, by=due_at) is None:
            await drive.step(steps.give_up, drive.lease)
            return
    await drive.step(steps.take_dates, drive.lease)


async def _begin(drive: Drive) -> None:
    """Once no other exercise runs."""
    while not await drive.step(steps.begin, drive.lease):
        await drive.until(
            lambda s: _over(s, drive.incident) or exercises.running(s) is None,
            by=drive.now + timedelta(hours=1),
        )


async def _confirmed(drive: Drive) -> bool:
    record = drive.read(lambda s: exercises.get(s, drive.incident))
    wanted = steps.entry_of(drive.plan, record).coordinators
    return set(wanted) <= set(record.confirmed)


def _over(session: Session, number: str) -> bool:
    return exercises.get(session, number).over


def _standing(record: ExerciseRecord) -> tuple[int, tuple[str, ...]]:
    """Changes with each other date and each who confirms, by whatever way."""
    return record.round, record.confirmed
