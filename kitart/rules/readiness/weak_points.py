"""What the plan's own checks don't say: thin reserves, barred rungs, operators in common (D14)."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.language import phrase
from kitart.plan.schema import Client, Plan, Project
from kitart.rules.readiness.findings import Finding, Severity
from kitart.rules.readiness.scenarios import Kind, Scenario

MOST_NAMED = 8


def weak_points(plan: Plan, scenarios: tuple[Scenario, ...]) -> Iterator[Finding]:
    """Findings that need no clock: queues by their reserve, clients by what they permit."""
    for project in plan.projects:
        for queue in project.queues:
            yield from _reserve(plan, project, queue.lang, scenarios)
    for client in plan.clients:
        yield from _barred(plan, client)
        yield from _countries(plan, client)


def _reserve(
    plan: Plan, project: Project, language: str, scenarios: tuple[Scenario, ...]
) -> Iterator[Finding]:
    key = f"{project.id}/{language}"
    reserve = [agent.id for agent in plan.agents if key in agent.standby_queues]
    if len(reserve) == 1:
        agents = sum(agent.queue == key for agent in plan.agents)
        yield Finding(
            "reserve-of-one", key, Severity.WEAK,
            phrase("{queue} has {agents} agents and a reserve of one, {agent}",
                   queue=key, agents=agents, agent=reserve[0]),
            phrase("put a second one on standby for it"), (project.id,),
        )  # fmt: skip
    for each in scenarios:
        if each.kind is Kind.OPERATOR and len(reserve) > 1 and set(reserve) <= each.unheard:
            yield Finding(
                "reserve-on-one-operator", key, Severity.WEAK,
                phrase("the whole reserve of {queue} ({agents}) is called over {operator}",
                       queue=key, agents=", ".join(reserve), operator=each.code),
                phrase("give one of them a channel that does not hang on it"), (project.id,),
            )  # fmt: skip


def _barred(plan: Plan, client: Client) -> Iterator[Finding]:
    """The dead-end check: a rung that is barred, and what follows from it (E15, E46)."""
    projects = tuple(project.id for project in plan.projects if project.client == client.id)
    where, permits, names = f"clients[{client.id}].permits", client.permits, ", ".join(projects)
    if not projects:
        return
    if not permits.voicemail:
        yield Finding(
            "voicemail-barred", where, Severity.SERIOUS,
            phrase("{client} does not permit voicemail: when cover is used up, callers of "
                   "{projects} hear an announcement and are lost",
                   client=client.id, projects=names),
            phrase("agree on voicemail, or on the announcement's text"), projects,
        )  # fmt: skip
    if not permits.english_only:
        yield Finding(
            "english-only-barred", where, Severity.NOTE,
            phrase("{client} does not permit English only: where no speaker of the language is "
                   "left, {projects} go to voicemail at once", client=client.id, projects=names),
            phrase("agree on it for the worst hours, or keep a second reserve of each language"),
            projects,
        )  # fmt: skip
    if not permits.non_native:
        yield Finding(
            "non-native-barred", where, Severity.NOTE,
            phrase("{client} permits native speakers alone: {projects} have no second rung",
                   client=client.id, projects=names),
            phrase("agree on it for the worst hours, or keep a second reserve of natives"),
            projects,
        )  # fmt: skip


def _countries(plan: Plan, client: Client) -> Iterator[Finding]:
    projects = tuple(project.id for project in plan.projects if project.client == client.id)
    barred = [a for a in plan.agents if not client.permits.country_allowed(a.country)]
    if not projects or not barred:
        return
    countries = sorted({agent.country for agent in barred})
    yield Finding(
        "countries-limited", f"clients[{client.id}].permits.agent_countries", Severity.NOTE,
        phrase("{client} permits agents in {allowed} alone: {barred} of {all} agents ({countries}) "
               "can never help {projects}", client=client.id,
               allowed=", ".join(client.permits.agent_countries), barred=len(barred),
               all=len(plan.agents), countries=", ".join(countries[:MOST_NAMED]),
               projects=", ".join(projects)),
        phrase("keep it in mind when agents are cleared"), projects,
    )  # fmt: skip
