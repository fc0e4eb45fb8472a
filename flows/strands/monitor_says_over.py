"""A monitor says that it is over: a reason to ask people once more, never an answer (E34, D7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from kitart.journal import by_word, incidents
from kitart.journal.approvals import Question
from tasks import by_word as words


def _always(_session: Session) -> bool:
    return True


async def remind_when_over(
    drive: Drive, question: Question, when: Callable[[Session], bool] = _always
) -> None:
    """Whoever was asked gets the question once more when a monitor says that it is over, if
    ``when`` agrees; once in a while only. Never ends by itself.

    What a monitor said after it was asked, while no run drove the incident, counts too (D21).
    """
    after = drive.read(lambda s: by_word.last_entry_before(s, question))
    while True:
        await drive.until(
            lambda s, after=after: (  # type: ignore[misc]
                by_word.said_over_after(s, drive.incident, after) and when(s)
            )
        )
        await drive.step(words.remind, drive.lease, question.key)
        await drive.sleep_until(drive.now + timedelta(minutes=drive.plan.limits.relocate_recheck))
        after = drive.read(lambda s: incidents.get(s, drive.incident).entries)
