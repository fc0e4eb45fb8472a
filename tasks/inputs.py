"""The steps for a missing input: opened, its owner and supplier told, what people say (A21)."""

from __future__ import annotations

import re
from datetime import timedelta

from pydantic import BaseModel, Field, model_validator
from sqlalchemy.orm import Session

from kitart.alerts.expected_inputs import report_missing
from kitart.alerts.workplace import one_report_at_a_time, report_in_turn
from kitart.installation import installation
from kitart.journal import (
    approvals,
    general,
    inputs,
    missing_inputs,
    outage_reports,
    timeline,
)
from kitart.journal.database import Lease
from kitart.journal.outage_reports import Said
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging import input_questions as questions
from kitart.messaging import missing_input as messages
from kitart.messaging.alarm import raise_alarm
from kitart.messaging.telling import tell
from kitart.plan.inputs import VITAL_INPUT_MISSING
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.inputs import wait_until
from tasks.going_on import go_on_with
from tasks.steps import step

_AGENT = re.compile(r"[A-Z]{2}-\d{3,}")


class InputMissing(BaseModel):
    """What is needed to start the plan: which input, and what is seen."""

    input: str = Field(
        default="",
        title="Input that is missing",
        description="Its code, as in the plan, like ROSTER-DAY",
    )
    seen: str = Field(
        default="It has not arrived",
        title="What is seen",
        min_length=3,
        max_length=500,
        description="One sentence, as a witness would say it; it stands in the record",
    )
    reported_by: str = Field(
        default="operator",
        title="Reported by",
        max_length=80,
        description="The role of the person who reports it, never a name",
    )
    incident: str | None = Field(
        default=None,
        title="Incident to go on with",
        pattern=r"^INC-\d{4,}$",
        description="None: a new incident is opened, or the open one of the same due time is "
        "joined. A number, like INC-0142, takes that open incident up again",
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> InputMissing:
        if not self.input and self.incident is None:
            raise ValueError("input is empty; right would be a code of the plan, like ROSTER-DAY")
        return self


@step("open or join the incident")
def open_input_incident(report: InputMissing) -> str:
    """The number of the incident this report opened, joined or goes on with; the owner is told and
    the first alarm raised.

    Raises ``KeyError`` naming an input or incident that is not known, ``ValueError`` when the
    incident follows another plan.
    """
    inst = installation()
    if report.incident is not None:
        return go_on_with(inst, report.incident, VITAL_INPUT_MISSING)
    with inst.journal.write() as session:
        number = report_missing(
            session, inst.current_plan(), report.input,
            seen=report.seen, reported_by=report.reported_by, now=inst.clock.now(),
        )  # fmt: skip
    messages.raise_missing(inst, number)
    return number


@step("tell the input's owner")
def tell_owner(lease: Lease) -> None:
    """The owner of each missing input hears it before anybody else; once."""
    messages.tell_owners(installation(), lease.incident, lease)


@step("ask the supplier in writing")
def write_to_supplier(lease: Lease, due_id: int) -> bool:
    """The letter to whoever supplies it; ``False`` when no supplier gives it to us."""
    inst = installation()
    with inst.journal.read() as session:
        row = inputs.get(session, due_id)
    sent = messages.write_to_supplier(inst, lease.incident, row, lease)
    if sent:
        with inst.journal.write(lease) as session:
            timeline.append(
                session, lease.incident, "supplier ticket opened",
                "The supplier was asked for the input by mail",
                now=inst.clock.now(), data={"input": row.input}, key=f"supplier-asked:{due_id}",
            )  # fmt: skip
    return sent is not None


@step("record whether the supplier was reached")
def record_supplier_call(lease: Lease, approval_id: int, code: str, contact_role: str) -> bool:
    """One attempt at one contact: what it said, or that nobody answered (A14)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        reached = answer.answer != questions.NO_ANSWER
        said = "can't say when" if answer.answer == questions.CANNOT else "says"
        words = f": {answer.note}" if answer.note else ""
        _note(
            session, answer, missing_inputs.CALLED if reached else missing_inputs.NOT_REACHED,
            f"The supplier's {contact_role} {said if reached else 'did not answer'}{words}",
            input=code, contact_role=contact_role,
        )  # fmt: skip
    return reached


@step("record what to work with meanwhile")
def record_fallback(lease: Lease, approval_id: int, code: str) -> None:
    """The decision; the supervisors of the projects that need the input are told. Who decides to
    wait is asked again at the time that the words name, else after the first notice's limit."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    known = plan.input(code)
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        assert answer.answered_at is not None
        label = approvals.label_of(answer, answer.answer or "")
        until = ""
        if answer.answer == questions.WAIT:
            named = wait_until(answer.note or "", answer.answered_at, known.time_zone)
            later = answer.answered_at + timedelta(minutes=plan.limits.first_notice)
            until = (named or later).isoformat()
        words = f" ({answer.note})" if answer.note else ""
        _note(
            session, answer, missing_inputs.DECIDED, f"{known.name}: {label}{words}",
            input=code, answer=answer.answer or "", until=until,
        )  # fmt: skip
    chosen = {f"{questions.USE}{each.id}": each.text for each in known.fallbacks}
    decision = chosen.get(answer.answer or "") or phrase(
        "go on without it ({words})", words=answer.note or ""
    )
    if answer.answer == questions.WAIT:
        decision = phrase("wait for it ({words})", words=answer.note or "")
    for person in _supervisors(plan, known.projects):
        tell(
            inst, plan, lease.incident, person, "input-fallback", f"input-fallback:{approval_id}",
            {"input": known.name, "decision": decision, "next_news": phrase("when it is here")},
            lease=lease,
        )  # fmt: skip


@step("record whether seats stay empty")
def record_seats(lease: Lease, approval_id: int, project: str) -> None:
    """What a person says of a project's seats. Agents who are named are reported as out, which
    begins the cover ladder in an incident of its own; words that name none are asked for again."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    begun: set[str] = set()
    with inst.journal.write(lease) as session:
        answer = _answer(session, approval_id)
        if answer.answer == questions.FILLED:
            _note(
                session, answer, missing_inputs.FILLED, f"{project}: every seat is filled",
                project=project,
            )  # fmt: skip
            return
        known = {agent.id: agent for agent in plan.agents}
        named = [code for code in _AGENT.findall(answer.note or "") if code in known]
        if named:
            one_report_at_a_time(session, named)
        for code in dict.fromkeys(named):
            agent = known[code]
            own, _, language = agent.queue.partition("/")
            said = Said(
                agent=code, project=own, language=language, area=agent.area,
                reported_by=answer.answered_by or "", role=answer.answered_role or "",
                safe=outage_reports.UNKNOWN, what="other", can_move=outage_reports.UNKNOWN,
                occurred_at=answer.answered_at or now, until=None,
            )  # fmt: skip
            made = report_in_turn(session, plan, f"seats:{approval_id}:{code}", said, now=now)
            if made is not None and made.incident is not None:
                begun.add(made.incident)
        where = f"; cover: {', '.join(sorted(begun))}" if begun else "; no cover is needed now"
        _note(
            session, answer, missing_inputs.EMPTY if named else missing_inputs.NOT_NAMED,
            f"{project}: {', '.join(dict.fromkeys(named))} missing{where}" if named else
            f"{project}: seats are empty, but no agent of the plan is named; asked again",
            project=project,
        )  # fmt: skip
    for number in sorted(begun):
        raise_alarm(inst, number)


@step("withdraw what is no longer asked")
def withdraw_what_is_over(lease: Lease) -> None:
    """It is over: nobody is asked any more who solves it, who joins, or what to work with (D6)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    kinds = (
        general.BRING_IN, general.CAN_SOLVE, questions.SUPPLIER_CALL, questions.FALLBACK,
        questions.EMPTY_SEATS,
    )  # fmt: skip
    with inst.journal.read() as session:
        open_now = [
            question.key
            for question in approvals.of_incident(session, lease.incident)
            if question.state == "open" and question.kind in kinds
        ]
    for key in open_now:
        asking.withdraw(inst, plan, key, phrase("It is over"), lease)


def _supervisors(plan: Plan, projects: tuple[str, ...]) -> tuple[str, ...]:
    named = [code for project in projects for code in plan.project(project).supervisors]
    return tuple(dict.fromkeys(named))


def _answer(session: Session, approval_id: int) -> Approval:
    row = approvals.get(session, approval_id)
    if row is None or row.answer is None or row.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    return row


def _note(session: Session, row: Approval, type: str, text: str, /, **data: str) -> None:
    timeline.append(
        session, row.incident, type, text,
        now=installation().clock.now(), occurred_at=row.answered_at,
        author=role_name(row.answered_role or ""), source="person",
        data={"role": row.answered_role, "answer_of": row.id, "note": row.note or "", **data},
        key=f"{type}:{row.id}",
    )  # fmt: skip
