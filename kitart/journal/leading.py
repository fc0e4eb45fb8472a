"""Who leads an incident, as the record has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import acknowledgements, incidents
from kitart.plan import whom
from kitart.plan.schema import Plan


def ert_lead(session: Session, plan: Plan, incident: str) -> str:
    """The first ERT member who took it, else the first in the order to be asked (A20)."""
    taken = acknowledgements.taken_by(session, incident, "ert")
    if taken:
        return taken.person
    return plan.ert_order(incidents.get(session, incident).reported_at)[0].id


def ert_with_lead_first(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """All ERT members who may be asked, the lead first."""
    order = [p.id for p in plan.ert_order(incidents.get(session, incident).reported_at)]
    return tuple(dict.fromkeys([ert_lead(session, plan, incident), *order]))


def priority_in_force(session: Session, incident: str) -> str:
    """The decided priority, else the proposed one."""
    row = incidents.get(session, incident)
    return row.priority or row.priority_proposed


def divert_deciders(session: Session, plan: Plan, incident: str) -> tuple[str, ...]:
    """Who may order the divert: the coordinating account manager, the deputy, the ERT lead
    acting for them (A24, A27, E21)."""
    system = incidents.get(session, incident).system_id
    manager = whom.coordinating_manager(plan, system)
    deputies = [code for code in whom.stand_ins(plan, manager)[1:2]]
    return tuple(dict.fromkeys([manager, *deputies, ert_lead(session, plan, incident)]))


def lookers(session: Session, plan: Plan, incident: str, now: datetime) -> tuple[str, ...]:
    """Who can say what works and what does not where no probe looks: for a client's system the
    supervisors on duty, the account managers and the ERT lead (R44), else the IT managers."""
    system = plan.system(incidents.get(session, incident).system_id)
    if system.managed_by == "company":
        return whom.it_managers(plan)
    named = (*whom.assessors(plan, system.id, now), ert_lead(session, plan, incident))
    return tuple(dict.fromkeys(named))
