"""The reports inside the company and to the supplier (R47, R48, requirements §8 rows 1-3)."""

from __future__ import annotations

from datetime import timedelta

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import looks
from kitart.language import phrase
from kitart.messaging import questions
from kitart.plan import whom
from kitart.reports import drafts
from tasks import faults


async def submit_reports(drive: Drive) -> None:
    """Internal fault report at once; supplier fault report after the first check; its ticket."""
    await drive.step(faults.report_internally, drive.lease)
    await drive.until(
        lambda s: (
            looks.effect_confirmed(s, drive.incident) or looks.recovery_declared(s, drive.incident)
        )
    )
    if not await drive.step(faults.report_to_supplier, drive.lease):
        return
    question = drive.read(lambda s: questions.ticket(s, drive.plan, drive.incident, drive.now))
    patience = timedelta(minutes=drive.plan.limits.classify)
    askable = whom.it_managers(drive.plan)
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    answer = await first_answer(
        drive,
        question,
        turns,
        overtaken=lambda s: looks.recovery_declared(s, drive.incident),
        why=phrase("The incident is over; a ticket number is not needed any more"),
    )
    if answer is not None:
        await drive.step(faults.record_ticket, drive.lease, answer.id)


async def assess_data_protection(drive: Drive) -> None:
    """Were personal data hit? Asked in every case of the data protection contact (§8, row 8)."""
    await drive.until(lambda s: looks.effect_confirmed(s, drive.incident))
    question = drive.read(
        lambda s: questions.data_protection(s, drive.plan, drive.incident, drive.now)
    )
    patience = timedelta(hours=drive.plan.limits.reopen_within_hours) / 2
    askable = whom.data_protection(drive.plan)
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    await first_answer(drive, question, turns, by=drive.now + 2 * patience)


async def ask_findings(drive: Drive) -> None:
    """After the recovery: the cause and what will be done about it (c9), from the IT manager; of a
    client's system the account manager says what the client has said."""
    await drive.until(lambda s: looks.recovery_declared(s, drive.incident))
    question = drive.read(lambda s: questions.findings(s, drive.plan, drive.incident, drive.now))
    patience = timedelta(hours=drive.plan.limits.reopen_within_hours) / 2
    askable = whom.it_managers(drive.plan)
    if drive.system.managed_by == "client":
        askable = whom.managers_of_client(drive.plan, drive.clients[0])
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    await first_answer(drive, question, turns, by=drive.now + len(turns) * patience)


async def warn_of_recovery_time(drive: Drive) -> None:
    """At half and at all of the recovery time: the leads are told (reports §9 step 7)."""
    for share in drive.plan.limits.rto_warning_shares:
        at = drive.read(
            lambda s, share=share: drafts.warning_moment(s, drive.plan, drive.incident, share)  # type: ignore[misc]
        )
        await drive.until(lambda s: looks.recovery_declared(s, drive.incident), by=at)
        # While it is up and being watched nothing is running out: the recovery counts from then.
        await drive.until(
            lambda s: (
                looks.recovery_declared(s, drive.incident)
                or not drafts.system_up(s, drive.plan, drive.incident, drive.now)
            )
        )
        if drive.read(lambda s: looks.recovery_declared(s, drive.incident)):
            return
        await drive.step(faults.warn_recovery_time, drive.lease, share)
