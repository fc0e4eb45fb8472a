"""The sample company, and small companies made of a few words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from kitart.plan.loading import load_plan
from kitart.plan.people import Agent
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.proposal import Proposal, QueueProposal, propose

Asked = Callable[..., Proposal]
Made = Callable[..., Agent]


@pytest.fixture(scope="session")
def plan() -> Plan:
    return load_plan(Path(__file__).resolve().parents[4] / "config")


@pytest.fixture(scope="session")
def asked(plan: Plan) -> Asked:
    """The proposal at a moment, with these agents out and these further facts."""

    def ask(moment: str, *out: str | Out, of: Plan | None = None, **facts: Any) -> Proposal:
        gone = tuple(each if isinstance(each, Out) else Out(each) for each in out)
        return propose(of or plan, Facts(datetime.fromisoformat(moment), gone, **facts))

    return ask


def queue(found: Proposal, key: str) -> QueueProposal:
    return next(each for each in found.queues if each.need.key == key)


def reason(found: Proposal, key: str, agent: str) -> str:
    (one,) = [each for each in queue(found, key).candidates if each.agent == agent]
    return str(one.reason)


def changed(plan: Plan, agent: str, **update: Any) -> Plan:
    """The plan with one agent changed."""
    agents = tuple(
        each.model_copy(update=update) if each.id == agent else each for each in plan.agents
    )
    return plan.model_copy(update={"agents": agents})


def with_permits(plan: Plan, client: str, **update: Any) -> Plan:
    """The plan with one client's permits changed."""
    clients = tuple(
        each.model_copy(update={"permits": each.permits.model_copy(update=update)})
        if each.id == client
        else each
        for each in plan.clients
    )
    return plan.model_copy(update={"clients": clients})
