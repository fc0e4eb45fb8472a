"""The escalation matrix worked: the IT manager and account managers, then the crisis team (R12).

It follows the same rule as the asking of the ERT: one after another, everybody once the time is
up, and never silent until somebody has it (E28).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from kitart.installation import Installation
from kitart.journal import acknowledgements, general, timeline
from kitart.journal.database import Lease
from kitart.journal.general import Unsolved
from kitart.language import phrase
from kitart.messaging.alarm import ack_link
from kitart.messaging.occasion import about
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.escalation import Ask, Escalation, Policy, escalate


@dataclass(frozen=True)
class Rung:
    """One rung: who answers for it, and whom it goes through in which order."""

    step: str
    order: tuple[str, ...]


def rungs(plan: Plan, critical: bool, at: datetime) -> tuple[Rung, ...]:
    """To whom it goes at ``at`` (aware), without those on leave: on P1 to the crisis team too (A1,
    E23)."""
    it = Rung("it", whom.present(plan, whom.it_managers(plan), at))
    crisis = crisis_team(plan, at)
    return tuple(rung for rung in ((it, crisis) if critical else (it,)) if rung.order)


def crisis_team(plan: Plan, at: datetime) -> Rung:
    """The CMT lead, the deputy, then the other members, without those on leave (E28)."""
    return Rung("cmt", whom.present(plan, whom.crisis_leads(plan), at))


def work(inst: Installation, number: str, lease: Lease) -> datetime | None:
    """Ask whom the matrix names now; when to look again, or ``None`` once each rung has it.

    Raises ``LookupError`` while the ERT lead has not said that it can't be solved.
    """
    plan = inst.plan_of(number)
    now = inst.clock.now()
    with inst.journal.read() as session:
        unsolved = general.unsolved(session, number)
        if unsolved is None:
            raise LookupError(f"{number} is not escalated")
        managers = general.managers_to_tell(session, plan, number) if unsolved.critical else ()
        wait = plan.limits.role_unreachable
        due = [
            (rung, found)
            for rung in rungs(plan, unsolved.critical, unsolved.at)
            for found in [
                asks_due(session, number, rung, unsolved.at, wait, general.ESCALATED, now)
            ]
            if found is not None
        ]
    asks = [(f"am:{manager}", Ask(manager, 1)) for manager in managers]
    asks += [(rung.step, ask) for rung, found in due for ask in found.asks]
    side_by_side(
        [partial(_escalate, inst, plan, number, step, ask, unsolved, lease) for step, ask in asks]
    )
    return min((found.next_at for _, found in due), default=None)


def asks_due(
    session: Session,
    number: str,
    rung: Rung,
    since: datetime,
    wait_minutes: int,
    recorded_as: str,
    now: datetime,
) -> Escalation | None:
    """Whom of a rung to ask at ``now``; ``None`` once one of them has it.

    The deputy after one wait from ``since``, everybody after two, and all again after each
    (reports §9). ``recorded_as`` is the kind of entry that each asking is kept in.
    """
    if acknowledgements.taken_by(session, number, rung.step):
        return None
    due_at = since + timedelta(minutes=2 * wait_minutes)
    policy = Policy(rung.order, since, due_at, wait_minutes)
    return escalate(policy, *_so_far(session, number, rung, recorded_as), now)


def _so_far(
    session: Session, number: str, rung: Rung, recorded_as: str
) -> tuple[dict[str, list[datetime]], dict[str, datetime]]:
    asked: dict[str, list[datetime]] = {}
    for entry in timeline.entries(session, number, recorded_as):
        if entry.data.get("step") == rung.step:
            asked.setdefault(entry.data["person"], []).append(entry.occurred_at)
    answers = acknowledgements.of_step(session, number, rung.step)
    cannot = {a.person: a.at for a in answers if a.answer == acknowledgements.CANNOT}
    return asked, cannot


def _escalate(
    inst: Installation,
    plan: Plan,
    number: str,
    step: str,
    ask: Ask,
    unsolved: Unsolved,
    lease: Lease,
) -> None:
    """From whom, to whom, when and why: in the record, and then to the person (R12)."""
    source, target = role_name(unsolved.role), role_name(plan.person(ask.person).kind)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, number, general.ESCALATED,
            f"From the {source} to the {target}: {unsolved.reason}",
            now=inst.clock.now(),
            data={"from": unsolved.role, "to": plan.person(ask.person).kind, "step": step,
                  "reason": unsolved.reason, "person": ask.person, "round": ask.round},
            key=f"escalated:{step}:{ask.person}:{ask.round}",
        )  # fmt: skip
        values = about(session, plan, number)
    tell(
        inst, plan, number, ask.person, "escalation", f"escalated:{step}:{ask.round}",
        values | {
            "reason": unsolved.reason,
            "answer_by": unsolved.at + timedelta(minutes=plan.limits.role_unreachable)
            if ask.round == 1
            else phrase("now, it is overdue"),
            "link": ack_link(inst, number, step, ask.person),
        },
        lease=lease,
    )  # fmt: skip
