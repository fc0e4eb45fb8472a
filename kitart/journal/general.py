"""What the record of an incident under the general plan says: inputs, escalation, who joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import approvals, incidents, timeline
from kitart.journal.tables import Approval
from kitart.plan.general import NO, touched
from kitart.plan.schema import Plan, Project

NATURE, CAN_SOLVE, BRING_IN = "nature", "can-solve", "bring-in"
OVER, CLIENT_TOLD = "over", "client-told"
INPUTS, ESCALATED, JOINED = "inputs recorded", "escalated", "joined"
ENDED = "over"
HANDED_OVER = "handed over"
CANNOT, NOBODY = "cannot", "nobody"
SYSTEM, PROJECT = "system:", "project:"


@dataclass(frozen=True)
class Unsolved:
    """The ERT lead's word that it can't be solved: why, who says so, since when."""

    reason: str
    role: str
    at: datetime
    critical: bool


def inputs_recorded(session: Session, incident: str) -> bool:
    """Whether nature, systems affected and severity are all in the record (R11)."""
    return timeline.has(session, incident, INPUTS)


def over(session: Session, incident: str) -> bool:
    """Whether the ERT lead has said that it is over."""
    return timeline.has(session, incident, ENDED)


def unsolved(session: Session, incident: str) -> Unsolved | None:
    """Whether, and why, the ERT lead can't solve it (R12)."""
    rows = [
        row
        for row in approvals.of_incident(session, incident)
        if row.kind in (CAN_SOLVE, OVER) and row.answer == CANNOT
    ]
    if not rows:
        return None
    said: Approval = rows[0]
    assert said.answered_at is not None
    critical = incidents.get(session, incident).priority == "P1"
    return Unsolved(said.note or "", said.answered_role or "ert", said.answered_at, critical)


def affected(session: Session, plan: Plan, incident: str) -> tuple[Project, ...]:
    """The projects that may be affected, as far as the incident knows by now (R11)."""
    row = incidents.get(session, incident)
    codes = touched(plan, row.projects or (), row.customer_care)
    return tuple(plan.project(code) for code in codes)


def managers_to_tell(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """The account managers of the affected projects, while customer care may suffer (R15)."""
    if incidents.get(session, incident).customer_care == NO:
        return ()
    projects = affected(session, plan, incident)
    return tuple(dict.fromkeys(project.account_manager for project in projects))


def effect_known_at(session: Session, plan: Plan, incident: str, manager: str) -> datetime:
    """Since when it is known that a project of this account manager is affected (R15)."""
    added = {
        entry.data["project"]: entry.occurred_at
        for entry in timeline.entries(session, incident, "project affected")
    }
    opened_at = incidents.get(session, incident).opened_at
    mine = [p.id for p in affected(session, plan, incident) if p.account_manager == manager]
    return min((added.get(project, opened_at) for project in mine), default=opened_at)


def clients_to_tell(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """The clients of the projects that were named, while customer care may suffer."""
    row = incidents.get(session, incident)
    if row.customer_care == NO:
        return ()
    named = [plan.project(code).client for code in row.projects or ()]
    return tuple(dict.fromkeys(named))


def told(session: Session, incident: str, manager: str) -> bool:
    """Whether an account manager, or who stands in, was told before."""
    return any(
        entry.data.get("for") == manager
        for entry in timeline.entries(session, incident, "account manager told")
    )
