"""Reaching people, and recording what they decided (R8-R15, A14, D5)."""

from __future__ import annotations

from datetime import datetime

from kitart.installation import installation
from kitart.journal import approvals, incidents, leading, timeline
from kitart.journal.approvals import Question
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging import alarm, asking, confirming
from kitart.messaging.occasion import about, for_question, title_of
from kitart.messaging.telling import tell
from kitart.plan import whom
from kitart.plan.general import GENERAL
from kitart.plan.roles import role_name
from kitart.plan.workplace import WORKPLACE
from kitart.reports import internal
from kitart.reports.gathering import gather
from tasks.steps import step


@step("ask the ERT as far as is due")
def work_escalation(lease: Lease) -> datetime | None:
    """Ask whom the escalation policy names now; the moment to look again (R8-R10, E24)."""
    return alarm.raise_alarm(installation(), lease.incident, lease)


@step("ask for a decision")
def ask(lease: Lease, question: Question, person: str) -> bool:
    """Put a question to a person; ``False`` when no channel took the message (D15)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        values = for_question(session, plan, question)
    return asking.ask(inst, plan, question, person, values, lease)


@step("ask once more for a decision")
def ask_again(lease: Lease, key: str, person: str, time: int) -> bool:
    """Nothing came of it: the same person is asked again (E25); each ``time`` is sent once."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        row = approvals.with_key(session, key)
        if row is None or row.state != "open":
            return True
        values = for_question(session, plan, row)
        timeline.append(
            session, lease.incident, "decision requested again",
            f"{row.title}: asked of the {role_name(plan.person(person).kind)} again, who has not "
            "answered",
            now=inst.clock.now(), data={"person": person, "kind": row.kind, "approval": row.id},
            key=f"asked-again:{key}:{person}:{time}",
        )  # fmt: skip
    return asking.ask_again(inst, plan, row, person, str(time), values, lease)


@step("withdraw a question")
def withdraw_question(lease: Lease, key: str, why: str) -> None:
    """A question that the facts overtook: void, and those asked are told why (D6)."""
    inst = installation()
    asking.withdraw(inst, inst.plan_of(lease.incident), key, why, lease)


@step("record the priority")
def record_priority(lease: Lease, approval_id: int) -> None:
    """The ERT lead's priority, with name of the role, time and reason (R13, D5)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        incident = incidents.get(session, lease.incident)
        if row is None or row.answer is None or row.answer == "false-alarm":
            return
        added = timeline.append(
            session, lease.incident, "priority set", f"Priority {row.answer}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"answer": row.answer, "reason": row.note or "", "role": row.answered_role},
            key="priority-set",
        )  # fmt: skip
        if added:
            incident.priority, incident.state = row.answer, "assessed"


@step("record the account manager's word on a decision taken for them")
def record_confirmation(lease: Lease, approval_id: int, decision_id: int) -> None:
    """Confirmed, or wanted otherwise: then the ERT lead is told in the account manager's words."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer, decided = approvals.get(session, approval_id), approvals.get(session, decision_id)
        assert answer is not None
        assert decided is not None
        confirmed = answer.answer == confirming.CONFIRMED
        timeline.append(
            session, lease.incident, "decision confirmed" if confirmed else "decision questioned",
            f"{decided.title}: {'confirmed' if confirmed else answer.note}",
            now=inst.clock.now(), occurred_at=answer.answered_at,
            author=role_name(answer.answered_role or ""), source="person",
            data={"role": answer.answered_role, "approval": decision_id,
                  "answer": answer.answer, "note": answer.note or ""},
            key=f"confirmation:{approval_id}",
        )  # fmt: skip
        lead = leading.ert_lead(session, plan, lease.incident)
    if not confirmed:
        news = phrase(
            "The account manager wants it otherwise: {question} “{words}”. Please see to it",
            question=approvals.title(decided), words=answer.note or "",
        )  # fmt: skip
        tell(
            inst, plan, lease.incident, lead, "relief", f"confirmation:{approval_id}",
            {"change": news}, lease=lease,
        )  # fmt: skip


@step("tell an account manager")
def tell_account_manager(lease: Lease, manager: str, person: str) -> bool:
    """Tell who is (or stands in for) an account manager; contact is that person's answer (R15)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        values = about(session, plan, lease.incident)
        system = incidents.get(session, lease.incident).system_id
        mine = [p.id for p in plan.projects_affected_by(system) if p.account_manager == manager]
        timeline.append(
            session, lease.incident, "account manager told",
            f"The {role_name(plan.person(person).kind)} is told of {', '.join(mine)}",
            now=inst.clock.now(), data={"person": person, "for": manager},
            key=f"am-told:{manager}:{person}",
        )  # fmt: skip
    link = alarm.ack_link(inst, lease.incident, f"am:{manager}", person)
    return tell(
        inst, plan, lease.incident, person, "am-information", f"am:{manager}",
        values | {"projects": ", ".join(mine), "link": link}, lease=lease,
    )  # fmt: skip


@step("record that nobody answered")
def record_nobody_told(lease: Lease, manager: str) -> None:
    """Neither the account manager nor a stand-in answered: openly recorded (E21, E22)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "account manager not reached",
            "Nobody who stands for the account manager has answered; the ERT lead acts meanwhile",
            now=inst.clock.now(), data={"for": manager}, key=f"am-unreached:{manager}",
        )  # fmt: skip


@step("tell the crisis team's lead and the IT manager")
def tell_crisis_roles(lease: Lease) -> None:
    """P1: the escalation matrix, ERT to IT manager, account manager, CMT lead (R12, A1)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "escalated",
            "Priority P1: the IT manager, the account managers and the CMT lead are told",
            now=inst.clock.now(), key="escalated-p1",
        )  # fmt: skip
        row = incidents.get(session, lease.incident)
        system = row.system_id
        at_home = system == WORKPLACE
        facts = gather(session, plan, lease.incident, inst.clock.now())
    values = internal.internal_alert(
        facts,
        next_step=phrase("the ERT lead works on it; clients are told as their contracts say"),
        next_news=phrase("when the state changes"),
    )
    if at_home:
        values |= {
            "next_step": phrase(
                "account managers invoke cover level by level; clients are told as their contracts "
                "say"
            ),
            "next_news": phrase("when a level or the cover changes"),
        }
    if system == GENERAL:
        # No system is known to be down: it is told as it was reported.
        values |= {
            "what": title_of(plan, row),
            "next_step": phrase("the ERT lead works on it; account managers tell their clients"),
        }
    lead = whom.present(plan, whom.crisis_leads(plan), inst.clock.now())[0]
    for person in (*whom.it_managers(plan)[:1], *whom.account_managers(plan, system), lead):
        asked = {"link": alarm.ack_link(inst, lease.incident, "cmt", person)}
        tell(
            inst, plan, lease.incident, person, "internal-alert", "internal-alert",
            values | (asked if person == lead else {}), lease=lease,
        )  # fmt: skip
