"""Checks of the reserves: a queue whose reserve would fail with it, or counts on one too often."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.language import phrase
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
            phrase(
                "{agent} is the reserve of {count} queues ({queues}) but fills one seat; find "
                "others for some",
                agent=agent.id,
                count=len(agent.standby_queues),
                queues=", ".join(agent.standby_queues),
            ),
            code="reserve-of-too-many",
        )
    for place, key in enumerate(agent.standby_queues):
        project, _, language = key.partition("/")
        if project not in agent.projects or language not in agent.languages:
            yield warning(
                f"{path}.standby_queues[{place}]",
                phrase(
                    "{agent} cannot serve {key}: {project} is not among projects or {language} "
                    "not among languages; correct one or the other",
                    agent=agent.id,
                    key=key,
                    project=project,
                    language=language,
                ),
                code="reserve-unfit",
            )
    for client in plan.clients:
        cleared = [p.id for p in plan.projects if p.client == client.id and p.id in agent.projects]
        if cleared and not client.permits.country_allowed(agent.country):
            yield warning(
                f"{path}.projects",
                phrase(
                    "{agent} is cleared for {cleared}, but {client} does not permit agents in "
                    "{country}; take the clearance away or agree on it",
                    agent=agent.id,
                    cleared=", ".join(cleared),
                    client=client.id,
                    country=agent.country,
                ),
                code="country-not-permitted",
            )


def _queue(plan: Plan, path: str, key: str, language: str) -> Iterator[Problem]:
    reserve = [agent for agent in plan.agents if key in agent.standby_queues]
    native_reserve = [a for a in reserve if a.languages.get(language) == "native"]
    serving = [agent for agent in plan.agents if agent.queue == key]
    if not serving:
        yield warning(
            path,
            phrase("no agent serves {key}; give some this queue", key=key),
            code="queue-without-agents",
        )
    if not reserve:
        yield warning(
            path,
            phrase("{key} has no reserve; put agents on standby for it", key=key),
            code="queue-without-reserve",
        )
    elif len({agent.area for agent in (*serving, *reserve)}) == 1:
        yield warning(
            path,
            phrase(
                "all agents of {key} and its reserve are in {area}: one outage takes all; find "
                "a reserve in another area",
                key=key,
                area=reserve[0].area,
            ),
            code="queue-in-one-area",
        )
    elif len(native_reserve) > 1 and len({agent.area for agent in native_reserve}) == 1:
        yield warning(
            path,
            phrase(
                "the native reserve of {key} ({agents}) is all in {area}; find one in another area",
                key=key,
                agents=", ".join(a.id for a in native_reserve),
                area=native_reserve[0].area,
            ),
            code="native-reserve-in-one-area",
        )
