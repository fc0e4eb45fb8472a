"""Who leads an incident, as the record has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import handing_over, incidents
from kitart.plan import whom
from kitart.plan.inputs import input_of, is_input
from kitart.plan.schema import Plan


def ert_lead(session: Session, plan: Plan, incident: str) -> str:
    """Who leads: the first ERT member who took it until relieved (A20, E26), else the first in the
    order to be asked."""
    charge = handing_over.holder(session, incident, handing_over.ERT)
    if charge:
        return charge.person
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
    """Who may order the divert: as ``deciders``, for the coordinating account manager (A27)."""
    system = incidents.get(session, incident).system_id
    return deciders(session, plan, incident, whom.coordinating_manager(plan, system))


def deciders(session: Session, plan: Plan, incident: str, manager: str) -> tuple[str, ...]:
    """Who may decide what is an account manager's to decide: who took over (E26), the manager, the
    deputy, the ERT lead acting for them (A24, E21)."""
    deputies = [code for code in whom.stand_ins(plan, manager)[1:2]]
    named = [*_relieving(session, incident, manager), manager, *deputies]
    return tuple(dict.fromkeys([*named, ert_lead(session, plan, incident)]))


def approvers(session: Session, plan: Plan, incident: str, client: str) -> tuple[str, ...]:
    """Who may approve what a client is told: who took over from the account manager (E26), the
    account manager, the deputy, and the ERT lead acting for them (R15, E21)."""
    manager = whom.managers_of_client(plan, client)[0]
    named = whom.approvers(plan, client, ert_lead(session, plan, incident))
    return tuple(dict.fromkeys([*_relieving(session, incident, manager), *named]))


def in_charge_of_client(session: Session, plan: Plan, incident: str, client: str) -> str:
    """The account manager whom a client may ask: the plan's, until relieved (E26)."""
    manager = whom.managers_of_client(plan, client)[0]
    return (_relieving(session, incident, manager) or [manager])[0]


def _relieving(session: Session, incident: str, manager: str) -> list[str]:
    charge = handing_over.relieved_by(session, incident, f"am:{manager}")
    return [charge.person] if charge else []


def lookers(session: Session, plan: Plan, incident: str, now: datetime) -> tuple[str, ...]:
    """Who can say what works and what does not where no probe looks: for a client's system the
    supervisors on duty, the account managers and the ERT lead (R44), for an input its owner before
    them, else the IT managers."""
    system = plan.system(incidents.get(session, incident).system_id)
    first: tuple[str, ...] = ()
    if is_input(system.id):
        owner = plan.person(input_of(plan, system.id).owner)
        first = whom.with_deputies(plan, (owner,))
    elif system.managed_by == "company":
        return whom.it_managers(plan)
    named = (*first, *whom.assessors(plan, system.id, now), ert_lead(session, plan, incident))
    return tuple(dict.fromkeys(named))
