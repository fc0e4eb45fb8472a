"""A system that people look at, because no probe of ours does: what fails, does it work again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from flows.driving import Drive, beside
from flows.strands.deciding import Overtaken, Turn, first_answer
from flows.strands.monitor_says_over import remind_when_over
from kitart.journal import by_word, incidents, leading, looks
from kitart.journal.approvals import Question
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import client_questions as questions
from kitart.messaging.input_questions import is_used
from kitart.plan.inputs import is_input
from kitart.reports import drafts
from kitart.rules.system_state import Picture
from tasks import by_word as words

OVER = phrase("It is over")


async def assess(drive: Drive) -> None:
    """Have somebody look at the client's system and collect the data for the report (R44)."""
    question = drive.read(lambda s: questions.assessment(s, drive.plan, drive.incident, drive.now))
    answer = await ask_those_who_see_it(
        drive, question, overtaken=lambda s: looks.recovery_declared(s, drive.incident)
    )
    if answer is not None:
        await drive.step(words.record_assessment, drive.lease, answer.id)


async def ask_whether_it_works(drive: Drive) -> None:
    """While it is down, ask people whether it works again: nobody else can see it.

    A monitor's "it is over" is a reason to ask at once, never an answer.
    """
    while True:
        await drive.until(lambda s: _unseen(drive, s))
        asked_last, look_at = drive.read(lambda s: _time_to_ask(drive, s))
        await drive.until(
            lambda s, since=asked_last: by_word.monitor_said_over(s, drive.incident, since),  # type: ignore[misc]
            by=look_at,
        )
        if not drive.read(lambda s: _unseen(drive, s)):
            continue
        question = drive.read(
            lambda s: _again(drive)(s, drive.plan, drive.incident, _unseen(drive, s), drive.now)
        )
        # The page stays open until it works: the next person is asked when news are due.
        # Not while it comes and goes (E34).
        steady = partial(_is_steady, drive)
        async with beside(remind_when_over(drive, question, steady)):
            answer = await ask_those_who_see_it(
                drive,
                question,
                patience=_news_every(drive),
                overtaken=lambda s: not _unseen(drive, s),
            )
        if answer is not None:
            await drive.step(words.record_word, drive.lease, answer.id)


async def ask_those_who_see_it(
    drive: Drive,
    question: Question,
    *,
    overtaken: Overtaken,
    patience: timedelta | None = None,
    why: str = OVER,
) -> Approval | None:
    """Ask the supervisors on duty, then the account managers and the ERT lead; for a system of
    the company the IT manager, for an input its owner first. ``None`` when events overtook the
    question."""
    wait = patience or timedelta(minutes=drive.plan.limits.role_unreachable)
    people = drive.read(lambda s: leading.lookers(s, drive.plan, drive.incident, drive.now))
    turns = [Turn(person, drive.now + n * wait) for n, person in enumerate(people)]
    return await first_answer(drive, question, turns, overtaken=overtaken, why=why)


def _is_steady(drive: Drive, session: Session) -> bool:
    return _picture(drive, session).state != "unstable"


def _again(drive: Drive) -> Callable[..., Question]:
    """How it is asked whether it works again: of an input, whether it is here and used."""
    return is_used if is_input(drive.system.id) else questions.works_again


def _picture(drive: Drive, session: Session) -> Picture:
    return looks.system_picture(session, drive.plan, drive.incident, drive.now)


def _unseen(drive: Drive, session: Session) -> tuple[str, ...]:
    """The systems of this incident that are down and that only people can see: its own, and those
    of the same fault that joined it."""
    joined = looks.joined_down(session, drive.plan, drive.incident)
    own = drive.system
    if own.probe is None and _picture(drive, session).state != "up":
        return (own.id, *joined)
    return joined


def _time_to_ask(drive: Drive, session: Session) -> tuple[datetime, datetime]:
    """When people were asked last, and when to ask them again: soon after it failed, then as
    often as the client is promised news."""
    seen = _picture(drive, session)
    failed_at = seen.since or incidents.get(session, drive.incident).opened_at
    asked_at = by_word.last_settled_at(session, drive.incident, questions.WORKS_AGAIN)
    if asked_at is None or asked_at < failed_at:
        return failed_at, failed_at + timedelta(minutes=drive.plan.limits.relocate_recheck)
    return asked_at, asked_at + _news_every(drive)


def _news_every(drive: Drive) -> timedelta:
    rhythms = [
        drive.read(lambda s, c=client: drafts.rhythm_of(s, drive.plan, drive.incident, c))  # type: ignore[misc]
        for client in drive.clients
    ]
    longest = timedelta(minutes=drive.plan.limits.update_other)
    return min((rhythm.update for rhythm in rhythms), default=longest)
