"""Closing the incident: a person's decision (D5); a false alarm is closed with its reason (E32)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive, together
from flows.strands.deciding import Turn, first_answer
from flows.strands.publishing import Wanted, publish
from kitart.journal import approvals, incidents, leading, looks
from kitart.language import phrase
from kitart.messaging import questions
from kitart.reports import drafts
from tasks import closing


async def close_by_decision(drive: Drive) -> bool:
    """The ERT lead closes the incident once the clients have their closing reports.

    ``False`` when the system failed again before that (E35).
    """
    await drive.until(
        lambda s: (
            looks.recovery_declared(s, drive.incident)
            and drafts.all_served(s, drive.incident, drive.clients)
        )
    )
    question = drive.read(lambda s: questions.closing(s, drive.plan, drive.incident, drive.now))
    askable = drive.read(lambda s: leading.ert_with_lead_first(s, drive.plan, drive.incident))
    turns = [Turn(person, drive.now + n * timedelta(hours=1)) for n, person in enumerate(askable)]
    decision = await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: not looks.recovery_declared(s, drive.incident),
        why=phrase("The system failed again"),
    )
    if decision is None:
        return False
    await drive.step(closing.close, drive.lease, decision.id)
    return True


def closed_already(drive: Drive) -> bool:
    """Whether the incident was closed before, and only its filing may be left."""
    return drive.read(lambda s: incidents.get(s, drive.incident).closed_at is not None)


def known_false_alarm(drive: Drive) -> str | None:
    """The reason of a false alarm that an earlier run did not live to close; else ``None``."""

    def reason(session: Session) -> str | None:
        row = incidents.get(session, drive.incident)
        if row.state != "false alarm" or row.closed_at is not None:
            return None
        answer = approvals.with_key(session, f"{drive.incident}:priority")
        return (answer.note if answer else None) or "no reason given"

    return drive.read(reason)


async def close_as_false_alarm(drive: Drive, reason: str) -> None:
    """Withdraw every open question, correct what clients were told, close with the reason."""
    await drive.step(closing.false_alarm, drive.lease, reason)
    clients = drive.clients
    told = drive.read(lambda s: [one for one in clients if drafts.told(s, drive.incident, one)])
    await together(*[correct(drive, client) for client in told])
    await drive.step(closing.close_false_alarm, drive.lease, reason)


async def correct(drive: Drive, client: str) -> None:
    """The correction to whoever was told, approved like any report (E32)."""
    due_at = drive.now + timedelta(minutes=drive.plan.limits.first_notice_p1)
    while not drive.read(lambda s: drafts.was_sent(s, drive.incident, client, "correction")):
        if await publish(drive, Wanted(client, "correction", 1, due_at)) == "refused":
            return
