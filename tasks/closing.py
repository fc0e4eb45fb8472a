"""Closing an incident by a person's decision, or as a false alarm with its reason (D5, E32)."""

from __future__ import annotations

from dataclasses import replace

from kitart.installation import installation
from kitart.journal import approvals, incidents, messages, routing_state, timeline
from kitart.journal.database import Lease
from kitart.journal.fences import fence_of
from kitart.language import phrase
from kitart.messaging import asking
from kitart.plan.roles import role_name
from kitart.rules.voicemail_lines import Stage
from tasks.steps import step


@step("close the incident")
def close(lease: Lease, approval_id: int) -> None:
    """A person closed it: name of the role, time and words are in the record."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = approvals.get(session, approval_id)
        if row is None or row.answer != "close":
            raise LookupError(f"question {approval_id} does not close {lease.incident}")
        timeline.append(
            session, lease.incident, "closed", f"Closed. {row.note or ''}".strip(),
            now=now, occurred_at=row.answered_at, author=role_name(row.answered_role or ""),
            source="person", data={"role": row.answered_role}, key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "closed", now=now)


@step("it was a false alarm")
def false_alarm(lease: Lease, reason: str) -> None:
    """Mark the incident a false alarm and withdraw every open question (E32)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "false alarm", f"False alarm: {reason}",
            now=inst.clock.now(), source="person", key="false-alarm",
        )  # fmt: skip
        incidents.get(session, lease.incident).state = "false alarm"
        questions = approvals.of_incident(session, lease.incident)
        still_open = [question.key for question in questions if question.state == "open"]
    for key in still_open:
        asking.withdraw(
            inst, plan, key, phrase("It was a false alarm: {reason}", reason=reason), lease
        )


@step("close the false alarm")
def close_false_alarm(lease: Lease, reason: str) -> None:
    """Close it as a false alarm: its times are kept, but not as recovery results."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "closed", f"Closed as a false alarm: {reason}",
            now=now, key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "false alarm", now=now)


@step("give lines back")
def give_lines_back(lease: Lease) -> None:
    """The exercise is over: each line in its scope that Kitart has switched is switched back at
    once, in nobody's name but the exercise's (D4, R42). Others were never touched, and what
    somebody else has switched since is theirs: it stays.

    Raises ``ConnectorError`` where the phone system can't be told: the step is done again.
    """
    inst = installation()
    with inst.journal.read() as session:
        lines = routing_state.on_emergency(session, lease.incident)
        row = incidents.get(session, lease.incident)
        fence = fence_of(session, inst.plans_for(session, [row])[row.number], row)
    for line in lines:
        if fence is None or line.line not in fence.lines:
            continue
        seen = inst.voice.routing(line.line)
        ours = line.executed_at is not None and seen.version == line.version
        if seen.emergency and ours:
            inst.fenced(lease.incident).set_emergency(
                line.line, False, seen.version, set_by="the end of the exercise", mode="voicemail"
            )
        with inst.journal.write(lease) as session:
            routing_state.note(
                session, lease.incident, routing_state.ENDED,
                f"{line.line}: left as somebody else has switched it, the exercise is over"
                if seen.emergency and not ours
                else f"{line.line}: back to normal, the exercise is over",
                replace(line, stage=Stage.ENDED), was=line, now=inst.clock.now(),
            )  # fmt: skip


@step("close with the exercise")
def close_with_exercise(lease: Lease) -> None:
    """The exercise is over: every open question is void and the incident closed as it stands. Who
    was asked hears from the exercise itself (D4, E40)."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        for row in approvals.of_incident(session, lease.incident):
            if row.state == "open":
                approvals.void(session, row.id, phrase("The exercise is over"))
        timeline.append(
            session, lease.incident, "closed", "Closed: the exercise is over", now=now,
            key="closed",
        )  # fmt: skip
        incidents.close(session, lease.incident, "exercise over", now=now)


@step("settle the incident")
def settle(lease: Lease) -> None:
    """Closed and filed: no run is needed any more."""
    inst = installation()
    with inst.journal.write(lease) as session:
        messages.leave_abandoned(session, lease.incident)
        incidents.settle(session, lease.incident, now=inst.clock.now())
