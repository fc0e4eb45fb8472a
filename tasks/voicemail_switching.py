"""Emergency voicemail switched: by Kitart in a person's name, by hand, or by the carrier (D19).

The mode of a line is set only here, and only from a person's answer (A24, D5). Each step looks in
the record first: what was switched and not yet recorded is found by reading the line back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from kitart.connectors.errors import ConnectorError
from kitart.connectors.fence import Fenced
from kitart.connectors.voice import Mode, RoutingConflict, RoutingState
from kitart.installation import Installation, installation
from kitart.journal import routing_state
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.plan.roles import named, role_name
from kitart.plan.schema import Plan
from kitart.rules.voicemail_lines import (
    NOTICE,
    Line,
    Stage,
    Way,
)
from tasks.lines import answer_of, words_of
from tasks.steps import step


@step("switch lines in a person's name")
def switch(lease: Lease, approval_id: int, lines: Sequence[Line], *, on: bool) -> None:
    """Set each line as ordered and read it back; what fails is put to people again (R38, E41).

    While the phone system does not answer, our mode reaches no caller: then it is the carrier's.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    down = inst.voice.health()
    for line in lines:
        if down.state == "down":
            _failed(lease, line, on, down.detail, row=row, way=Way.CARRIER if on else line.way)
            continue
        try:
            seen = _set(inst, plan, line, on, row)
        except RoutingConflict as conflict:
            _failed(lease, line, on, conflict.message, row=row, version=conflict.current.version)
        except ConnectorError as error:
            _failed(lease, line, on, error.message, row=row)
        else:
            _switched(lease, line, on, row, seen.version, f"the line reads {seen.mode}")


@step("record what was switched by hand")
def record_by_hand(lease: Lease, approval_id: int, lines: Sequence[Line], *, on: bool) -> None:
    """A person set it in the phone system, or had the carrier end it; a call must prove it.

    What an earlier try has set by ourselves goes back to normal with it.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    for line in lines:
        version = line.version
        try:
            if not on:
                version = _set(inst, plan, line, on, row).version
        except ConnectorError as error:
            _failed(lease, line, on, error.message, row=row)
        else:
            _switched(lease, line, on, row, version, f"by hand ({line.way})")


@step("record that lines can't be switched")
def record_cannot(
    lease: Lease, approval_id: int | None, lines: Sequence[Line], *, on: bool
) -> None:
    """Whoever was asked can't, or nobody answered: the carrier is next, by phone (D19)."""
    inst = installation()
    row = None if approval_id is None else answer_of(inst, approval_id)
    why = "nobody who may switch has answered" if row is None else row.note or "not possible"
    for line in lines:
        _failed(lease, line, on, why, row=row, way=Way.CARRIER if on else line.way)


@step("record what became of the carrier divert")
def record_divert(lease: Lease, approval_id: int, lines: Sequence[Line]) -> None:
    """The carrier diverted the lines and a person heard it, or could not (D19, E41)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    now = inst.clock.now()
    heard = row.answer == "heard"
    again = now + timedelta(minutes=plan.limits.relocate_recheck)
    with inst.journal.write(lease) as session:
        for line in lines:
            if not heard:
                given_up = replace(line, stage=Stage.ENDED, not_before=again)
                if line.executed_at is not None:
                    # What an earlier try has switched is not over: it is asked about again.
                    given_up = replace(line, way=Way.IVR, tries=line.tries + 1, not_before=again)
                routing_state.note(
                    session, lease.incident, routing_state.FAILED,
                    f"{words_of(plan, line)}: the carrier can't divert it: {row.note}", given_up,
                    was=line, now=now, row=row,
                )  # fmt: skip
                continue
            made = replace(line, stage=Stage.EXECUTED, executed_at=row.answered_at)
            routing_state.note(
                session, lease.incident, routing_state.EXECUTED,
                f"{words_of(plan, line)}: diverted by the carrier", made,
                was=line, now=now, row=row,
            )  # fmt: skip
            routing_state.note(
                session, lease.incident, routing_state.VERIFIED,
                f"{words_of(plan, line)}: the recorded notice was heard in a test call",
                replace(made, stage=Stage.VERIFIED), was=made, now=now, row=row,
            )  # fmt: skip


def _set(inst: Installation, plan: Plan, line: Line, on: bool, row: Approval) -> RoutingState:
    """Set a line in the name of the person who answered, unless it stands so already.

    In an exercise a line outside its scope is left alone: its callers are real (D4, DESIGN
    decision 10). The play goes on as if it had been switched.
    """
    wanted: Mode = "normal" if not on else "notice" if line.mode == NOTICE else "voicemail"
    seen = inst.voice.routing(line.line)
    if seen.mode == wanted:
        return seen
    by = f"{named(plan, row.answered_by or '')}, ordered by the {role_name(line.ordered_by)}"
    try:
        return inst.fenced(row.incident).set_emergency(
            line.line, on, line.version, set_by=by,
            mode="notice" if line.mode == NOTICE else "voicemail",
        )  # fmt: skip
    except Fenced:
        return seen


def _switched(lease: Lease, line: Line, on: bool, row: Approval, version: int, how: str) -> None:
    inst = installation()
    plan = inst.plan_of(lease.incident)
    stage = Stage.EXECUTED if on else Stage.END_EXECUTED
    new = replace(
        line, stage=stage, version=version, executed_at=row.answered_at, checked_at=None,
        not_before=inst.clock.now(),
    )  # fmt: skip
    what = line.mode if on else "back to normal"
    with inst.journal.write(lease) as session:
        routing_state.note(
            session, lease.incident,
            routing_state.EXECUTED if on else routing_state.END_EXECUTED,
            f"{words_of(plan, line)}: switched to {what}, {how}; not proved yet"
            if on
            else f"{words_of(plan, line)}: switched back, {how}; not proved yet",
            new, was=line, now=inst.clock.now(), row=row,
        )  # fmt: skip


def _failed(
    lease: Lease,
    line: Line,
    on: bool,
    why: str,
    *,
    row: Approval | None,
    way: Way | None = None,
    version: int | None = None,
) -> None:
    """Nothing was switched: the next try is put to people, by whichever way is left."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    # What nothing has changed about is not asked again in the same breath.
    at_once = version is not None or (way is not None and way is not line.way)
    wait = timedelta(0) if at_once else timedelta(minutes=plan.limits.role_unreachable)
    new = replace(
        line, tries=line.tries + 1, way=way or line.way, not_before=now + wait,
        version=line.version if version is None else version, nobody=row is None,
    )  # fmt: skip
    what = "switched" if on else "switched back"
    with inst.journal.write(lease) as session:
        routing_state.note(
            session, lease.incident, routing_state.FAILED,
            f"{words_of(plan, line)}: could not be {what}: {why}", new, was=line,
            now=now, row=row, said=why,
        )  # fmt: skip
