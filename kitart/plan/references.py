"""Codes that name nothing, and codes given twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from kitart.plan.clients import Contact
from kitart.plan.exercises import roles
from kitart.plan.people import Channel
from kitart.plan.problems import Problem, error
from kitart.plan.schema import Plan

Reference = tuple[str, str, str]  # path, what kind of thing, code


def reference_problems(plan: Plan) -> list[Problem]:
    """Errors for every duplicate code and every reference to something unknown."""
    known = _known(plan)
    problems = list(_duplicates(plan))
    for path, kind, code in _references(plan):
        if code not in known[kind]:
            near = get_close_matches(code, known[kind], n=1, cutoff=0.5)
            options = ", ".join(sorted(known[kind])[:8]) or "none is defined"
            right = near[0] if near else f"one of {options}"
            problems.append(error(path, f"{code!r} is no known {kind}; right would be {right}"))
    return problems


def _known(plan: Plan) -> dict[str, set[str]]:
    systems = {system.id for system in plan.systems}
    return {
        "client": {client.id for client in plan.clients},
        "project": {project.id for project in plan.projects},
        "line": {line.id for line in plan.lines},
        "person": {person.id for person in plan.people},
        "supplier": {supplier.id for supplier in plan.suppliers},
        "calendar": {calendar.id for calendar in plan.calendars},
        "system": systems,
        "system or operator": systems | set(plan.company.operators),
        "operator": set(plan.company.operators),
        "monitoring source": {source.name for source in plan.monitoring.sources},
        "input": {each.id for each in plan.inputs},
        "scenario": {scenario.id for scenario in plan.scenarios},
        "role, person or agent": {
            *roles(),
            *(p.id for p in plan.people),
            *(a.id for a in plan.agents),
        },
        "agent": {agent.id for agent in plan.agents},
        "queue": {f"{p.id}/{queue.lang}" for p in plan.projects for queue in p.queues},
    }


def _duplicates(plan: Plan) -> Iterator[Problem]:
    parts = ("clients", "projects", "lines", "agents", "people", "rotas", "suppliers", "systems")
    for part in (*parts, "calendars", "inputs", "exercises", "scenarios"):
        yield from _twice(part, "id", [item.id for item in getattr(plan, part)])
    yield from _twice("monitoring.rules", "id", [rule.id for rule in plan.monitoring.rules])
    yield from _twice("monitoring.sources", "name", [s.name for s in plan.monitoring.sources])
    yield from _twice("lines", "number", [line.number for line in plan.lines])


def _twice(part: str, key: str, codes: list[str]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, code in enumerate(codes):
        if code in first:
            yield error(
                f"{part}[{index}].{key}",
                f"{code!r} is already that of {part}[{first[code]}]; each needs one of its own",
            )
        first.setdefault(code, index)


def _references(plan: Plan) -> Iterator[Reference]:
    yield from _of_clients(plan)
    yield from _of_projects(plan)
    yield from _of_people(plan)
    yield from _of_systems(plan)
    yield from _of_inputs(plan)
    yield from _of_exercises(plan)
    yield from _of_scenarios(plan)


def _of_clients(plan: Plan) -> Iterator[Reference]:
    if plan.company.business_calendar is not None:
        yield "company.business_calendar", "calendar", plan.company.business_calendar
    for index, client in enumerate(plan.clients):
        path = f"clients[{index}]"
        yield f"{path}.business_calendar", "calendar", client.business_calendar
        yield from _of_contacts(f"{path}.contacts", client.contacts)


def _of_contacts(path: str, contacts: Iterable[Contact]) -> Iterator[Reference]:
    for index, contact in enumerate(contacts):
        yield from _of_channels(f"{path}[{index}]", contact.channels)


def _of_channels(path: str, channels: Iterable[Channel]) -> Iterator[Reference]:
    for index, channel in enumerate(channels):
        for place, code in enumerate(channel.depends_on):
            yield f"{path}.channels[{index}].depends_on[{place}]", "system or operator", code


def _of_projects(plan: Plan) -> Iterator[Reference]:
    for index, project in enumerate(plan.projects):
        path = f"projects[{index}]"
        yield f"{path}.client", "client", project.client
        yield f"{path}.service_calendar", "calendar", project.service_calendar
        yield f"{path}.account_manager", "person", project.account_manager
        if project.deputy_account_manager is not None:
            yield f"{path}.deputy_account_manager", "person", project.deputy_account_manager
        yield from _listed(f"{path}.supervisors", "person", project.supervisors)
        for place, queue in enumerate(project.queues):
            yield from _listed(f"{path}.queues[{place}].lines", "line", queue.lines)
    for index, line in enumerate(plan.lines):
        yield f"lines[{index}].project", "project", line.project


def _of_people(plan: Plan) -> Iterator[Reference]:
    for index, agent in enumerate(plan.agents):
        path = f"agents[{index}]"
        yield f"{path}.queue", "queue", agent.queue
        yield from _listed(f"{path}.projects", "project", agent.projects)
        yield from _listed(f"{path}.standby_queues", "queue", agent.standby_queues)
        yield from _of_channels(path, agent.channels)
        if agent.mobile_operator is not None:
            yield f"{path}.mobile_operator", "operator", agent.mobile_operator
    for index, person in enumerate(plan.people):
        if person.deputy is not None:
            yield f"people[{index}].deputy", "person", person.deputy
        yield from _of_channels(f"people[{index}]", person.channels)
    for index, rota in enumerate(plan.rotas):
        yield from _listed(f"rotas[{index}].members", "person", rota.members)
        for place, entry in enumerate(rota.entries):
            yield f"rotas[{index}].entries[{place}].first", "person", entry.first


def _of_systems(plan: Plan) -> Iterator[Reference]:
    for index, supplier in enumerate(plan.suppliers):
        yield from _of_channels(f"suppliers[{index}]", supplier.channels)
    for index, system in enumerate(plan.systems):
        path = f"systems[{index}]"
        if system.client is not None:
            yield f"{path}.client", "client", system.client
        if system.supplier is not None:
            yield f"{path}.supplier", "supplier", system.supplier
        yield from _listed(f"{path}.shares_failure_with", "system", system.shares_failure_with)
        yield from _listed(f"{path}.affects", "project", system.affects)
    for index, policy in enumerate(plan.channels):
        yield from _listed(f"channels[{index}].depends_on", "system or operator", policy.depends_on)
    for index, rule in enumerate(plan.monitoring.rules):
        yield f"monitoring.rules[{index}].source", "monitoring source", rule.source
        if rule.system is not None:
            yield f"monitoring.rules[{index}].system", "system", rule.system
        yield from _listed(f"monitoring.rules[{index}].projects", "project", rule.projects)
        yield from _listed(f"monitoring.rules[{index}].queues", "queue", rule.queues)


def _of_inputs(plan: Plan) -> Iterator[Reference]:
    for index, each in enumerate(plan.inputs):
        path = f"inputs[{index}]"
        for key, kind, code in (
            ("supplier", "supplier", each.supplier), ("system", "system", each.system),
            ("owner", "person", each.owner), ("calendar", "calendar", each.calendar),
        ):  # fmt: skip
            if code is not None:
                yield f"{path}.{key}", kind, code
        yield from _listed(f"{path}.queues", "queue", each.queues)
        yield from _listed(f"{path}.systems", "system", each.systems)
        yield from _listed(f"{path}.one_cause_with", "input", each.one_cause_with)


def _of_exercises(plan: Plan) -> Iterator[Reference]:
    for index, each in enumerate(plan.exercises):
        path = f"exercises[{index}]"
        yield from _listed(f"{path}.players", "role, person or agent", each.players)
        yield from _listed(f"{path}.coordinators", "person", each.coordinators)
        yield from _listed(f"{path}.lines", "line", each.lines)
        yield from _listed(f"{path}.clients", "client", each.clients)
        if each.scenario is not None:
            yield f"{path}.scenario", "scenario", each.scenario


def _of_scenarios(plan: Plan) -> Iterator[Reference]:
    for index, scenario in enumerate(plan.scenarios):
        for place, inject in enumerate(scenario.injects):
            path = f"scenarios[{index}].injects[{place}]"
            yield from _listed(f"{path}.to", "role, person or agent", inject.to)
            yield from _listed(f"{path}.agents", "agent", inject.agents)
            for key, kind in (("system", "system"), ("input", "input"), ("person", "person")):
                code = getattr(inject, key)
                if code is not None:
                    yield f"{path}.{key}", kind, code


def _listed(path: str, kind: str, codes: Iterable[str]) -> Iterator[Reference]:
    for index, code in enumerate(codes):
        yield f"{path}[{index}]", kind, code
