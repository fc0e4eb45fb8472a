"""The fault reports inside and to the supplier, and the recovery time's warnings (R47, R48)."""

from __future__ import annotations

from datetime import timedelta

from kitart.installation import installation
from kitart.journal import approvals, incidents, leading, looks, observations, timeline
from kitart.journal.database import Lease
from kitart.language import phrase
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell, tell_supplier
from kitart.plan import whom
from kitart.plan.kinds import PHONES
from kitart.plan.roles import role_name
from kitart.reports import internal
from kitart.reports.gathering import gather
from tasks.steps import step


@step("report the fault inside the company")
def report_internally(lease: Lease) -> None:
    """The internal fault report to the IT manager: what fails, since when, who is hit (§8, 1)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        facts = gather(session, plan, lease.incident, inst.clock.now())
    values = internal.internal_fault_report(facts, next_news=phrase("when the priority is set"))
    person = whom.it_managers(plan)[0]
    tell(
        inst, plan, lease.incident, person, "internal-fault-report", "fault-report", values,
        lease=lease,
    )  # fmt: skip
    _note(lease, "internal fault report", "The internal fault report went to the IT manager")


@step("report the fault to the supplier")
def report_to_supplier(lease: Lease) -> bool:
    """The supplier's fault report by mail (§8, 2); ``False`` if the system has no supplier."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        row = incidents.get(session, lease.incident)
        facts = gather(session, plan, lease.incident, inst.clock.now())
        seen = observations.latest(session, row.system_id, "probe", within=[lease.incident])
    supplier = plan.system(row.system_id).supplier
    if supplier is None:
        return False
    manager = plan.person(whom.it_managers(plan)[0])
    phone = next(
        (c.address for c in manager.channels if c.kind in PHONES), phrase("see the contract")
    )
    values = internal.supplier_fault_report(
        facts,
        contract=plan.supplier(supplier).contract_number,
        contact=phrase("IT manager, {phone}", phone=phone),
        next_news=phrase("we ask for your ticket number and your estimate"),
    )
    if seen is not None and seen.state == "down":
        values["symptoms"] = seen.detail
    sent = tell_supplier(
        inst, plan, lease.incident, supplier, "supplier-fault-report", "supplier", values,
        lease=lease,
    )  # fmt: skip
    if sent:
        _note(lease, "supplier ticket opened", "The fault was reported to the supplier by mail")
    return True


@step("record the supplier's ticket")
def record_ticket(lease: Lease, approval_id: int) -> None:
    """The ticket number as the IT manager gave it, or that there is none yet."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None or row.answer != "given":
            return
        timeline.append(
            session, lease.incident, "supplier ticket updated", f"Supplier's ticket: {row.note}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"role": row.answered_role}, key=f"ticket:{approval_id}",
        )  # fmt: skip


@step("warn of the recovery time")
def warn_recovery_time(lease: Lease, share: float) -> None:
    """Half or all of the recovery time is gone: the leads are told (reports §9, step 7)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        if looks.recovery_declared(session, lease.incident):
            return
        row = incidents.get(session, lease.incident)
        values = about(session, plan, lease.incident)
        lead = leading.ert_lead(session, plan, lease.incident)
    gone = "The whole" if share >= 1 else f"{share:.0%}"
    next_step = phrase("find out what keeps it from working again")
    if plan.system(row.system_id).carries_calls:
        next_step = phrase("decide the divert if none is made")
    _note(lease, f"recovery time {share:.0%}", f"{gone} of the recovery time has gone by")
    people = [lead, *whom.account_managers(plan, row.system_id)]
    if share >= 1:
        people += whom.crisis_leads(plan)[:1]
    due = row.cause_at + timedelta(minutes=plan.limits.rto[1])
    for person in dict.fromkeys(people):
        tell(
            inst, plan, lease.incident, person,
            "deadline-missed" if share >= 1 else "recovery-time", f"rto:{share}",
            values | {"step": phrase("recovery (the whole of its time gone)"), "gone": gone,
                      "due": due, "role": phrase("the ERT lead"), "next_step": next_step},
            lease=lease,
        )  # fmt: skip


def _note(lease: Lease, type: str, text: str) -> None:
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, type, text, now=inst.clock.now(), key=f"once:{type}"
        )
