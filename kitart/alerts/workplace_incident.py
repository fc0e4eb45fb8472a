"""Which incident agents who can't work belong to, and opening one (R16, E4, E18, E33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.clock import real_now
from kitart.journal import incidents, outage_reports, plans, roll_calls
from kitart.journal.incidents import Opened
from kitart.journal.tables import Incident, OutageReport
from kitart.plan.schema import Agent, Plan
from kitart.plan.workplace import WORKPLACE, WORKPLACE_UNUSABLE
from kitart.rules.one_cause import Told, one_cause


def open_workplace(
    session: Session,
    plan: Plan,
    cause: str,
    projects: tuple[str, ...],
    *,
    cause_at: datetime,
    reported_by: str,
    now: datetime,
    exercise: bool = False,
    part_of: str | None = None,
) -> Opened:
    """Open the incident of agents who can't work, or join the open one with the same ``cause``
    (a key: the same one is never opened twice while it is open)."""
    plans.keep(session, plan.hash, plan.snapshot, now=now)
    return incidents.open_or_join(
        session,
        incidents.Report(
            kind=WORKPLACE_UNUSABLE,
            system_id=WORKPLACE,
            title="Agents can't work from where they are",
            cause_at=min(cause_at, now),
            reported_at=now,
            reported_by=reported_by,
            priority_proposed="P3",
            plan_hash=plan.hash,
            exercise=exercise,
            part_of=part_of,
            projects=projects,
            customer_care="yes",
            cause=cause,
        ),
        now=now,
        real_now=real_now(),
    )


@dataclass(frozen=True)
class Homes:
    """The open incidents of agents who can't work, oldest first, each with what was told of its
    cause; read once for however many agents fell out at once."""

    incidents: Sequence[tuple[Incident, Sequence[Told]]]
    window: timedelta

    def of_cause(self, new: Told) -> Incident | None:
        """The one of the same cause, the oldest if several fit."""
        fitting = (i for i, known in self.incidents if one_cause(new, known, self.window))
        return next(fitting, None)

    def of_agent(self, agent: Agent, now: datetime, *, by_project: bool) -> str | None:
        """The one to which an agent who fell out of the phone system belongs: of a cause that
        fits, or else, with ``by_project``, of the agent's project (E18)."""
        found = self.of_cause(Told(agent.id, agent.area, outage_reports.NOT_SAID, now))
        if found is None and by_project:
            project = agent.queue.partition("/")[0]
            of_project = (i for i, _ in self.incidents if project in (i.projects or ()))
            found = next(of_project, None)
        return None if found is None else found.number


def homes(session: Session, plan: Plan, exercise: bool = False) -> Homes:
    """The incidents to which agents who can't work may belong now."""
    areas = {agent.id: agent.area for agent in plan.agents}

    def told_of(incident: Incident) -> list[Told]:
        known = [told(row) for row in outage_reports.of_incident(session, incident.number)]
        asked = [
            Told(row.agent, areas[row.agent], outage_reports.NOT_SAID, row.asked_at)
            for row in roll_calls.of_incident(session, incident.number)
            if row.agent in areas
        ]
        return [*known, *asked]

    found = [(incident, told_of(incident)) for incident in _open_ones(session, exercise)]
    return Homes(found, timedelta(minutes=plan.limits.one_cause_window))


def of_cause(session: Session, plan: Plan, new: Told, exercise: bool) -> Incident | None:
    """The open incident of the same cause, the oldest if several fit."""
    return homes(session, plan, exercise).of_cause(new)


def _open_ones(session: Session, exercise: bool) -> list[Incident]:
    return [
        incident
        for incident in incidents.open_incidents(session)
        if incident.kind == WORKPLACE_UNUSABLE and incident.exercise == exercise
    ]


def told(row: OutageReport) -> Told:
    """What a report says of its cause."""
    return Told(row.agent, row.area, row.what, row.occurred_at)
