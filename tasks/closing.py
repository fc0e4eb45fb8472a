"""Closing an incident by a person's decision, or as a false alarm with its reason (D5, E32)."""

from __future__ import annotations

from kitart.installation import installation
from kitart.journal import approvals, incidents, timeline
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging import asking
from kitart.plan.roles import role_name
from tasks.steps import step


@step("close the incident")
def close(lease: Lease, approval_id: int) -> None:
    """A person closed it: name of the role, time and words are in the record."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None or row.answer != "close":
            raise LookupError(f"question {approval_id} does not close {lease.incident}")
        timeline.append(
            session, lease.incident, "closed", f"Closed. {row.note or ''}".strip(),
            now=now, occurred_at=row.answered_at, author=role_name(row.answered_role or ""),
            source="person", data={"role": row.answered_role}, key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "closed", now=now)


@step("it was a false alarm")
def false_alarm(lease: Lease, reason: str) -> None:
    """Mark the incident a false alarm and withdraw every open question (E32)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "false alarm", f"False alarm: {reason}",
            now=inst.clock.now(), source="person", key="false-alarm",
        )  # fmt: skip
        incidents.get(session, lease.incident).state = "false alarm"
        questions = approvals.of_incident(session, lease.incident)
        still_open = [question.key for question in questions if question.state == "open"]
    for key in still_open:
        asking.withdraw(
            inst, plan, key, phrase("It was a false alarm: {reason}", reason=reason), lease
        )


@step("close the false alarm")
def close_false_alarm(lease: Lease, reason: str) -> None:
    """Close it as a false alarm: its times are kept, but not as recovery results."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "closed", f"Closed as a false alarm: {reason}",
            now=now, key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "false alarm", now=now)


@step("settle the incident")
def settle(lease: Lease) -> None:
    """Closed and filed: no run is needed any more."""
    inst = installation()
    with inst.journal.write(lease) as session:
        incidents.settle(session, lease.incident, now=inst.clock.now())
