"""An agent is not safe, or is not heard of: somebody phones before all else (D13, E17, E18)."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.journal.approvals import Question
from kitart.journal.outage_reports import IN_DANGER
from kitart.journal.tables import OutageReport
from kitart.language import Phrase, phrase
from kitart.messaging.questions import option
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Plan

SAFETY = "safety"
SAFE, HELP, UNREACHED = "safe", "help", "not-reached"
EUROPE = "112"


def safety(plan: Plan, report: OutageReport, time: int, now: datetime) -> Question:
    """Phone the agent and say how it is; ``time`` counts the askings, from 1."""
    agent = plan.agent(report.agent)
    numbers = [c.address for c in agent.channels if c.kind in PHONES]
    number = plan.company.emergency_numbers.get(agent.country, EUROPE)
    return Question(
        key=f"{report.incident}:{SAFETY}:{report.id}:{time}",
        incident=report.incident or "",
        kind=SAFETY,
        title=_title(report),
        text=phrase(
            "Phone {agent} now: {numbers}. Where life is in danger call the emergency services of "
            "{country}: {emergency}. Nobody asks the agent to work or to move.",
            agent=report.agent, numbers=", ".join(dict.fromkeys(numbers)),
            country=agent.country, emergency=number,
        ),
        options=[
            option(SAFE, phrase("Reached, and safe"), phrase("It is in the record"), "optional"),
            option(
                HELP, phrase("Help is on its way"), phrase("It is in the record; say who helps"),
                "required",
            ),
            option(
                UNREACHED, phrase("Not reached"),
                phrase("The next one is asked too, and you again"), "optional",
            ),
        ],
        known=[],
        due_at=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip


def _title(report: OutageReport) -> Phrase:
    if report.safe in IN_DANGER:
        return phrase("{agent} is not safe: phone now", agent=report.agent)
    return phrase("{agent} has not answered whether safe: phone now", agent=report.agent)
