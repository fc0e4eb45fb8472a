"""Whom an incident's clocks may bind, out of the plan, and the clocks themselves. Pure."""

from __future__ import annotations

from datetime import datetime

from kitart.plan.schema import Client, Plan
from kitart.rules.legal.clocks import Clock, clocks
from kitart.rules.legal.matter import ALL, COMPANY, STAFF, Bound, Matter, towards


def clients_of(plan: Plan, system_id: str) -> tuple[Client, ...]:
    """The clients whose projects the incident touches, in the plan's order."""
    hit = {project.client for project in plan.projects_affected_by(system_id)}
    return tuple(client for client in plan.clients if client.id in hit)


def clocks_of(plan: Plan, system_id: str, matter: Matter, now: datetime) -> tuple[Clock, ...]:
    """Every legal clock of an incident at ``now`` (UTC), as its plan settles who is bound."""
    company = Bound(
        zone=plan.company.time_zone,
        country=plan.company.legal.country,
        nis2=plan.company.legal.nis2,
        own_staff_data=plan.company.legal.own_staff_data,
    )
    clients = {client.id: _client(plan, client) for client in clients_of(plan, system_id)}
    return clocks(matter, company, clients, now)


def scopes_of(plan: Plan, system_id: str) -> tuple[str, ...]:
    """Whom something may be recorded about: all, the company, then each client."""
    staff = (STAFF,) if plan.company.legal.own_staff_data else ()
    clients = [client.id for client in clients_of(plan, system_id)]
    return (ALL, COMPANY, *staff, *map(towards, clients), *clients)


def _client(plan: Plan, client: Client) -> Bound:
    legal, calendar = client.legal, plan.calendar(client.business_calendar)
    return Bound(
        zone=client.contract_zone,
        country=calendar.market,
        nis2=legal.nis2,
        dora=legal.dora,
        breach_hours=legal.contract_notice_hours,
        incident_hours=legal.incident_notice_hours,
        business=calendar if legal.contract_hours == "business" else None,
    )
