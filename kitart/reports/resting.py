"""Who was called out outside the own shift, and the rest owed: worked out from the record (E19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import cover
from kitart.plan.schema import Plan
from kitart.rules.rest import Rest, rest_after


@dataclass(frozen=True)
class Owed:
    """A call-out of an agent for a queue ("BRAVO/es"), and the rest after it."""

    agent: str
    queue: str
    rest: Rest


def owed(session: Session, plan: Plan, incident: str, now: datetime) -> tuple[Owed, ...]:
    """Each call-out that went beyond the agent's own shift; one that lasts still counts till now.

    Agents whom the plan no longer knows are left out: their shifts are not known either.
    """
    agents = {agent.id: agent for agent in plan.agents}
    found = []
    for call in cover.of_incident(session, incident):
        if call.live_at is None or call.agent not in agents:
            continue
        rest = rest_after(agents[call.agent], call.live_at, call.ended_at or now)
        if rest is not None:
            found.append(Owed(call.agent, call.queue, rest))
    return tuple(found)
