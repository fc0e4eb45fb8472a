"""Proofs by calls of Kitart's own: voicemail, back to normal, a queue, all lines (R42)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from kitart.clock import as_utc
from kitart.connectors.lines.probe import AT_ONCE
from kitart.installation import installation
from kitart.journal import cover_now, line_calls, routing_state, timeline
from kitart.journal.database import Lease
from kitart.messaging import line_calls as calling
from kitart.messaging.line_words import finding
from kitart.plan.schema import Plan
from kitart.reports.facts import CALLS_REACH_VCC, LEAVE_VOICEMAIL
from kitart.rules.line_proof import Met, Wanted
from kitart.rules.voicemail_lines import NOTICE, Line, Stage
from tasks.lines import words_of
from tasks.proving import factor_of, prove_queue
from tasks.steps import step
from tasks.voicemail_proof import note_active, note_ended

OWN_CALL = "our own call"


@step("call the line to hear it")
def prove_voicemail(lease: Lease, line: Line, occasion: str) -> bool:
    """Kitart calls the line, hears what a caller would, leaves a message and finds it: proved, or
    left to a person with what was heard (R42, E41, E45)."""
    inst = installation()
    wanted: Wanted = "notice" if line.mode == NOTICE else "voicemail"
    call = _call(lease, line.line, wanted, occasion)
    if call is None or not line_calls.proves(call):
        return False
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        noted = routing_state.note(
            session, lease.incident, routing_state.VERIFIED,
            f"{words_of(plan, line)}: {line.mode} heard in a call of Kitart's own: "
            f"{finding(plan, call)}",
            replace(line, stage=Stage.VERIFIED), was=line, now=now, said="",
        )  # fmt: skip
        if noted:
            for factor in (CALLS_REACH_VCC, *(() if line.mode == NOTICE else (LEAVE_VOICEMAIL,))):
                _factor(
                    session, lease, plan, line.line, factor, call,
                    key=f"proof:{line.line}:{line.order}:{line.tries}:{factor}", mode=line.mode,
                )  # fmt: skip
            note_active(session, lease, plan, line, now)
    return True


@step("call the line to hear who answers")
def prove_back(lease: Lease, line: Line, occasion: str) -> bool:
    """Kitart calls the line that was switched back: answered by an agent or the queue (E45)."""
    inst = installation()
    call = _call(lease, line.line, "normal", occasion)
    if call is None or not line_calls.proves(call):
        return False
    found = finding(inst.plan_of(lease.incident), call)
    note_ended(
        lease, line, f"answered in a call of Kitart's own: {found}", None, source=OWN_CALL,
        **line_calls.evidence(call),
    )  # fmt: skip
    return True


@step("call the queue to hear who answers")
def prove_cover(lease: Lease, queue: str, occasion: str) -> bool:
    """Kitart calls a line of a queue that is staffed again: an agent answers (R23, R24)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    project, _, language = queue.partition("/")
    line = next((each for each in plan.lines_of(project) if each.lang == language), None)
    call = _call(lease, line.id, "normal", occasion) if line is not None else None
    if call is None or not line_calls.proves(call) or call["met"] != Met.AGENT:
        return False
    with inst.journal.read() as session:
        told = cover_now.seats_as_told(session, lease.incident).get(queue, {})
    prove_queue(
        inst, lease, queue, _placed_at(call), OWN_CALL, "system",
        factor=factor_of(plan, told, call["agent"], queue),
        about=f"a call of Kitart's own: {finding(plan, call)}", **line_calls.evidence(call),
    )  # fmt: skip
    return True


@step("call each line")
def prove_lines(lease: Lease, lines: list[str], occasion: str) -> list[str]:
    """Kitart calls the lines of a phone system that is back, a few at once; those that stay
    unproved are a person's (E41)."""
    inst = installation()
    if not calling.can_call(inst):
        return lines
    plan = inst.plan_of(lease.incident)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        calls = list(pool.map(lambda line: _call(lease, line, "normal", occasion), lines))
    unproved = []
    for line, call in zip(lines, calls, strict=True):
        if call is None or not line_calls.proves(call):
            unproved.append(line)
            continue
        with inst.journal.write(lease) as session:
            _factor(
                session, lease, plan, line, CALLS_REACH_VCC, call, key=f"proof:{line}:{occasion}"
            )
    return unproved


def _call(lease: Lease, line: str, wanted: Wanted, occasion: str) -> dict[str, Any] | None:
    inst = installation()
    write = partial(inst.journal.write, lease)
    return calling.call_line(inst, write, lease.incident, line, wanted, occasion)


def _factor(
    session: Session,
    lease: Lease,
    plan: Plan,
    line: str,
    factor: str,
    call: dict[str, Any],
    *,
    key: str,
    **more: Any,
) -> None:
    """A success factor of the plan, on one line, by a call of ours, which is named (R42)."""
    known = plan.line(line)
    timeline.append(
        session, lease.incident, "success factor proved",
        f"{known.project}/{known.lang} ({known.number}): {factor}: proved by a call of Kitart's "
        f"own: {finding(plan, call)}",
        now=installation().clock.now(), occurred_at=_placed_at(call), source=OWN_CALL,
        data={"factor": factor, "project": known.project, "line": line, "kind": OWN_CALL,
              "role": "system", "client": plan.client_of(known.project).id, **more,
              **line_calls.evidence(call)},
        key=key,
    )  # fmt: skip


def _placed_at(call: dict[str, Any]) -> datetime:
    return as_utc(datetime.fromisoformat(call["placed_at"]))
