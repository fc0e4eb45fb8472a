"""Agents who move: is the place good enough, do they come in time? (A4, A29, E10-E12)"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from flows.driving import Drive
from flows.strands.deciding import Turn, first_answer
from kitart.journal import cover_facts, leading, outage_reports
from kitart.journal.tables import OutageReport
from kitart.language import phrase
from kitart.messaging import cover_questions as questions
from kitart.plan import whom

BACK = phrase("The agent is back, or has said something else since")


async def follow_those_who_move(drive: Drive) -> None:
    """For each agent with a forecast within the time: the place is accepted by a supervisor, and
    after ten minutes the account manager decides whether to wait on."""
    begun: set[int] = set()
    async with asyncio.TaskGroup() as group:
        while True:
            found = await drive.until(lambda s: [r for r in _moving(drive, s) if r.id not in begun])
            for report in found or ():
                begun.add(report.id)
                if report.can_move == outage_reports.YES:
                    group.create_task(_have_place_accepted(drive, report))
                group.create_task(_decide_again(drive, report))


def _moving(drive: Drive, session: Session) -> list[OutageReport]:
    limit = drive.plan.limits.relocate_forecast
    facts = cover_facts.facts_of(session, drive.plan, drive.incident, drive.now)
    return [
        report
        for report in outage_reports.of_incident(session, drive.incident)
        if report.ended_at is None
        and facts.back_in_time(cover_facts.out_of(drive.plan, report, drive.now), limit)
    ]


def _over(drive: Drive, report: OutageReport, session: Session) -> bool:
    rows = outage_reports.of_incident(session, drive.incident)
    return any(row.id == report.id and row.ended_at is not None for row in rows)


async def _have_place_accepted(drive: Drive, report: OutageReport) -> None:
    """The agent confirms the list, the supervisor accepts (A29); rejected is not moved (E12)."""
    question = questions.place(drive.plan, report, drive.now)
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    askable = whom.to_phone(drive.plan, report.project, drive.now)
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    await first_answer(
        drive, question, turns, overtaken=lambda s: _over(drive, report, s), why=BACK
    )


async def _decide_again(drive: Drive, report: OutageReport) -> None:
    out = cover_facts.out_of(drive.plan, report, drive.now)
    back: datetime | None = out.live_again_at
    at = report.occurred_at + timedelta(minutes=drive.plan.limits.relocate_recheck)
    if back is None or back <= at or await drive.until(lambda s: _over(drive, report, s), by=at):
        return
    manager = drive.plan.project(report.project).account_manager
    question = questions.relocation(drive.plan, report, manager, back, drive.now)
    patience = timedelta(minutes=drive.plan.limits.role_unreachable)
    askable = drive.read(lambda s: leading.deciders(s, drive.plan, drive.incident, manager))
    turns = [Turn(person, drive.now + n * patience) for n, person in enumerate(askable)]
    await first_answer(
        drive, question, turns, by=back, overtaken=lambda s: _over(drive, report, s), why=BACK
    )
