"""Looking at the system, proving that calls reach it, declaring the recovery."""

from __future__ import annotations

from datetime import datetime

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.journal import approvals, exercises, incidents, looks, timeline
from kitart.journal.database import Lease
from kitart.messaging import questions
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan, System
from kitart.reports.facts import CALLS_REACH_VCC
from tasks.looking import as_played, look_through
from tasks.steps import step


def look_at_system(lease: Lease) -> str:
    """One look from our side: ``up``, ``down`` or ``unknown``; a change goes in the timeline."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        system = plan.system(incidents.get(session, lease.incident).system_id)
        played = exercises.played_state(session, plan, lease.incident, system.id)
    if system.probe is None:
        return _known_by_word(lease, system)
    seen = look_through(inst, system.probe) if played is None else as_played(played)
    with inst.journal.write(lease) as session:
        looks.take(
            session, lease.incident, system, seen.state, seen.detail,
            now=inst.clock.now(), latency_s=seen.latency_s,
        )  # fmt: skip
    return seen.state


def _known_by_word(lease: Lease, system: System) -> str:
    """A system without a probe is seen by people; a look of ours would only say "unknown"."""
    inst = installation()
    with inst.journal.write(lease) as session:
        if looks.effect_confirmed(session, lease.incident):
            looks.note_effect(session, lease.incident, system.carries_calls, now=inst.clock.now())
        seen = looks.system_looks(session, lease.incident, system.id)
    return seen[-1].state if seen else "unknown"


look = step("look at the system")(look_at_system)


@step("prove by call records")
def prove_by_call_records(lease: Lease, up_since: datetime) -> list[str]:
    """Prove lines by calls that an agent answered since the system is back.

    Returns the lines that stay unproved. No records means nothing proved: a person calls then.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        system_id = incidents.get(session, lease.incident).system_id
    unproved: list[str] = []
    for project in plan.projects_affected_by(system_id):
        answered = _answered_lines(inst, project.id, up_since)
        for line in plan.lines_of(project.id):
            if line.id in answered or line.number in answered:
                _prove(inst, lease, plan, line.id, "call record", "system", up_since)
            else:
                unproved.append(line.id)
    return unproved


def _answered_lines(inst: Installation, project: str, since: datetime) -> set[str]:
    try:
        calls = inst.voice.calls(project, since)
    except ConnectorError:
        # Records come late by design; without them a person's test call is the proof.
        return set()
    return {call.line for call in calls if call.answered_by == "agent" and call.started_at >= since}


@step("record the test calls")
def record_test_calls(lease: Lease, approval_id: int) -> list[str]:
    """A person called the lines of the question and heard each answered: these are proved, and no
    others. Returns them."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        answer = approvals.get(session, approval_id)
        system_id = incidents.get(session, lease.incident).system_id
    if answer is None or answer.answered_at is None:
        raise LookupError(f"question {approval_id} has no answer")
    lines = [each for project in plan.projects_affected_by(system_id)
             for each in plan.lines_of(project.id)]  # fmt: skip
    called = [each.id for each in questions.called(lines, answer.known)]
    for line in called:
        _prove(
            inst, lease, plan, line, "person's word",
            answer.answered_role or "", answer.answered_at, key=str(approval_id),
        )  # fmt: skip
    return called


def _prove(
    inst: Installation,
    lease: Lease,
    plan: Plan,
    line_id: str,
    kind: str,
    role: str,
    at: datetime,
    key: str = "record",
) -> None:
    line = plan.line(line_id)
    who = "a call record" if kind == "call record" else f"a test call by the {role_name(role)}"
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "success factor proved",
            f"Calls reach the phone system on {line.number}: {who}",
            now=inst.clock.now(), occurred_at=at, source=kind,
            data={"factor": CALLS_REACH_VCC, "project": line.project, "line": line_id,
                  "kind": kind, "role": role,
                  "client": plan.client_of(line.project).id},
            key=f"proof:{line_id}:{at.isoformat()}:{key}",
        )  # fmt: skip


@step("record that it is not proved")
def not_proved(lease: Lease, key: str, attempt: int) -> None:
    """The test calls failed, or nobody made them: recovery is not declared on that."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = approvals.with_key(session, key)
        if row is None or row.state == "void":
            return
        said = "nobody answered"
        if row.answer:
            said = f"{role_name(row.answered_role or '')}: {row.note}"
        timeline.append(
            session, lease.incident, "not proved",
            f"Test calls, try {attempt}: not proved ({said})",
            now=inst.clock.now(), key=f"not-proved:{key}",
        )  # fmt: skip


@step("declare the recovery")
def declare_recovery(lease: Lease, up_since: datetime) -> None:
    """Seen, proved and held long enough: recovered as of the start of the unbroken time up."""
    inst = installation()
    minutes = inst.plan_of(lease.incident).limits.stable_before_recovered
    with inst.journal.write(lease) as session:
        added = timeline.append(
            session, lease.incident, looks.RECOVERED,
            f"Recovered since {up_since:%H:%M:%S} UTC: proved, and stable for {minutes} minutes",
            now=inst.clock.now(), data={"up_since": up_since.isoformat()},
            key=f"recovery:{up_since.isoformat()}",
        )  # fmt: skip
        if added:
            row = incidents.get(session, lease.incident)
            row.recovered_at, row.state = up_since, "recovered"


@step("reopen after a relapse")
def reopen(lease: Lease) -> None:
    """The system failed again before the incident was closed: the same incident goes on (E35)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        row = incidents.get(session, lease.incident)
        timeline.append(
            session, lease.incident, looks.REOPENED,
            "The system failed again: the incident goes on, its times count from the first start",
            now=inst.clock.now(),
            key=f"reopened:{row.recovered_at.isoformat() if row.recovered_at else ''}",
        )  # fmt: skip
        row.recovered_at, row.state = None, "assessed"
