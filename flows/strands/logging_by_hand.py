"""Logging calls by hand: decided, started, and stopped with a count, by people (R46, A22)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.assessing import ask_those_who_see_it
from kitart.journal import by_word, looks
from kitart.language import phrase
from kitart.messaging import client_questions as questions
from tasks import by_word as words


async def log_by_hand(drive: Drive) -> None:
    """Ask whether calls are logged by hand; once the system is back and tested, have it stopped
    and counted.

    A relapse puts the question anew, for what was counted is closed.
    """
    while drive.system.may_need_manual_logging:
        await drive.until(
            lambda s: looks.effect_confirmed(s, drive.incident) and not _back(drive, s)
        )
        going_on = drive.read(lambda s: by_word.logging_by_hand(s, drive.incident))
        if going_on or await _started(drive):
            await drive.until(lambda s: _back(drive, s))
            await _stopped(drive)
        await drive.until(lambda s: _back(drive, s))


async def _started(drive: Drive) -> bool:
    question = drive.read(lambda s: questions.manual_log(s, drive.plan, drive.incident, drive.now))
    answer = await ask_those_who_see_it(drive, question, overtaken=lambda s: _back(drive, s))
    if answer is None:
        return False
    return bool(await drive.step(words.record_manual_logging, drive.lease, answer.id))


async def _stopped(drive: Drive) -> None:
    question = drive.read(
        lambda s: questions.manual_log_stop(s, drive.plan, drive.incident, drive.now)
    )
    answer = await ask_those_who_see_it(
        drive,
        question,
        overtaken=lambda s: not _back(drive, s),
        why=phrase("The system failed again: go on logging by hand"),
    )
    if answer is not None:
        await drive.step(words.record_logging_ended, drive.lease, answer.id)


def _back(drive: Drive, session: Session) -> bool:
    return looks.proved_again(session, drive.plan, drive.incident, drive.now)
