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
        start = drive.read(lambda s: by_word.start_of_logging(s, drive.incident))
        if start is not None:
            # Once more, for a run that died before everybody was told; told is told once.
            await drive.step(words.record_manual_logging, drive.lease, start)
            await drive.until(lambda s: _back(drive, s))
            await _stopped(drive)
            continue
        await drive.until(lambda s: _undecided(drive, s))
        await _ask_to_start(drive)


def _undecided(drive: Drive, session: Session) -> bool:
    """Whether calls can't be logged as usual, and nobody has decided about it in this failure."""
    if not looks.effect_confirmed(session, drive.incident) or _back(drive, session):
        return False
    seen = looks.system_picture(session, drive.plan, drive.incident, drive.now)
    asked_at = by_word.last_settled_at(session, drive.incident, questions.MANUAL_LOG)
    return asked_at is None or (bool(seen.spans) and asked_at < seen.spans[-1].start)


async def _ask_to_start(drive: Drive) -> None:
    question = drive.read(lambda s: questions.manual_log(s, drive.plan, drive.incident, drive.now))
    answer = await ask_those_who_see_it(drive, question, overtaken=lambda s: _back(drive, s))
    if answer is not None:
        await drive.step(words.record_manual_logging, drive.lease, answer.id)


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
