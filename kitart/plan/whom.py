"""Whom the plan names for what: pure look-ups, in the order in which people are asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from kitart.plan.hours import within
from kitart.plan.kinds import PHONES
from kitart.plan.schema import Contact, Person, Plan, SupplierContact, on_leave


def account_managers(plan: Plan, system_id: str) -> tuple[str, ...]:
    """The account manager of every affected project, each once (R15)."""
    projects = plan.projects_affected_by(system_id)
    return tuple(dict.fromkeys(project.account_manager for project in projects))


def stand_ins(plan: Plan, manager: str) -> tuple[str, ...]:
    """The account manager, the deputy, and then the IT manager by the matrix (E21, E22)."""
    deputies = [p.deputy_account_manager for p in plan.projects if p.account_manager == manager]
    named = [manager, *deputies, plan.person(manager).deputy, *it_managers(plan)]
    return tuple(dict.fromkeys(code for code in named if code))


def approvers(plan: Plan, client_id: str, ert_lead: str | None) -> tuple[str, ...]:
    """Who may approve a client's report: the account manager, the deputy, the ERT lead (R15)."""
    named = [*managers_of_client(plan, client_id), ert_lead]
    return tuple(dict.fromkeys(code for code in named if code))


def managers_of_client(plan: Plan, client_id: str) -> tuple[str, ...]:
    """A client's account manager and the deputy."""
    project = next(project for project in plan.projects if project.client == client_id)
    named = (project.account_manager, project.deputy_account_manager)
    return tuple(code for code in named if code)


def present(
    plan: Plan, codes: Sequence[str], at: datetime, heard: Collection[str] = ()
) -> tuple[str, ...]:
    """Those of ``codes`` who aren't on leave at ``at`` (aware), all if nobody is left (E23).

    Whoever was ``heard`` in the incident is there, leave or not.
    """
    there = tuple(c for c in codes if c in heard or not on_leave(plan.person(c), at))
    return there or tuple(codes)


def coordinating_manager(plan: Plan, system_id: str) -> str:
    """The account manager of the most affected project: the one with most queues (A27)."""
    projects = plan.projects_affected_by(system_id)
    return max(projects, key=lambda project: len(project.queues)).account_manager


def it_managers(plan: Plan) -> tuple[str, ...]:
    """The IT manager and the deputy."""
    return with_deputies(plan, plan.people_of_kind("it_manager")[:1])


def assessors(plan: Plan, system_id: str, at: datetime) -> tuple[str, ...]:
    """Who looks at a client's system: the projects' supervisors on duty at ``at`` (aware), then
    their account managers and deputies (R44)."""
    projects = plan.projects_affected_by(system_id)
    supervisors = [plan.person(code) for project in projects for code in project.supervisors]
    on_duty = [
        person.id
        for person in supervisors
        if within(person.hours, person.time_zone, at) and not on_leave(person, at)
    ]
    managers = [p.account_manager for p in projects] + [p.deputy_account_manager for p in projects]
    return tuple(dict.fromkeys(code for code in (*on_duty, *managers) if code))


def contacts(plan: Plan, client_id: str, at: datetime) -> tuple[Contact, ...]:
    """A client's contacts in the order to call them at ``at``: those on duty first (A23, E46)."""
    client = plan.client(client_id)
    zone = client.contract_zone
    return tuple(
        sorted(client.contacts, key=lambda contact: not within((contact.hours,), zone, at))
    )


def supplier_contacts(
    plan: Plan, supplier_id: str | None, at: datetime
) -> tuple[SupplierContact, ...]:
    """Whom to call at a supplier at ``at`` (aware): its own matrix, those on duty first; without
    one its channel for calls."""
    if supplier_id is None:
        return ()
    supplier = plan.supplier(supplier_id)
    zone = supplier.time_zone or plan.company.time_zone
    named = supplier.contacts or tuple(
        SupplierContact(role="support desk", phone=channel.address)
        for channel in supplier.channels
        if channel.kind in PHONES
    )
    return tuple(sorted(named, key=lambda contact: not within((contact.hours,), zone, at)))


def vcc_administrators(plan: Plan) -> tuple[str, ...]:
    """The VCC administrator on duty, the deputy, then the IT manager (A24)."""
    own = with_deputies(plan, plan.people_of_kind("vcc_admin")[:1])
    return tuple(dict.fromkeys((*own, *it_managers(plan))))


def data_protection(plan: Plan) -> tuple[str, ...]:
    """The data protection contact and the deputy."""
    return with_deputies(plan, plan.people_of_kind("data_protection")[:1])


def crisis_leads(plan: Plan) -> tuple[str, ...]:
    """The CMT lead and the deputy, then the other members (E28)."""
    leads = with_deputies(plan, plan.people_of_kind("cmt_lead")[:1])
    return tuple(dict.fromkeys((*leads, *(p.id for p in plan.people_of_kind("cmt")))))


def with_deputies(plan: Plan, people: tuple[Person, ...]) -> tuple[str, ...]:
    """Each person followed by the deputy."""
    named = [code for person in people for code in (person.id, person.deputy)]
    return tuple(dict.fromkeys(code for code in named if code))


def to_phone(plan: Plan, project_id: str, at: datetime) -> tuple[str, ...]:
    """Whom an agent of a project phones at ``at`` (aware): supervisors on duty, the account manager
    and the deputy, then the other supervisors (R17)."""
    project = plan.project(project_id)
    on_duty = [
        code for code in project.supervisors
        if within(plan.person(code).hours, plan.person(code).time_zone, at)
    ]  # fmt: skip
    managers = [project.account_manager, project.deputy_account_manager]
    named = (*on_duty, *managers, *project.supervisors)
    return present(plan, tuple(dict.fromkeys(code for code in named if code)), at)


def box_owners(plan: Plan, project_id: str, at: datetime) -> tuple[str, ...]:
    """Who listens to a project's voicemail box at ``at`` (aware): its owner's role, those on duty
    first, then whoever may be phoned about the project (E45)."""
    role = plan.project(project_id).voicemail.owner_role
    own = [] if role == "supervisor" else [p.id for p in plan.people_of_kind(role)]
    named = (*own, *to_phone(plan, project_id, at))
    return present(plan, tuple(dict.fromkeys(named)), at)


def projects_of(plan: Plan, code: str) -> tuple[str, ...]:
    """The projects that a role holder answers for, as supervisor, account manager or the deputy of
    one; all of them for a role that is not bound to projects (D23)."""
    person = plan.person(code)
    if person.kind not in ("supervisor", "account_manager"):
        return tuple(project.id for project in plan.projects)
    stands_for = {code, *(other.id for other in plan.people if other.deputy == code)}
    return tuple(
        project.id for project in plan.projects
        if stands_for & {
            *project.supervisors, project.account_manager, project.deputy_account_manager,
        }
    )  # fmt: skip
