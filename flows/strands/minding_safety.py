"""Safety first: whoever is not safe, or is not heard of, is phoned by a person (D13, E17, E18)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.alerts.workplace import ROLL_CALL
from kitart.journal import outage_reports
from kitart.journal.outage_reports import IN_DANGER
from kitart.journal.tables import OutageReport
from kitart.language import phrase
from kitart.messaging import safety_questions as questions
from kitart.plan import whom
from tasks import safety as steps


async def mind_safety(drive: Drive) -> None:
    """Have each agent phoned who says so, or whom nobody has heard of; until one is reached."""
    begun: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(
                lambda s: [r for r in _in_danger(drive, s) if r.id not in begun]
            )
            for report in found or ():
                begun.add(report.id)
                group.create_task(_until_reached(drive, report))


def _in_danger(drive: Drive, session: Session) -> list[OutageReport]:
    return [
        report
        for report in outage_reports.of_incident(session, drive.incident)
        if report.ended_at is None and (report.safe in IN_DANGER or report.role == ROLL_CALL)
    ]


async def _until_reached(drive: Drive, report: OutageReport) -> None:
    """Supervisors on duty, the account manager, the deputy; then all over again."""
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    time = 1
    while True:
        question = questions.safety(drive.plan, report, time, drive.now)
        order = whom.to_phone(drive.plan, report.project, drive.now)
        # After "not reached" the next in the order is the first to be asked.
        place = (time - 1) % len(order)
        turns = [
            Turn(person, drive.now + n * patience)
            for n, person in enumerate(order[place:] + order[:place])
        ]
        answer = await first_answer(
            drive,
            question,
            turns,
            overtaken=lambda s: report.id not in {r.id for r in _in_danger(drive, s)},
            why=phrase("The agent has been heard of"),
        )
        if answer is None:
            return
        await drive.step(steps.record_safety, drive.lease, answer.id, report.id)
        if answer.answer != questions.UNREACHED:
            return
        time += 1
        await drive.until(
            lambda s: report.id not in {r.id for r in _in_danger(drive, s)},
            by=drive.now + patience,
        )
