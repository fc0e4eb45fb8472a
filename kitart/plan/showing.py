"""The plan at a glance, as rich tables."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from kitart.plan.inputs import comes_from
from kitart.plan.schema import Plan


def overview(plan: Plan) -> Iterator[Table | str]:
    """Company, projects with hours, roles with deputies, systems, escalation policy and hash."""
    company = plan.company
    yield f"{company.name} ({company.id}), {company.time_zone}"
    yield f"{len(plan.agents)} agents, {len(plan.people)} role holders"
    yield _projects(plan)
    yield _roles(plan)
    yield _systems(plan)
    if plan.inputs:
        yield _inputs(plan)
    yield _escalation(plan)
    yield f"Plan hash: {plan.hash}"


def _projects(plan: Plan) -> Table:
    table = _table("Projects", "Project", "Client", "Queues", "Service hours", "Account manager")
    for project in plan.projects:
        calendar = plan.calendar_of(project.id)
        hours = ", ".join(calendar.hours)
        table.add_row(
            project.id,
            plan.client_of(project.id).name,
            ", ".join(queue.lang for queue in project.queues),
            f"{hours} {calendar.time_zone}",
            f"{project.account_manager}, deputy {project.deputy_account_manager or 'none'}",
        )
    return table


def _roles(plan: Plan) -> Table:
    table = _table("Roles", "Code", "Responsibility", "Deputy", "Area", "Channels in order")
    for person in plan.people:
        channels = ", ".join(channel.kind for channel in person.channels)
        table.add_row(
            person.id, person.responsibility, person.deputy or "none", person.area, channels
        )
    return table


def _systems(plan: Plan) -> Table:
    table = _table("Systems", "System", "Managed by", "Proposed", "Affects", "Fallback")
    for system in plan.systems:
        table.add_row(
            system.id,
            system.client or "company",
            system.proposed_priority,
            ", ".join(system.affects) or "none",
            system.fallback,
        )
    return table


def _inputs(plan: Plan) -> Table:
    table = _table(
        "Vital inputs", "Input", "From", "Due", "Grace (minutes)", "Owner", "Needed by", "Fallback"
    )
    for known in plan.inputs:
        table.add_row(
            known.id,
            comes_from(plan, known),
            f"{', '.join(known.due)} {known.time_zone}",
            f"{known.grace_minutes}",
            known.owner,
            ", ".join((*known.queues, *known.systems, *known.reports)) or "nothing named",
            "; ".join(fallback.text for fallback in known.fallbacks),
        )
    return table


def _escalation(plan: Plan) -> Table:
    limits = plan.limits
    table = _table("Escalation policy", "Step", "Limit (minutes)")
    rows = (
        ("ERT acknowledges, in service hours", f"{limits.ert_ack_in_hours}"),
        ("ERT acknowledges, outside them", f"{limits.ert_ack_out_of_hours}"),
        (
            "Next ERT member asked too, in / outside hours",
            f"{limits.ert_retry_in_hours} / {limits.ert_retry_out_of_hours}",
        ),
        ("Priority set after the acknowledgement", f"{limits.classify}"),
        ("Account managers told", f"{limits.am_notify}"),
        ("CMT reached", f"{limits.cmt_contact}"),
        ("Role not reachable: its deputy, then the next role", f"{limits.role_unreachable}"),
        ("News about the same thing to one person, at most every", f"{limits.news_gap}"),
        (
            f"News grouped, from {limits.incidents_grouped_from} incidents on, for",
            f"{limits.news_gap}",
        ),
        ("Backup live after contact", f"{limits.backup_start}"),
        (
            "Recovery time by level 1 / 2 / 3 / 4",
            " / ".join(str(limits.rto[level]) for level in sorted(limits.rto)),
        ),
    )
    for step, limit in rows:
        table.add_row(step, limit)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
