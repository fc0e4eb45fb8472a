"""How long the cover ladder takes to propose, for companies of more and more agents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from kitart.clock import monotonic_s
from kitart.plan.loading import load_plan
from kitart.plan.people import Agent
from kitart.plan.schema import Plan, Project
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.proposal import Proposal, propose
from kitart.settings import HOUSE

SIZES = (1, 10, 100)
TRIES = 7
AT = datetime.fromisoformat("2026-11-17T09:12+01:00")
OUT = ("AG-001", "AG-002", "AG-005", "AG-006", "AG-008", "AG-014", "AG-028", "AG-033")
"""Of each copy of the sample: eight agents of six queues. Four seats get empty, and of those who
could fill them some fit two queues; for one seat nobody is left."""


@dataclass(frozen=True)
class Proposed:
    """A company so many times the sample: milliseconds for the proposal for all its queues, and for
    reading why each candidate of one queue fits or doesn't."""

    times: int
    agents: int
    out: int
    filled: int
    uncovered: int
    proposed_ms: float
    read_ms: float


def propose_for_all(sizes: Sequence[int] = SIZES) -> list[Proposed]:
    """Measure each size; the median of several tries. Raises ``RuntimeError`` for a wrong answer:
    each copy fills as many seats as the sample does."""
    sample = load_plan(HOUSE / "config")
    one = propose(sample, _facts(1))
    found = []
    for times in sizes:
        plan, facts = times_the_sample(sample, times), _facts(times)
        proposed, read = [], []
        for _ in range(TRIES):
            since_s = monotonic_s()
            answer = propose(plan, facts)
            proposed.append(1000 * (monotonic_s() - since_s))
            since_s = monotonic_s()
            short = next(queue for queue in answer.queues if queue.need.short)
            for each in short.candidates:
                str(each.reason)
            read.append(1000 * (monotonic_s() - since_s))
        if _filled(answer) != times * _filled(one):
            raise RuntimeError(f"{times} times the sample fills {_filled(answer)} seats")
        found.append(
            Proposed(
                times, len(plan.agents), len(facts.out), _filled(answer),
                sum(queue.uncovered for queue in answer.queues), median(proposed), median(read),
            )
        )  # fmt: skip
    return found


def times_the_sample(plan: Plan, times: int) -> Plan:
    """``times`` copies of the sample in one company: own projects, queues and agents, the same
    clients, calendars and areas. Each copy's shifts are moved by some minutes, so that a company
    has more patterns than one."""
    return plan.model_copy(
        update={
            "projects": tuple(_project(p, n) for n in range(times) for p in plan.projects),
            "agents": tuple(_agent(a, n) for n in range(times) for a in plan.agents),
        }
    )


def _project(project: Project, copy: int) -> Project:
    return project.model_copy(update={"id": _code(project.id, copy)})


def _agent(agent: Agent, copy: int) -> Agent:
    return agent.model_copy(
        update={
            "id": _code(agent.id, copy),
            "queue": _queue(agent.queue, copy),
            "projects": tuple(_code(each, copy) for each in agent.projects),
            "standby_queues": tuple(_queue(each, copy) for each in agent.standby_queues),
            "shift": tuple(_later(each, copy % 10) for each in agent.shift),
        }
    )


def _later(hours: str, minutes: int) -> str:
    """The end of each range some minutes later: another pattern, with the same people at work."""
    return f"{hours[:-2]}{minutes:02d}" if hours.endswith(":00") else hours


def _code(code: str, copy: int) -> str:
    return f"{code}-{copy}" if copy else code


def _queue(key: str, copy: int) -> str:
    project, _, language = key.partition("/")
    return f"{_code(project, copy)}/{language}"


def _facts(times: int) -> Facts:
    return Facts(AT, tuple(Out(_code(code, copy)) for copy in range(times) for code in OUT))


def _filled(found: Proposal) -> int:
    return sum(len(queue.seats) for queue in found.queues)
