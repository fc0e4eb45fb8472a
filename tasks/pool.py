"""An agent whom two incidents want: what a person decided, in both records (E2, E3)."""

from __future__ import annotations

from datetime import timedelta

from kitart.installation import installation
from kitart.journal import approvals, cover, timeline
from kitart.journal.database import Lease
from kitart.messaging.cover_questions import TAKE
from kitart.plan.roles import role_name
from tasks.steps import step


@step("record who gets the agent")
def record_transfer(lease: Lease, approval_id: int, call_id: int, queue: str, rung: str) -> None:
    """Taken: the other incident's seat is empty and its ladder goes on; left: nothing changes."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        call = cover.held(session, call_id)
        if row is None or row.answer is None:
            raise LookupError(f"question {approval_id} has no answer")
        taken = row.answer == TAKE and call.state in cover.HOLDING
        if taken:
            cover.end(call, cover.STOOD_DOWN, now=now)
            limits = inst.plan_of(lease.incident).limits
            # In the same transaction: the incident that loses the agent must not take them again.
            cover.reserve(
                session, lease.incident, call.agent, queue, rung, now=now,
                hold=timedelta(minutes=limits.reservation_hold),
                due_at=now + timedelta(minutes=limits.backup_start),
            )  # fmt: skip
        said = "is given to" if taken else "is not given to"
        for incident in (lease.incident, call.incident):
            timeline.append(
                session, incident, "backup transferred" if taken else "backup not transferred",
                f"{call.agent}, held by {call.incident} for {call.queue}, {said} {lease.incident} "
                f"for {queue}: {row.note or 'no reason given'}",
                now=now, occurred_at=row.answered_at, author=role_name(row.answered_role or ""),
                source="person",
                data={"agent": call.agent, "from": call.incident, "to": lease.incident,
                      "queue": queue, "role": row.answered_role, "approval": row.id},
                key=f"transfer:{row.id}",
            )  # fmt: skip
