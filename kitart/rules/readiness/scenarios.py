"""What might be out: nobody, one area, one client's people, one mobile operator (D27, E6, D14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kitart.plan.dependencies import hangs_on
from kitart.plan.kinds import ONE_WAY
from kitart.plan.people import Agent
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out


class Kind(StrEnum):
    """What kind of thing is out."""

    NOBODY = "nobody"
    AREA = "area"
    CLIENT = "client"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Scenario:
    """One thing that is out. ``out`` can't work at all; ``unheard`` can't be called out, but work
    on if they are at work."""

    kind: Kind
    code: str
    out: frozenset[str]
    unheard: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """As it is kept and chosen on the page: "nobody", "area:HU-05"."""
        return self.kind if self.kind is Kind.NOBODY else f"{self.kind}:{self.code}"

    def facts(self, at: datetime) -> Facts:
        """The same for the rules of cover, at the aware moment ``at``.

        What takes an area may hit all who live there; people who lose a client's systems or their
        operator leave their neighbours alone.
        """
        areas = self.kind is Kind.AREA
        return Facts(
            at,
            tuple(Out(code, hits_area=areas) for code in sorted(self.out)),
            affected_areas=frozenset({self.code}) if areas else frozenset(),
            said_no=self.unheard,
        )


def scenarios(plan: Plan) -> tuple[Scenario, ...]:
    """Nobody out; then each area in which agents live, each client, each mobile operator.

    A client's people are those whose own queue is one of the client's. An operator takes those who
    work over it, and those who could be called out over it alone.
    """
    return (
        Scenario(Kind.NOBODY, "", frozenset()),
        *(_area(plan, area) for area in sorted({agent.area for agent in plan.agents})),
        *(_client(plan, client.id) for client in plan.clients),
        *(_operator(plan, operator) for operator in plan.company.operators),
    )


def _area(plan: Plan, area: str) -> Scenario:
    return Scenario(Kind.AREA, area, frozenset(a.id for a in plan.agents if a.area == area))


def _client(plan: Plan, client: str) -> Scenario:
    projects = {project.id for project in plan.projects if project.client == client}
    own = (agent.id for agent in plan.agents if agent.queue.partition("/")[0] in projects)
    return Scenario(Kind.CLIENT, client, frozenset(own))


def _operator(plan: Plan, operator: str) -> Scenario:
    return Scenario(
        Kind.OPERATOR, operator,
        out=frozenset(a.id for a in plan.agents if a.power.internet_provider == operator),
        unheard=frozenset(a.id for a in plan.agents if _unheard(plan, a, operator)),
    )  # fmt: skip


def _unheard(plan: Plan, agent: Agent, operator: str) -> bool:
    heard = [channel for channel in agent.channels if channel.kind not in ONE_WAY]
    return bool(heard) and all(
        operator in hangs_on(plan, channel, agent.mobile_operator) for channel in heard
    )
