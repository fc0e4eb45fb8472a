"""Checks of the reserves: a queue whose reserve would fail with it, or counts on one too often."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.plan.people import Agent
from kitart.plan.problems import Problem, warning
from kitart.plan.schema import Plan

MOST_QUEUES_AS_RESERVE = 2


def cover_problems(plan: Plan) -> Iterator[Problem]:
    """Warnings about agents and queues (edge cases §8, D27)."""
    for index, agent in enumerate(plan.agents):
        yield from _agent(plan, f"agents[{index}]", agent)
    for index, project in enumerate(plan.projects):
        for place, queue in enumerate(project.queues):
            path = f"projects[{index}].queues[{place}]"
            yield from _queue(plan, path, f"{project.id}/{queue.lang}", queue.lang)


def _agent(plan: Plan, path: str, agent: Agent) -> Iterator[Problem]:
    if len(agent.standby_queues) > MOST_QUEUES_AS_RESERVE:
        yield warning(
            f"{path}.standby_queues",
            f"{agent.id} is the reserve of {len(agent.standby_queues)} queues "
            f"({', '.join(agent.standby_queues)}) but fills one seat; find others for some",
        )
    for place, key in enumerate(agent.standby_queues):
        project, _, language = key.partition("/")
        if project not in agent.projects or language not in agent.languages:
            yield warning(
                f"{path}.standby_queues[{place}]",
                f"{agent.id} cannot serve {key}: {project} is not among projects or {language} "
                "not among languages",
            )
    for client in plan.clients:
        cleared = [p.id for p in plan.projects if p.client == client.id and p.id in agent.projects]
        if cleared and not client.permits.country_allowed(agent.country):
            yield warning(
                f"{path}.projects",
                f"{agent.id} is cleared for {', '.join(cleared)}, but {client.id} does not permit "
                f"agents in {agent.country}; take the clearance away or agree on it",
            )


def _queue(plan: Plan, path: str, key: str, language: str) -> Iterator[Problem]:
    reserve = [agent for agent in plan.agents if key in agent.standby_queues]
    native_reserve = [a for a in reserve if a.languages.get(language) == "native"]
    serving = [agent for agent in plan.agents if agent.queue == key]
    if not serving:
        yield warning(path, f"no agent serves {key}; give some this queue")
    if not reserve:
        yield warning(path, f"{key} has no reserve; put agents on standby for it")
    elif len({agent.area for agent in (*serving, *reserve)}) == 1:
        yield warning(
            path,
            f"all agents of {key} and its reserve are in {reserve[0].area}: one outage takes all; "
            "find a reserve in another area",
        )
    elif len(native_reserve) > 1 and len({agent.area for agent in native_reserve}) == 1:
        yield warning(
            path,
            f"the native reserve of {key} ({', '.join(a.id for a in native_reserve)}) is all in "
            f"{native_reserve[0].area}; find one in another area",
        )
