"""Telling people what the operator said for them in the Prefect UI (D5)."""

from __future__ import annotations

from kitart.installation import Installation
from kitart.journal import approvals, messages
from kitart.journal.tables import Approval, Decision, Message
from kitart.messaging.asking import decide_link
from kitart.messaging.telling import message_keys, tell
from kitart.plan.schema import Plan

PURPOSE = "answer-relayed"
MOST_TRIES = 8


def tell_relayed(inst: Installation, via: str) -> None:
    """Tell each person of each answer that came by ``via`` in their name, once.

    Looked up in the journal, so that none is forgotten when the teller died in between.
    """
    with inst.journal.read() as session:
        untold = [
            (row, decision)
            for row, decision in approvals.relayed(session, via)
            if any(
                _to_send(messages.with_key(session, key))
                for key in _keys(inst.plan_of(row.incident), row, decision)
            )
        ]
    for row, decision in untold:
        plan = inst.plan_of(row.incident)
        tell(
            inst, plan, row.incident, decision.person, PURPOSE, _step(decision),
            {
                "question": approvals.title(row),
                "answer": approvals.label(row, decision.answer),
                "link": decide_link(inst, row, decision.person, inst.clock.now()),
            },
        )  # fmt: skip


def _to_send(row: Message | None) -> bool:
    return row is None or (row.state == "failed" and row.attempts < MOST_TRIES)


def _step(decision: Decision) -> str:
    return f"relayed:{decision.id}"


def _keys(plan: Plan, row: Approval, decision: Decision) -> tuple[str, ...]:
    channels = plan.person(decision.person).channels
    return message_keys(row.incident, _step(decision), channels, PURPOSE, decision.person)
