"""The carrier divert: what people ordered, made and heard (D19, E41, E45)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.journal import approvals, timeline
from kitart.journal.database import Lease
from kitart.plan.roles import role_name
from tasks.steps import step


@step("record the order of the divert")
def record_order(lease: Lease, approval_id: int) -> None:
    """A person ordered the divert; an order is not a divert yet (E41)."""
    _record(lease, approval_id, "routing ordered", "The carrier divert was ordered")


@step("record what was heard")
def record_switch(lease: Lease, approval_id: int, direction: str) -> None:
    """A person made the divert, or ended it, and heard it; or says that it is not possible."""
    with installation().journal.read() as session:
        row = approvals.get(session, approval_id)
    if row is None or row.answer != "heard":
        _record(lease, approval_id, f"{direction} not possible", "The carrier could not do it")
    elif direction == "divert-on":
        _record(lease, approval_id, "routing executed", "The carrier divert was made")
        _record(lease, approval_id, "routing verified", "The divert was heard in a test call")
    else:
        _record(lease, approval_id, "routing ended", "The divert was ended, and heard to be")


def _record(lease: Lease, approval_id: int, type: str, text: str) -> None:
    inst = installation()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None:
            raise LookupError(f"there is no question {approval_id}")
        said = f" ({row.note})" if row.note else ""
        timeline.append(
            session, lease.incident, type, f"{text}{said}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"role": row.answered_role, "approval": approval_id},
            key=f"{type}:{approval_id}",
        )  # fmt: skip
