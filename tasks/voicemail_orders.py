"""Emergency voicemail as people ordered it, or not now, or back: no order is a switch (A24, D5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.journal import acknowledgements, routing_state, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Approval
from kitart.language import phrase
from kitart.messaging.voicemail_questions import MODES
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.rules.voicemail_lines import (
    BACK,
    NOT_NOW,
    OVERFLOW,
    SWITCH_ALL,
    Line,
    Stage,
    Way,
)
from tasks.inside import tell_inside
from tasks.lines import answer_of, lines_of, words_of
from tasks.steps import step

WAITING = {True: "new and waiting callers", False: "new callers only"}


@step("record the order about voicemail")
def record_order(lease: Lease, approval_id: int, queues: Sequence[str], mode: str) -> None:
    """A person ordered it, or not now: an order is no routing yet (R38, E41)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    if row.answer == NOT_NOW:
        _not(lease, row, routing_state.NOT_ORDERED, queues)
        return
    versions = {code: _version(inst, code) for q in queues for code in lines_of(plan, q)}
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        for queue in queues:
            for code in lines_of(plan, queue):
                line = Line(
                    line=code, project=queue.partition("/")[0], queue=queue, mode=mode,
                    waiting=row.answer or "", order=row.id, ordered_by=row.answered_role or "",
                    way=Way.PHONE_SYSTEM if mode == OVERFLOW else Way.IVR, stage=Stage.ORDERED,
                    tries=1, version=versions[code], not_before=now,
                )  # fmt: skip
                who = WAITING[row.answer == SWITCH_ALL]
                routing_state.note(
                    session, lease.incident, routing_state.ORDERED,
                    f"{words_of(plan, line)}: {mode} ordered for {who}; not switched yet", line,
                    was=None, now=now, row=row,
                )  # fmt: skip
        told = acknowledgements.taken_by(session, lease.incident, "cmt")
    # The crisis team is told at the same time, and nobody waits for it (A24).
    team = told.person if told else whom.present(plan, whom.crisis_leads(plan), now)[0]
    news = phrase(
        "{queues}: {mode}, ordered by the {role}", queues=", ".join(queues), mode=MODES[mode],
        role=role_name(row.answered_role or ""),
    )  # fmt: skip
    tell_inside(lease, (team,), f"routing-ordered:{row.id}", news)


@step("record the order to go back to normal")
def record_end(lease: Lease, approval_id: int, queues: Sequence[str]) -> None:
    """A person ordered the way back, or leaves it for now (D5)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    row = answer_of(inst, approval_id)
    if row.answer != BACK:
        _not(lease, row, routing_state.STAYS, queues)
        return
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        for line in routing_state.on_emergency(session, lease.incident):
            if line.queue in queues and line.may_end:
                new = replace(
                    line, stage=Stage.END_ORDERED, tries=line.tries + 1, not_before=now,
                    ordered_by=row.answered_role or "",
                )  # fmt: skip
                routing_state.note(
                    session, lease.incident, routing_state.END_ORDERED,
                    f"{words_of(plan, line)}: back to normal ordered; not switched yet", new,
                    was=line, now=now, row=row,
                )  # fmt: skip


@step("record that a switch is not needed any more")
def record_not_needed(lease: Lease, lines: Sequence[Line]) -> None:
    """Cover was found before anything was switched: the order is over."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        for line in lines:
            if line.executed_at is None:
                routing_state.note(
                    session, lease.incident, routing_state.ENDED,
                    f"{words_of(plan, line)}: never switched, cover was found before",
                    replace(line, stage=Stage.ENDED, not_before=now), was=line, line_was="ordered",
                    now=now,
                )  # fmt: skip


def _not(lease: Lease, row: Approval, type: str, queues: Sequence[str]) -> None:
    inst = installation()
    text = "not switched for now" if type == routing_state.NOT_ORDERED else "stays as it is for now"
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, type, f"{', '.join(queues)}: {text}: {row.note}",
            now=inst.clock.now(), occurred_at=row.answered_at,
            author=role_name(row.answered_role or ""), source="person",
            data={"role": row.answered_role, "approval": row.id, "queues": list(queues),
                  "note": row.note or ""},
            key=f"{type}:{row.id}",
        )  # fmt: skip


def _version(inst: Installation, line: str) -> int:
    """The routing's version as the order finds it; where it can't be read, that of a line that was
    never set: then the switch meets a conflict and reads it again."""
    try:
        return inst.voice.routing(line).version
    except ConnectorError:
        return 0
