"""Watching the system until it is back, has held, and is proved (E31, E34, E35, E41)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import incidents, looks
from kitart.language import phrase
from kitart.messaging import questions
from kitart.messaging.line_calls import can_call
from kitart.plan import whom
from tasks import by_word, filing, own_calls, watching


async def watch(drive: Drive) -> None:
    """Look at the system each minute; every look is kept, a change goes into the timeline."""
    while True:
        await drive.step(watching.look, drive.lease)
        await drive.sleep_until(drive.now + timedelta(minutes=1))


async def recover(drive: Drive) -> None:
    """Declare the recovery once the system is up, proved by calls, and has held long enough.

    A relapse begins it anew and reopens the incident (E35): what was proved before counts no more.
    """
    while True:
        await drive.until(lambda s: _up_since(drive)(s) or _fell_back(drive, s))
        if drive.read(lambda s: _fell_back(drive, s)):
            await drive.step(watching.reopen, drive.lease)
        up_since = drive.read(_up_since(drive))
        if up_since is None:
            continue
        if not drive.read(lambda s: looks.recovery_declared(s, drive.incident)):
            if not await proved(drive, up_since):
                continue
            # A probe that never saw the failure counts from the proof on.
            up_since = await drive.until(_up_since(drive)) or up_since
            if not await held(drive, up_since):
                continue
            if not await joined_are_back(drive, up_since):
                continue
            await drive.step(watching.declare_recovery, drive.lease, up_since)
        await drive.until(_down_again(drive, up_since))
        await drive.step(watching.reopen, drive.lease)


async def proved(drive: Drive, up_since: datetime) -> bool:
    """Prove that the system does again what it is for; ``False`` if it falls back before."""
    if drive.system.carries_calls:
        return await proved_by_calls(drive, up_since)
    if drive.system.probe == "sharepoint":
        return await proved_by_filing(drive, up_since)
    # Nobody but a person saw it work: the word that it does is the proof.
    await drive.step(by_word.prove_by_word, drive.lease)
    return True


async def proved_by_filing(drive: Drive, up_since: datetime) -> bool:
    """SharePoint is proved by taking all that waited for it (D18, E42)."""
    fell_back = _not_up_since(drive, up_since)
    await drive.until(
        lambda s: fell_back(s) or not filing.anything_to_file(s, drive.plan, drive.incident)
    )
    if drive.read(fell_back):
        return False
    await drive.step(filing.record_all_filed, drive.lease, up_since)
    return True


async def proved_by_calls(drive: Drive, up_since: datetime) -> bool:
    """Calls reach the phone system: by call records, by calls of our own, else by a person's."""
    attempt = 1
    while drive.read(_up_since(drive)) == up_since:
        unproved = await drive.step(watching.prove_by_call_records, drive.lease, up_since)
        if unproved and can_call(drive.inst):
            occasion = f"system back:{up_since.isoformat()}:{attempt}"
            unproved = await drive.step(own_calls.prove_lines, drive.lease, unproved, occasion)
            if drive.read(_not_up_since(drive, up_since)):
                return False
        if not unproved:
            return True
        question = drive.read(
            lambda s, lines=unproved, n=attempt: questions.test_call(  # type: ignore[misc]
                s, drive.plan, drive.incident, lines, up_since, n, drive.now
            )
        )
        patience = timedelta(minutes=drive.plan.limits.role_unreachable)
        callers = whom.vcc_administrators(drive.plan)
        turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(callers)]
        by = drive.now + (len(turns) + 1) * patience
        answer = await first_answer(
            drive,
            question,
            turns,
            by=by,
            overtaken=_not_up_since(drive, up_since),
            why=phrase("The system failed again, so the test has to wait"),
        )
        if answer and answer.answer == "answered":
            called = await drive.step(watching.record_test_calls, drive.lease, answer.id)
            if set(unproved) <= set(called):
                return True
            attempt += 1  # the question was of a run before this one, which knew of more records
            continue
        await drive.step(watching.not_proved, drive.lease, question.key, attempt)
        # Asked again after a while, unless the system has failed again meanwhile.
        await drive.until(_not_up_since(drive, up_since), by=drive.now + patience)
        attempt += 1
    return False


async def held(drive: Drive, up_since: datetime) -> bool:
    """Wait until the system has been up for the stable time; ``False`` if it falls back."""
    stable_at = up_since + timedelta(minutes=drive.plan.limits.stable_before_recovered)
    fell_back = await drive.until(_not_up_since(drive, up_since), by=stable_at)
    return not fell_back


async def joined_are_back(drive: Drive, up_since: datetime) -> bool:
    """Wait for the other systems of the same fault that joined this incident (E44); ``False`` if
    this one falls back before."""
    fell_back = _not_up_since(drive, up_since)
    await drive.until(
        lambda s: fell_back(s) or not looks.joined_down(s, drive.plan, drive.incident)
    )
    return not drive.read(fell_back)


def _fell_back(drive: Drive, session: Session) -> bool:
    """Whether a recovery is declared that does not hold: also one seen while no run was there."""
    recovered_at = incidents.get(session, drive.incident).recovered_at
    if recovered_at is None or not looks.recovery_declared(session, drive.incident):
        return False
    return _down_again(drive, recovered_at)(session)


def _not_up_since(drive: Drive, up_since: datetime) -> Callable[[Session], bool]:
    return lambda session: _up_since(drive)(session) != up_since


def _down_again(drive: Drive, up_since: datetime) -> Callable[[Session], bool]:
    def question(session: Session) -> bool:
        seen = looks.system_picture(session, drive.plan, drive.incident, drive.now)
        return any(span.start > up_since for span in seen.spans)

    return question


def _up_since(drive: Drive) -> Callable[[Session], datetime | None]:
    def question(session: Session) -> datetime | None:
        return looks.seen_up_since(session, drive.plan, drive.incident, drive.now)

    return question
