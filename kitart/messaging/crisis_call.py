"""The crisis team called from cover level 3 on, until a member has answered (R31, R37, E28)."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from kitart.installation import Installation
from kitart.journal import crisis, timeline
from kitart.journal.crisis import Recognised
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging.alarm import ack_link
from kitart.messaging.matrix import asks_due, crisis_team
from kitart.messaging.occasion import about
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.escalation import Ask


def work(inst: Installation, number: str, lease: Lease) -> datetime | None:
    """Ask whom of the crisis team it is time to ask: lead, deputy, then everybody again and again.

    Returns when to look again; ``None`` once somebody has answered, or while no project is at
    level 3 or 4.
    """
    plan, now = inst.plan_of(number), inst.clock.now()
    with inst.journal.read() as session:
        found = crisis.recognised(session, number)
        if found is None:
            return None
        rung, wait = crisis_team(plan, found.at), plan.limits.cmt_contact
        due = asks_due(session, number, rung, found.at, wait, crisis.CONTACTED, now)
    if due is None:
        return None
    side_by_side(
        [partial(_contact, inst, plan, number, rung.step, ask, found, lease) for ask in due.asks]
    )
    return due.next_at


def _contact(
    inst: Installation,
    plan: Plan,
    number: str,
    step: str,
    ask: Ask,
    found: Recognised,
    lease: Lease,
) -> None:
    """The attempt goes into the record, and then to the person: an attempt is no contact (A14)."""
    role = plan.person(ask.person).kind
    due_at = found.at + timedelta(minutes=plan.limits.cmt_contact)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, number, crisis.CONTACTED,
            f"Cover level {found.level}: the {role_name(role)} is asked (try {ask.round})",
            now=inst.clock.now(),
            data={"person": ask.person, "role": role, "step": step, "round": ask.round,
                  "level": found.level},
            key=f"cmt-contacted:{ask.person}:{ask.round}",
        )  # fmt: skip
        values = about(session, plan, number)
    tell(
        inst, plan, number, ask.person, "crisis-call", f"crisis:{ask.round}",
        values | {
            "level": str(found.level),
            "answer_by": due_at
            if inst.clock.now() < due_at
            else phrase("now, it is overdue"),
            "link": ack_link(inst, number, step, ask.person),
        },
        lease=lease,
    )  # fmt: skip
