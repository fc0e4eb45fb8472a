"""A monitor says that it is over: a reason to ask people once more, never an answer (E34, D7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import approvals, by_word
from kitart.journal.approvals import Question
from tasks import by_word as words


def _always(_session: Session) -> bool:
    return True


def _asked_at(session: Session, question: Question) -> datetime | None:
    row = approvals.with_key(session, question.key)
    return row.asked_at if row is not None else None


async def remind_when_over(
    drive: Drive, question: Question, when: Callable[[Session], bool] = _always
) -> None:
    """Whoever was asked gets the question once more when a monitor says that it is over, if
    ``when`` agrees; once in a while only. Never ends by itself.

    What a monitor said after it was asked, while no run drove the incident, counts too (D21).
    """
    since = drive.read(lambda s: _asked_at(s, question)) or drive.now
    while True:
        await drive.until(
            lambda s, since=since: (  # type: ignore[misc]
                by_word.monitor_said_over(s, drive.incident, since) and when(s)
            )
        )
        await drive.step(words.remind, drive.lease, question.key)
        await drive.sleep_until(drive.now + timedelta(minutes=drive.plan.limits.relocate_recheck))
        since = drive.now
