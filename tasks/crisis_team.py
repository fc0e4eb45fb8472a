"""The crisis team: called, reached, and what it decided (R31, R37, R39, R40, E28)."""

from __future__ import annotations

from datetime import datetime

from kitart.installation import installation
from kitart.journal import acknowledgements, approvals, crisis, incidents, leading, timeline
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging import crisis_call
from kitart.plan import whom
from kitart.plan.roles import role_name
from tasks.inside import tell_inside
from tasks.steps import step


@step("call the crisis team")
def work_crisis_call(lease: Lease) -> datetime | None:
    """Ask whom it is time to ask; the moment to look again (R31, R37, E28)."""
    return crisis_call.work(installation(), lease.incident, lease)


@step("record that the crisis team is reached")
def record_reached(lease: Lease) -> None:
    """Who answered and how long it took, against the suggested limit: no breach of the plan (A15).

    A member who knew of the incident before it came to that level is told of the level.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    limit = plan.limits.cmt_contact
    with inst.journal.write(lease) as session:
        found = crisis.recognised(session, lease.incident)
        taken = acknowledgements.taken_by(session, lease.incident, "cmt")
        if found is None or taken is None:
            return
        minutes, seconds = divmod(max(0, int((taken.at - found.at).total_seconds())), 60)
        met = minutes * 60 + seconds <= limit * 60
        added = timeline.append(
            session, lease.incident, crisis.REACHED,
            f"The {role_name(taken.role)} has answered after {minutes}:{seconds:02} min of level "
            f"{found.level}; suggested {limit} min, {'met' if met else 'missed'}",
            now=inst.clock.now(), occurred_at=taken.at, author=role_name(taken.role),
            source="person",
            data={"person": taken.person, "role": taken.role, "met": met, "level": found.level,
                  "minutes": minutes},
            key="cmt-reached",
        )  # fmt: skip
        knew_before = taken.at < found.at
    if added and knew_before:
        level = phrase("cover level {level} is in force", level=found.level)
        tell_inside(lease, (taken.person,), f"cmt-level:{found.level}", level)


@step("record the strategy")
def record_strategy(lease: Lease, approval_id: int) -> None:
    """The crisis team's decision, and its words to those who act on it (R39, R40)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None or row.answered_at is None:
            raise LookupError(f"question {approval_id} has no answer")
        timeline.append(
            session, lease.incident, crisis.DECIDED, f"Recovery strategy: {row.note}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"role": row.answered_role, "note": row.note or "", "approval": approval_id},
            key=f"cmt-decided:{approval_id}",
        )  # fmt: skip
        system = incidents.get(session, lease.incident).system_id
        acts = (
            *whom.account_managers(plan, system), leading.ert_lead(session, plan, lease.incident)
        )  # fmt: skip
    words = phrase("the crisis team decided: “{words}”", words=row.note or "")
    tell_inside(lease, acts, f"cmt-decided:{approval_id}", words)
