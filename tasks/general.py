"""The steps of the general plan: inputs, hand-over, escalation, who joined, the end (R8-R15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.opening import KIND_OF
from kitart.installation import installation
from kitart.journal import (
    acknowledgements,
    approvals,
    general,
    incidents,
    looks,
    observations,
    timeline,
)
from kitart.journal.acting import acts_for_manager
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import alarm, asking, matrix
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from kitart.plan.general import YES
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.deadlines import am_deadline
from tasks.steps import step

NO_SYSTEM = "none of the register"


@step("record the nature and the systems affected")
def record_nature(lease: Lease, approval_id: int) -> str | None:
    """The ERT lead's words on what it is (R11); the code of a system of the register, if named."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        chosen = answer.answer or ""
        named = chosen.removeprefix(general.SYSTEM) if chosen.startswith(general.SYSTEM) else None
        label = approvals.label_of(answer, chosen)
        words = f": {answer.note}" if answer.note else ""
        _note(
            session, answer, "nature recorded", f"{label}{words}",
            nature=str(label), systems=plan.system(named).name if named else NO_SYSTEM,
        )  # fmt: skip
    return named


@step("record the three inputs")
def record_inputs(lease: Lease) -> None:
    """Nature, systems affected and severity in one entry: three filled fields (R11)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        said = timeline.entries(session, lease.incident, "nature recorded")[-1]
        fields = {
            "nature": said.data["nature"],
            "systems": said.data["systems"],
            "words": said.data["note"],
            "severity": incidents.get(session, lease.incident).priority or "",
        }
        timeline.append(
            session, lease.incident, general.INPUTS,
            f"Nature: {said.text}. Systems affected: {fields['systems']}. "
            f"Severity: {fields['severity']}",
            now=inst.clock.now(), data=fields, key=general.INPUTS,
        )  # fmt: skip


@step("hand over to the plan for the system")
def hand_over(lease: Lease, approval_id: int, system_id: str) -> bool:
    """The incident goes on as one of this system: same number, same clocks (R11, A17).

    ``False`` when the system has an open incident of its own by now; the record says so.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    system, now = plan.system(system_id), inst.clock.now()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        before = incidents.get(session, lease.incident)
        left = sorted(set(before.projects or ()) - set(system.affects))
        kind, title = KIND_OF[system.managed_by], f"{system.name} offline"
        if not incidents.hand_over(session, lease.incident, kind, system_id, title):
            _note(
                session, answer, "hand-over not possible",
                f"{system.name} has an open incident of its own; this one goes on beside it",
                system=system_id,
            )  # fmt: skip
            return False
        _note(
            session, answer, general.HANDED_OVER,
            f"From the general plan to the plan for {system.name}; no clock starts anew"
            + (f". Not touched by it: {', '.join(left)}" if left else ""),
            system=system_id, kind=kind,
        )  # fmt: skip
        observations.add(
            session, system_id, "down", looks.PERSON, answer.note or title,
            now=answer.answered_at or now, incident=lease.incident, recorded_at=now,
        )  # fmt: skip
    # The priority is asked in both plans, by the same question.
    _withdraw(
        lease, phrase("The plan for {system} goes on", system=system.name), kept=("priority",)
    )
    return True


@step("record whether it can be solved")
def record_can_solve(lease: Lease, approval_id: int) -> None:
    """The ERT lead's answer, with the reason of a "no" (R12)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        if answer.answer == general.CANNOT:
            _note(session, answer, "cannot be solved", answer.note or "")
        else:
            _note(session, answer, "being solved", "The ERT solves it")


@step("work the escalation matrix")
def work_matrix(lease: Lease) -> datetime | None:
    """Ask whom the matrix names now; the moment to look again (R12, A1, E28)."""
    return matrix.work(installation(), lease.incident, lease)


@step("bring somebody in")
def bring_in(lease: Lease, approval_id: int, person: str, time: int) -> None:
    """Ask a person to join, and keep who was asked by whom and when (R14)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    role = role_name(plan.person(person).kind)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        timeline.append(
            session, lease.incident, "brought in", f"The {role} is asked to join",
            now=inst.clock.now(), author=role_name(answer.answered_role or ""),
            data={"person": person, "role": plan.person(person).kind, "time": time},
            key=f"brought-in:{approval_id}:{person}:{time}",
        )  # fmt: skip
        values = about(session, plan, lease.incident)
    because = answer.note or phrase("The ERT lead tells you what is needed.")
    link = alarm.ack_link(inst, lease.incident, f"join:{approval_id}", person)
    tell(
        inst, plan, lease.incident, person, "brought-in", f"join:{approval_id}:{time}",
        values | {"because": because, "link": link}, lease=lease,
    )  # fmt: skip


@step("record who joined")
def record_joined(lease: Lease, approval_id: int) -> None:
    """The role that joined, and when: the person's own answer (R14, A14)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        taken = acknowledgements.taken_by(session, lease.incident, f"join:{approval_id}")
        if taken is None:
            return
        role = role_name(taken.role)
        timeline.append(
            session, lease.incident, general.JOINED, f"The {role} has joined",
            now=inst.clock.now(), occurred_at=taken.at, author=role, source="person",
            data={"person": taken.person, "role": taken.role},
            key=f"joined:{approval_id}",
        )  # fmt: skip


@step("add an affected project")
def add_project(lease: Lease, approval_id: int, project_id: str) -> None:
    """A project turned out to be affected: its account manager is told at once (R15)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        row = incidents.get(session, lease.incident)
        if project_id in (row.projects or ()):
            return
        manager = inst.plan_of(lease.incident).project(project_id).account_manager
        known = general.told(session, lease.incident, manager)
        row.projects = [*(row.projects or ()), project_id]
        row.customer_care = YES
        _note(session, answer, "project affected", f"{project_id} is affected", project=project_id)
    if known:
        _tell_of_one_more(lease, inst.plan_of(lease.incident), manager, project_id)


def _tell_of_one_more(lease: Lease, plan: Plan, manager: str, project_id: str) -> None:
    """An account manager who knows of the incident hears that one more project is in it."""
    inst = installation()
    with inst.journal.read() as session:
        values = about(session, plan, lease.incident)
    link = alarm.ack_link(inst, lease.incident, f"am:{manager}", manager)
    tell(
        inst, plan, lease.incident, manager, "am-information", f"am:{manager}:{project_id}",
        values | {"projects": project_id, "link": link}, lease=lease,
    )  # fmt: skip


@step("record that the account manager knows")
def record_manager_reached(lease: Lease, manager: str, known_at: datetime) -> None:
    """How long it took, against the limit (R15, A15)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    due_at = am_deadline([], known_at, plan.limits).due_at
    with inst.journal.write(lease) as session:
        taken = acknowledgements.taken_by(session, lease.incident, f"am:{manager}")
        if taken is None:
            return
        late = taken.at > due_at
        minutes, seconds = divmod(int((taken.at - known_at).total_seconds()), 60)
        timeline.append(
            session, lease.incident, "account manager reached",
            f"The {role_name(taken.role)} knows after {minutes}:{seconds:02} min; "
            f"limit {plan.limits.am_notify} min, {'missed' if late else 'met'}",
            now=inst.clock.now(), occurred_at=taken.at,
            data={"for": manager, "person": taken.person, "met": not late},
            key=f"am-reached:{manager}",
        )  # fmt: skip


@step("record whether the client was told")
def record_client_told(lease: Lease, approval_id: int, client: str) -> None:
    """What a person told the client, and whether that person acted for another (A23, E21)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        acting = acts_for_manager(answer, answer.answered_role or "")
        acts_for = " (acting for the account manager)" if acting else ""
        _note(
            session, answer, f"client {'told' if answer.answer == 'told' else 'not told'}",
            f"{plan.client(client).name}{acts_for}: {answer.note}",
            client=client, acting_for="account_manager" if acting else "",
        )  # fmt: skip


@step("record that nobody told the client")
def record_client_untold(lease: Lease, client: str) -> None:
    """Nobody said whether the client was told: openly recorded."""
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "client not told",
            f"{client}: nobody has said whether it was told",
            now=inst.clock.now(), data={"client": client}, key=f"client-untold:{client}",
        )  # fmt: skip


@step("it is over")
def record_over(lease: Lease, approval_id: int) -> None:
    """The ERT lead's word that work goes on as usual, and what was done (D5)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        added = timeline.append(
            session, lease.incident, general.ENDED, answer.note or "",
            now=inst.clock.now(), occurred_at=answer.answered_at, source="person",
            author=role_name(answer.answered_role or ""),
            data={"role": answer.answered_role, "approval": approval_id}, key=general.ENDED,
        )  # fmt: skip
        if added:
            row = incidents.get(session, lease.incident)
            row.state, row.recovered_at = "recovered", answer.answered_at


@step("close the incident")
def close(lease: Lease) -> None:
    """Closed by the person who said that it is over; what is still asked is withdrawn (D5)."""
    _withdraw(lease, phrase("It is over"))
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        (ended,) = timeline.entries(session, lease.incident, general.ENDED)
        timeline.append(
            session, lease.incident, "closed", f"Closed. {ended.text}",
            now=now, author=ended.author, source="person",
            data={"role": ended.data["role"]}, key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "closed", now=now)


def _withdraw(lease: Lease, why: str, kept: tuple[str, ...] = ()) -> None:
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        open_now = [
            question.key
            for question in approvals.of_incident(session, lease.incident)
            if question.state == "open" and question.kind not in kept
        ]
    for key in open_now:
        asking.withdraw(inst, plan, key, why, lease)


def _answer(session: Session, approval_id: int) -> Approval:
    row = approvals.get(session, approval_id)
    if row is None or row.answer is None or row.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    return row


def _note(session: Session, answer: Approval, type: str, text: str, **data: str) -> None:
    timeline.append(
        session, answer.incident, type, text,
        now=installation().clock.now(), occurred_at=answer.answered_at,
        author=role_name(answer.answered_role or ""), source="person",
        data={"role": answer.answered_role, "approval": answer.id, "note": answer.note or "",
              **data},
        key=f"{type}:{answer.id}",
    )  # fmt: skip
