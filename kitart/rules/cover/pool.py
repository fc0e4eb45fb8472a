"""The agents sorted by what they are looked for, so that no queue goes through all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kitart.plan.schema import Agent, Plan
from kitart.rules.cover.eligibility import ENGLISH, Candidate, Eligibility
from kitart.rules.cover.needs import Need
from kitart.rules.cover.rungs import Rung


class Pool:
    """All agents of a plan, and the tests that they have to pass."""

    def __init__(self, plan: Plan, rules: Eligibility) -> None:
        self.rules = rules
        self._agents = {agent.id: agent for agent in plan.agents}
        self._cleared: dict[str, list[Agent]] = defaultdict(list)
        self._speakers: dict[str, list[Agent]] = defaultdict(list)
        self._lined_up: dict[str, list[Agent]] = defaultdict(list)
        for agent in plan.agents:
            for project in agent.projects:
                self._cleared[project].append(agent)
            for language in agent.languages:
                self._speakers[language].append(agent)
            for key in agent.standby_queues:
                self._lined_up[key].append(agent)
        self._free: dict[str, list[Agent]] = {}

    def agent(self, code: str) -> Agent:
        """The agent with this code."""
        return self._agents[code]

    def eligible(self, need: Need) -> Iterator[tuple[Agent, Rung]]:
        """Those who may take a seat of the queue, each with the rung."""
        for agent in self._free_for(need.project):
            rung = self.rules.rung(agent, need)
            if self.rules.failed(agent, need, rung) is None:
                yield agent, rung

    def candidates(self, need: Need) -> list[Candidate]:
        """Those whom a reader would think of: the queue's own agents who are out; who speaks its
        language; who is lined up for it; and for English only, who is cleared for the project."""
        looked = {agent.id: agent for agent in self._speakers[need.language]}
        looked |= {agent.id: agent for agent in self._lined_up[need.key]}
        looked |= {a.id: a for a in self._cleared[need.project] if ENGLISH in a.languages}
        for code in (*need.live, *need.out):
            looked.pop(code, None)
        found = [self.rules.candidate(agent, need) for agent in looked.values()]
        return found + [self.rules.relocating(code) for code in need.out]

    def place(self, candidate: Candidate, need: Need) -> tuple[int, ...]:
        """The rank of a fit candidate; nothing for the others: their codes put them in order."""
        if not candidate.eligible or candidate.rung is Rung.RELOCATE:
            return ()
        return self.rules.rank(self._agents[candidate.agent], need, candidate.rung)

    def _free_for(self, project: str) -> list[Agent]:
        """Those cleared for the project who pass the tests that no queue changes."""
        if project not in self._free:
            self._free[project] = [
                agent
                for agent in self._cleared[project]
                if self.rules.available.failed(agent) is None
            ]
        return self._free[project]
