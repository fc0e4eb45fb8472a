"""What must not be forgotten about emergency voicemail: box, callbacks, cover, openings (E45)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from kitart.connectors.errors import ConnectorError
from kitart.installation import installation
from kitart.journal import incidents, leading, routing_state, timeline, voicemail_facts
from kitart.journal.database import Lease
from kitart.journal.fences import fence_of
from kitart.language import phrase
from kitart.messaging.line_calls import can_call
from kitart.messaging.voicemail_questions import MODES
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.rules.voicemail_lines import NOTICE, OVERFLOW, Line, Stage, Way
from tasks.inside import tell_inside
from tasks.lines import answer_of, words_of
from tasks.steps import step


@step("record who listens to the box")
def record_box(lease: Lease, approval_id: int, lines: Sequence[Line]) -> None:
    """The box has a named owner, and the callbacks a due time (E45)."""
    inst = installation()
    project = inst.plan_of(lease.incident).project(lines[0].project)
    hours = project.voicemail.callback_due_hours
    _keep(
        lease, approval_id, voicemail_facts.BOX, lines,
        f"listens to the box; callers are called back within {hours} hours",
    )  # fmt: skip


@step("record the callbacks")
def record_callbacks(lease: Lease, approval_id: int, lines: Sequence[Line]) -> None:
    """How many messages, how many returned, the last one when: the listener's own words (E45)."""
    _keep(lease, approval_id, voicemail_facts.RETURNED, lines, "callbacks")


def _keep(lease: Lease, approval_id: int, type: str, lines: Sequence[Line], text: str) -> None:
    inst = installation()
    row = answer_of(inst, approval_id)
    role = role_name(row.answered_role or "")
    queues = ", ".join(dict.fromkeys(line.queue for line in lines))
    said = f": {row.note}" if row.note else ""
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, type, f"{queues}: the {role}: {text}{said}",
            now=inst.clock.now(), occurred_at=row.answered_at, author=role, source="person",
            data={"order": lines[0].order, "project": lines[0].project, "person": row.answered_by,
                  "role": row.answered_role, "lines": [line.line for line in lines],
                  "note": row.note or "", "approval": row.id},
            key=f"{type}:{lines[0].order}:{lines[0].project}",
        )  # fmt: skip


@step("note whether the queue is covered")
def note_cover(lease: Lease, queue: str) -> None:
    """Since when the calls of a queue on voicemail could be answered again, or no longer (D7)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        picture = voicemail_facts.picture_of(session, plan, lease.incident, now)
        seen = picture.queues.get(queue)
        if seen is None or seen.covered == (queue in picture.since):
            return
        seats = f"{min(seen.live, seen.needed)} of {seen.needed} seats are filled"
        text = (
            f"{queue}: {seats}, the line is still off its normal way"
            if seen.covered
            else f"{queue}: {seats}, calls are not covered any more"
        )
        timeline.append(
            session, lease.incident,
            voicemail_facts.COVERED if seen.covered else voicemail_facts.UNCOVERED,
            text, now=now, data={"queue": queue, "project": seen.project},
        )  # fmt: skip


@step("read the line back at the opening")
def check(lease: Lease, line: Line, key: str) -> None:
    """Is the line as it was ordered to be? If not, people are told and asked at once (E45).

    What reads as it should is called, where Kitart can call; what was not switched by Kitart can't
    be read back: a person calls it once more.
    """
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    on = line.stage in (Stage.EXECUTED, Stage.VERIFIED)
    wanted = "normal" if not on else "notice" if line.mode == NOTICE else "voicemail"
    with inst.journal.read() as session:
        others = {each.line for each in routing_state.on_elsewhere(session, lease.incident)}
        fence = fence_of(session, plan, incidents.get(session, lease.incident))
    elsewhere = not on and line.line in others
    ok: bool | None = None
    version, seen = line.version, "switched by hand: a person calls it"
    if fence is not None and line.line not in fence.lines:
        ok, seen = True, "left alone in an exercise"
    elif line.way is Way.IVR:
        try:
            state = inst.voice.routing(line.line)
            ok, version = state.mode == wanted or elsewhere, state.version
            seen = f"reads {state.mode}"
        except ConnectorError as error:
            ok, seen = False, f"can't be read: {error.message}"
    new = replace(line, checked_at=now, version=version)
    if ok and on and line.mode != OVERFLOW and line.way is Way.IVR and can_call(inst):
        ok, seen = None, f"{seen}; it is called to hear it"
    if ok is None:
        new = replace(new, stage=Stage.EXECUTED, tries=line.tries + 1, not_before=now)
    elif not ok:
        stage = Stage.ORDERED if on else Stage.END_ORDERED
        new = replace(new, stage=stage, tries=line.tries + 1, not_before=now)
    with inst.journal.write(lease) as session:
        added = routing_state.note(
            session, lease.incident, routing_state.CHECKED,
            f"{words_of(plan, line)}: at the opening, ordered {wanted}, {seen}", new,
            was=line, now=now, ok=ok, at=key, said="" if ok else f"at the opening the line {seen}",
        )  # fmt: skip
    if added and ok is False:
        _tell_of_it(lease, line, wanted, key)


def _tell_of_it(lease: Lease, line: Line, wanted: str, occasion: str) -> None:
    """The VCC administrator and the account manager are told at once; a question follows."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    own = plan.project(line.project).account_manager
    with inst.journal.read() as session:
        manager = leading.deciders(session, plan, lease.incident, own)[0]
    news = phrase(
        "{queue} is not routed as ordered ({mode}); the VCC administrator is asked to switch it",
        queue=line.queue, mode=MODES[wanted],
    )  # fmt: skip
    tell_inside(
        lease, (*whom.vcc_administrators(plan)[:1], manager), occasion, news,
        now + timedelta(minutes=plan.limits.role_unreachable),
    )  # fmt: skip
