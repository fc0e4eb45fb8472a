"""What people say of a system that we can't look at ourselves, and of the client who owns it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.installation import installation
from kitart.journal import (
    approvals,
    by_word,
    call_forms,
    incidents,
    inputs,
    looks,
    observations,
    timeline,
)
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging.occasion import about
from kitart.messaging.telling import tell
from kitart.plan.inputs import is_input
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports.facts import CLIENT_SYSTEM_USED, INPUT_USED, WORKS_AGAIN
from tasks.steps import step


@step("record what was found")
def record_assessment(lease: Lease, approval_id: int) -> None:
    """The supervisor's or account manager's findings; the client's report is made of them (R44)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        fails = answer.answer == "fails"
        _note(
            session, answer, by_word.ASSESSED,
            answer.note or "It was tried, and it works",
            state="down" if fails else "up",
        )  # fmt: skip
        _see(session, plan, answer, "down" if fails else "up")


@step("record whether it works")
def record_word(lease: Lease, approval_id: int) -> None:
    """A person tried the system, and those that failed with it: they work again, or not yet.

    What a probe of ours watches is not taken from a person's word.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        if answer.answer == "works":
            _note(session, answer, "tried", f"It was tried and works: {answer.title}")
            joined = looks.joined_down(session, plan, lease.incident)
            if plan.system(incidents.get(session, lease.incident).system_id).probe is None:
                _see(session, plan, answer, "up")
            _here_by_word(session, plan, answer)
            for other in joined:
                observations.add(
                    session, other, "up", looks.PERSON, by_word.detail_of(answer),
                    now=answer.answered_at or inst.clock.now(), incident=lease.incident,
                    recorded_at=inst.clock.now(),
                )  # fmt: skip
        else:
            said = f": {answer.note}" if answer.note else ""
            _note(session, answer, "still down", f"It was tried and does not work yet{said}")


@step("ask once more")
def remind(lease: Lease, key: str) -> None:
    """A monitor says that it is over, or what was missing is here: those who were asked get their
    link once more."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        row = approvals.with_key(session, key)
        times = len(timeline.entries(session, lease.incident, *by_word.SAID_OVER))
        values = about(session, plan, lease.incident)
    if row is None or row.state != "open":
        return
    for person in row.asked_of:
        asking.ask_again(inst, plan, row, person, f"{times}", values, lease)


def _here_by_word(session: Session, plan: Plan, answer: Approval) -> None:
    """Who works with an input has it, also where nothing else saw it arrive."""
    now = installation().clock.now()
    for row in inputs.of_incident(session, answer.incident):
        inputs.note_used(
            session, row, plan.input(row.input).name, role_name(answer.answered_role or ""),
            at=answer.answered_at or now, now=now,
        )  # fmt: skip


def _see(session: Session, plan: Plan, answer: Approval, state: str) -> None:
    """The person's look at the system, and the change in the timeline if it is one."""
    row = incidents.get(session, answer.incident)
    system = plan.system(row.system_id)
    at = answer.answered_at
    assert at is not None
    now = installation().clock.now()
    if by_word.kept(session, answer):
        return
    before = looks.system_looks(session, row.number, system.id)
    observations.add(
        session, system.id, state, looks.PERSON, by_word.detail_of(answer),
        now=at, incident=row.number, recorded_at=now,
    )  # fmt: skip
    incidents.seen(session, row.number, state == "up")
    if not before or before[-1].state != state:
        what, how = ("input", "a person uses it") if is_input(system.id) else (
            "system", "a person tried it"
        )  # fmt: skip
        timeline.append(
            session, row.number, f"{what} {state}", f"{system.name}: {how}",
            now=now, occurred_at=at, author=role_name(answer.answered_role or ""), source="person",
            data={"system": system.id, "role": answer.answered_role},
        )  # fmt: skip
    if state == "down":
        looks.note_effect(session, row.number, system.carries_calls, now=now)


@step("prove by a person's word")
def prove_by_word(lease: Lease) -> None:
    """Somebody works with the system again: proved for every project that needs it."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = by_word.last_said_works(session, lease.incident)
        row = incidents.get(session, lease.incident)
        system = plan.system(row.system_id)
        factor = CLIENT_SYSTEM_USED if system.managed_by == "client" else WORKS_AGAIN
        said = "was tried and works"
        if is_input(system.id):
            factor, said = INPUT_USED, "is here and used"
        for project in plan.projects_affected_by(row.system_id):
            timeline.append(
                session, lease.incident, looks.PROVED,
                f"{project.id}: {system.name} {said}, says the "
                f"{role_name(answer.answered_role or '')}",
                now=inst.clock.now(), occurred_at=answer.answered_at, source="person",
                data={"factor": factor, "kind": "person's word", "project": project.id,
                      "role": answer.answered_role, "client": project.client},
                key=f"proof:word:{project.id}:{answer.id}",
            )  # fmt: skip


@step("record the decision on logging by hand")
def record_manual_logging(lease: Lease, approval_id: int) -> None:
    """What was decided; where logging by hand starts, the supervisors are told so (R46)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        said = f" ({answer.note})" if answer.note else ""
        if answer.answer != "start":
            _note(session, answer, "manual logging not needed", f"Calls are logged as usual{said}")
            return
        _note(session, answer, by_word.LOGGING_STARTED, f"Calls are logged by hand{said}")
        values = about(session, plan, lease.incident)
        projects = plan.projects_affected_by(incidents.get(session, lease.incident).system_id)
    for person in dict.fromkeys(code for project in projects for code in project.supervisors):
        mine = [project.id for project in projects if person in project.supervisors]
        tell(
            inst, plan, lease.incident, person, "manual-logging", f"manual-logging:{approval_id}",
            values | {
                "projects": ", ".join(mine), "next_news": phrase("when the system works again"),
            },
            lease=lease,
        )  # fmt: skip


@step("record the end of logging by hand")
def record_logging_ended(lease: Lease, approval_id: int) -> None:
    """Stopped by a person, with the count of forms in that person's words."""
    inst = installation()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        found = call_forms.reconciliation(session, lease.incident)
        counted = f"; in the call log: {call_forms.counted(found)}" if found.issued else ""
        about_forms = call_forms.as_data(session, lease.incident) if found.issued else {}
        _note(
            session, answer, by_word.LOGGING_ENDED, f"Forms: {answer.note}{counted}", **about_forms
        )


@step("record whether the client was reached")
def record_contact(lease: Lease, approval_id: int, client: str, contact: str) -> bool:
    """One attempt at one contact: acknowledged, or not reached (E46)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    role = next(c.role for c in plan.client(client).contacts if c.id == contact)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        reached = answer.answer == "has-it"
        _note(
            session, answer,
            by_word.ACKNOWLEDGED if reached else by_word.NOT_REACHED,
            f"The {role} {'has our report' if reached else 'did not answer'}"
            + (f" ({answer.note})" if answer.note else ""),
            client=client, contact=contact, contact_role=role,
        )  # fmt: skip
    return reached


@step("record that the client was not reached")
def record_unacknowledged(lease: Lease, client: str, attempts: int) -> None:
    """Every contact was tried: what was sent counts as sent, not as acknowledged (E46)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, by_word.UNACKNOWLEDGED,
            f"{client}: sent, not acknowledged; {attempts} attempts, no contact answered",
            now=inst.clock.now(), data={"client": client, "attempts": attempts},
            key=f"unacknowledged:{client}:{attempts}",
        )  # fmt: skip


def _answer(session: Session, approval_id: int) -> Approval:
    row = approvals.get(session, approval_id)
    if row is None or row.answer is None or row.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    return row


def _note(session: Session, answer: Approval, type: str, text: str, **data: str | int) -> None:
    timeline.append(
        session, answer.incident, type, text,
        now=installation().clock.now(), occurred_at=answer.answered_at,
        author=role_name(answer.answered_role or ""), source="person",
        data={
            "role": answer.answered_role, "answer_of": answer.id, "note": answer.note or "", **data
        },
        key=f"{type}:{answer.id}",
    )  # fmt: skip
