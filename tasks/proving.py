"""Proving that a queue's callers are answered: by call records, else by a person's test call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.journal import approvals, cover_now, timeline
from kitart.journal.cover_proof import (
    ANSWERED,
    CALLS_REACH_VCC,
    FAILED,
    PROVED,
    own_agents_answer,
)
from kitart.journal.database import Lease
from kitart.plan.roles import role_name
from kitart.plan.schema import Agent, Plan
from kitart.reports.facts import CALLS_ANSWERED
from tasks.steps import step


@step("prove by call records that a queue is answered")
def prove_by_records(lease: Lease, queue: str, since: datetime) -> bool:
    """Whether a call on the queue's lines was answered by an agent since ``since`` (R23, R24)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    project, _, language = queue.partition("/")
    lines = {name for line in plan.lines_of(project) if line.lang == language
             for name in (line.id, line.number)}  # fmt: skip
    try:
        calls = inst.voice.calls(project, since)
        names = {state.user_id: state.username for state in inst.voice.agents(project)}
    except ConnectorError:
        return False  # records come late by design; a person's test call is the proof then
    with inst.journal.read() as session:
        told = cover_now.seats_as_told(session, lease.incident).get(queue, {})
    for call in calls:
        if call.answered_by == "agent" and call.line in lines:
            agent = names.get(call.user_id or "", "")
            prove_queue(
                inst, lease, queue, call.started_at, "call record", "system",
                factor=factor_of(plan, told, agent, queue),
                about=f"a call record, answered by {agent or 'an agent'}",
            )  # fmt: skip
            return True
    return False


@step("record the test call of a queue")
def record_test_call(lease: Lease, approval_id: int, queue: str) -> bool:
    """A person called the line and heard it answered, or not (R23, R24)."""
    inst = installation()
    with inst.journal.read() as session:
        row = approvals.get(session, approval_id)
        told = cover_now.seats_as_told(session, lease.incident).get(queue, {})
    if row is None or row.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    role = row.answered_role or ""
    factor = CALLS_ANSWERED if own_agents_answer(told) else ANSWERED[_worst_rung(told)]
    if row.answer != "answered":
        _note(inst, lease, FAILED, queue, row.answered_at, "person's word", role, factor,
              f"not answered as it should be: {row.note}")  # fmt: skip
        return False
    prove_queue(inst, lease, queue, row.answered_at, "person's word", role, factor=factor,
           about=f"a test call by the {role_name(role)}")  # fmt: skip
    return True


def _worst_rung(told: dict[str, object]) -> str:
    by_rung = told.get("by_rung")
    used = [rung for rung in ANSWERED if isinstance(by_rung, dict) and by_rung.get(rung)]
    return used[-1] if used else "native"


def factor_of(plan: Plan, told: dict[str, object], code: str, queue: str) -> str:
    """Which success factor an answered call shows, by who answered and in which language."""
    agent: Agent | None = next((each for each in plan.agents if each.id == code), None)
    if agent is not None and agent.queue == queue and own_agents_answer(told):
        return CALLS_ANSWERED
    level = agent.languages.get(queue.partition("/")[2]) if agent else None
    if level == "native" or agent is None:
        return ANSWERED["native"]
    return ANSWERED["non_native"] if level is not None else ANSWERED["english_only"]


def prove_queue(
    inst: Installation,
    lease: Lease,
    queue: str,
    at: datetime,
    kind: str,
    role: str,
    *,
    factor: str,
    about: str,
    **evidence: Any,
) -> None:
    """That a queue's callers are answered; ``evidence`` is what the proof names (R23, R24)."""
    for each in (CALLS_REACH_VCC, factor):
        _note(inst, lease, PROVED, queue, at, kind, role, each, f"{each}: {about}", **evidence)


def _note(
    inst: Installation,
    lease: Lease,
    type: str,
    queue: str,
    at: datetime,
    kind: str,
    role: str,
    factor: str,
    text: str,
    **evidence: Any,
) -> None:
    plan = inst.plan_of(lease.incident)
    project, _, language = queue.partition("/")
    line = next((ln for ln in plan.lines_of(project) if ln.lang == language), None)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, type, f"{queue}: {text}",
            now=inst.clock.now(), occurred_at=at, source=kind,
            data={"factor": factor, "project": project, "queue": queue, "kind": kind,
                  "role": role, "line": line.id if line else None,
                  "client": plan.client_of(project).id, **evidence},
            key=f"{type}:{queue}:{factor}:{at.isoformat()}",
        )  # fmt: skip
