"""Signing off a report of the company's own: step after step, each by another person (c21, t22)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Literal, Protocol

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import approvals
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from tasks import people

Outcome = Literal["approved", "sent back", "stale"]
APPROVE = "approve"
NEXT_PERSON_AFTER, AGAIN_AFTER = timedelta(days=1), timedelta(days=2)


class Asked(Protocol):
    """A step of a sign-off: what is asked, and of whom, in the order to be asked."""

    @property
    def question(self) -> Question:
        """The question."""

    @property
    def people(self) -> tuple[str, ...]:
        """Who may answer it."""


async def signed_off(
    drive: Drive,
    steps: Sequence[Asked],
    fits: Callable[[Session], bool],
    send_back: Callable[[int], Awaitable[None]],
) -> Outcome:
    """Each step after the other: after a day of silence the next person is asked too, and then all
    of them again every second day.

    ``fits`` is whether the version still says what the record says (D6); ``send_back`` hears of the
    answer (its number) of somebody who wants it changed.
    """
    for step in steps:
        outcome = await _answer(drive, step, fits, send_back)
        if outcome != "approved":
            return outcome
    return "approved"


async def _answer(
    drive: Drive,
    step: Asked,
    fits: Callable[[Session], bool],
    send_back: Callable[[int], Awaitable[None]],
) -> Outcome:
    def settled(session: Session) -> Approval | Literal["stale"] | None:
        row = approvals.with_key(session, step.question.key)
        if row is not None and row.state == "answered":
            return row
        return None if fits(session) else "stale"

    found = drive.read(settled)
    for person in step.people:
        if found:
            break
        await drive.step(people.ask, drive.lease, step.question, person)
        found = await drive.until(settled, by=drive.now + NEXT_PERSON_AFTER)
    while not found:
        day = drive.now.date().toordinal()
        for person in step.people:
            await drive.step(people.ask_again, drive.lease, step.question.key, person, day)
        found = await drive.until(settled, by=drive.now + AGAIN_AFTER)
    if not isinstance(found, Approval):
        return "stale"
    if found.answer == APPROVE:
        return "approved"
    await send_back(found.id)
    return "sent back"
