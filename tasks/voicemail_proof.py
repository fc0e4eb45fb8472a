"""Emergency voicemail proved, listened to, looked at again and brought back to normal (E45)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.journal import routing_state, timeline, voicemail_facts
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.messaging.voicemail_proof_questions import ANSWERED, HEARD
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports.facts import CALLS_REACH_VCC, LEAVE_VOICEMAIL
from kitart.rules.voicemail_lines import NOTICE, Line, Stage
from tasks.lines import answer_of, words_of
from tasks.steps import step

ACTIVE = "voicemail active"


@step("record the test call")
def record_test(lease: Lease, approval_id: int, line: Line) -> None:
    """Heard by a person, per line and language; where the phone system lists messages, found there
    too (R42, E41, E45). What is not heard is switched anew."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    now = inst.clock.now()
    heard = row.answer == HEARD
    listed = _listed(inst, line) if heard and line.mode != NOTICE else ""
    new = (
        replace(line, stage=Stage.VERIFIED)
        if heard
        else replace(
            line, stage=Stage.ORDERED, tries=line.tries + 1,
            not_before=now + timedelta(minutes=plan.limits.role_unreachable),
        )
    )  # fmt: skip
    with inst.journal.write(lease) as session:
        noted = routing_state.note(
            session, lease.incident,
            routing_state.VERIFIED if heard else routing_state.NOT_PROVED,
            f"{words_of(plan, line)}: "
            + (f"{line.mode} heard in a test call{listed}" if heard else f"not heard: {row.note}"),
            new, was=line, now=now, row=row, said=row.note or "",
        )  # fmt: skip
        if not noted:
            return
        for factor in (CALLS_REACH_VCC, *(() if line.mode == NOTICE else (LEAVE_VOICEMAIL,))):
            _factor(session, lease, plan, line, factor, row, ok=heard, now=now)
        if heard:
            note_active(session, lease, plan, line, now)


def _listed(inst: Installation, line: Line) -> str:
    """What the phone system itself says of the message, where it can say anything."""
    if not inst.voice.capabilities().allows("voicemails") or line.executed_at is None:
        return ""
    try:
        found = inst.voice.voicemails(line.line, line.executed_at)
    except ConnectorError as error:
        return f"; the phone system's list could not be read ({error.message})"
    return f"; messages that the phone system lists since the switch: {len(found)}"


def _factor(
    session: Session,
    lease: Lease,
    plan: Plan,
    line: Line,
    factor: str,
    row: Approval,
    *,
    ok: bool,
    now: datetime,
) -> None:
    """A success factor of the plan, on one line, by a person's word (R42)."""
    state = "proved" if ok else "failed"
    timeline.append(
        session, lease.incident, f"success factor {state}",
        f"{words_of(plan, line)}: {factor}: {state} by a test call of the "
        f"{role_name(row.answered_role or '')}",
        now=now, occurred_at=row.answered_at, source="person's word",
        data={"factor": factor, "project": line.project, "line": line.line,
              "kind": "person's word", "role": row.answered_role,
              "client": plan.client_of(line.project).id, "mode": line.mode},
        key=f"proof:{line.line}:{row.id}:{factor}",
    )  # fmt: skip


def note_active(session: Session, lease: Lease, plan: Plan, line: Line, now: datetime) -> None:
    """Active and tested, how soon: the first of the two milestones of level 4 (A16)."""
    of_order = [
        each
        for each in routing_state.lines_of(session, lease.incident)
        if (each.order, each.project) == (line.order, line.project) and each.on
    ]
    began = voicemail_facts.began_at(session, lease.incident, line.queue)
    if began is None or any(each.stage is not Stage.VERIFIED for each in of_order):
        return
    limit = plan.limits.voicemail_active
    minutes = int((now - began).total_seconds() // 60)
    met = now - began <= timedelta(minutes=limit)
    timeline.append(
        session, lease.incident, ACTIVE,
        f"{line.project}: {line.mode} active and tested after {minutes} min; suggested {limit} "
        f"min, {'met' if met else 'missed'}",
        now=now,
        data={"project": line.project, "order": line.order, "minutes": minutes, "met": met,
              "since": began.isoformat(), "lines": [each.line for each in of_order]},
        key=f"{ACTIVE}:{line.order}:{line.project}",
    )  # fmt: skip


@step("look for a call that an agent answered")
def prove_back_by_records(lease: Lease, line: Line) -> bool:
    """Whether a call record shows that the line is answered since it was switched back (E45)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    since = line.executed_at or line.not_before
    try:
        calls = inst.voice.calls(line.project, since)
    except ConnectorError:
        # Records come late by design; without them a person's test call is the proof.
        return False
    names = (line.line, plan.line(line.line).number)
    if not any(call.answered_by == "agent" and call.line in names for call in calls):
        return False
    note_ended(lease, line, "a call record shows an answered call", None, source="call record")
    return True


@step("record whether the line is answered")
def record_back_test(lease: Lease, approval_id: int, line: Line) -> None:
    """A person called the line: answered as usual, or switching back is asked for anew (E45)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    if row.answer == ANSWERED:
        note_ended(lease, line, "answered in a test call", row, source="person's word")
        return
    now = inst.clock.now()
    again = replace(
        line, stage=Stage.END_ORDERED, tries=line.tries + 1,
        not_before=now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip
    with inst.journal.write(lease) as session:
        routing_state.note(
            session, lease.incident, routing_state.NOT_PROVED,
            f"{words_of(plan, line)}: not answered as usual: {row.note}", again,
            was=line, now=now, row=row, said=row.note or "",
        )  # fmt: skip


def note_ended(
    lease: Lease, line: Line, how: str, row: Approval | None, *, source: str, **evidence: Any
) -> None:
    """Back to normal, proved; ``evidence`` is what the proof names (a call, a message)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        routing_state.note(
            session, lease.incident, routing_state.ENDED,
            f"{words_of(plan, line)}: back to normal, {how}",
            replace(line, stage=Stage.ENDED, not_before=now), was=line, now=now, row=row,
        )  # fmt: skip
        timeline.append(
            session, lease.incident, "success factor proved",
            f"{words_of(plan, line)}: {CALLS_REACH_VCC}: {how}",
            now=now, occurred_at=row.answered_at if row else now, source=source,
            data={"factor": CALLS_REACH_VCC, "project": line.project, "line": line.line,
                  "queue": line.queue,
                  "kind": source, "role": (row.answered_role or "") if row else "system",
                  "client": plan.client_of(line.project).id, **evidence},
            key=f"proof:{line.line}:{line.order}:{line.tries}:back",
        )  # fmt: skip
