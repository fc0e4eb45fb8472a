"""What Kitart does for an inject: it sets off the plans, marked as exercise (R52, D4)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.general import Seen, open_general
from kitart.alerts.opening import open_or_join
from kitart.alerts.workplace import (
    ROLL_CALL,
    one_report_at_a_time,
    report_in_turn,
    takes_back,
)
from kitart.installation import Installation
from kitart.journal import exercises, observations, timeline
from kitart.journal.database import Lease
from kitart.journal.outage_reports import Said
from kitart.messaging.alarm import raise_alarm
from kitart.plan.exercises import Inject
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE_UNUSABLE

OUT = ("agents-out", "level-worse", "vcc-agent-gone")
NOT_PLAYED = "inject not played"


def set_off(inst: Installation, plan: Plan, lease: Lease, inject: Inject) -> None:
    """Do what an inject does, once; the first alarm of what it opens is raised at once.

    What it opens is an ordinary incident, marked as exercise and part of this one: the gateway has
    its plan run. Channels and absent people need nothing here: the fence reads them.
    """
    number = None
    with inst.journal.write(lease) as session:
        if timeline.has(session, lease.incident, f"played:{inject.id}"):
            return
        now = inst.clock.now()
        if inject.does in OUT:
            one_report_at_a_time(session, inject.agents)
            number = _agents_out(session, plan, lease.incident, inject, now)
        elif inject.does == "agents-back":
            for code in inject.agents:
                takes_back(session, code, by=code, role="agent", now=now, exercise=True)
        elif inject.does == "system-down":
            number = _system_down(session, plan, lease.incident, inject, now)
        elif inject.does == "system-up":
            _system_up(session, lease.incident, inject, now)
        elif inject.does == "input-missing":
            number = _input_missing(session, plan, lease.incident, inject, now)
        timeline.append(
            session, lease.incident, "inject played",
            f"Inject {inject.id} is played: {inject.does}" + (f", {number}" if number else ""),
            now=now, key=f"played:{inject.id}", data={"inject": inject.id, "number": number},
        )  # fmt: skip
    if number is not None:
        raise_alarm(inst, number)


def _agents_out(
    session: Session, plan: Plan, exercise: str, inject: Inject, now: datetime
) -> str | None:
    """The incident of the agents who are said to be out; ``None`` when none of them is at work now:
    then no seat is lost, and the timeline says so."""
    known = [i for i in exercises.played(session, exercise) if i.closed_at is None]
    # One story, one cause: whoever falls out later in it belongs to the same incident.
    number = next((i.number for i in known if i.kind == WORKPLACE_UNUSABLE), None)
    for code in inject.agents:
        agent = plan.agent(code)
        project, _, language = agent.queue.partition("/")
        said = Said(
            agent=code, project=project, language=language, area=agent.area, reported_by="exercise",
            role=ROLL_CALL if inject.does == "vcc-agent-gone" else "supervisor",
            safe="yes", what="internet", can_move="no", occurred_at=now, until=None,
        )  # fmt: skip
        made = report_in_turn(
            session, plan, f"exercise:{exercise}:{inject.id}:{code}", said, now=now, exercise=True,
            incident=number, part_of=exercise,
        )  # fmt: skip
        number = number or (made.incident if made else None)
    if number is None:
        timeline.append(
            session, exercise, NOT_PLAYED,
            f"Inject {inject.id}: none of {', '.join(inject.agents)} is at work now, so no seat is "
            "lost",
            now=now, key=f"not-played:{inject.id}", data={"inject": inject.id},
        )  # fmt: skip
    return number


def _system_down(session: Session, plan: Plan, exercise: str, inject: Inject, now: datetime) -> str:
    system = inject.system or ""
    opened = open_or_join(
        session, plan, system, reported_by="exercise", seen=inject.said("en"), cause_at=None,
        now=now, exercise=True, part_of=exercise, cause=f"{system}:{exercise}",
    )  # fmt: skip
    number = opened.incident.number
    observations.add(session, system, "down", "person", inject.said("en"), now=now, incident=number)
    return number


def _system_up(session: Session, exercise: str, inject: Inject, now: datetime) -> None:
    for row in exercises.played(session, exercise):
        if row.system_id == inject.system and row.closed_at is None:
            observations.add(
                session, row.system_id, "up", "person", inject.said("en"), now=now,
                incident=row.number,
            )  # fmt: skip


def _input_missing(
    session: Session, plan: Plan, exercise: str, inject: Inject, now: datetime
) -> str:
    """Under the general plan: the due time of the real input is never touched by an exercise."""
    known = plan.input(inject.input or "")
    report = Seen(
        seen=f"{known.name} missing", reported_by="exercise", projects=known.projects,
        customer_care="yes" if known.queues else "no", cause=f"{known.id}:{exercise}",
    )  # fmt: skip
    opened = open_general(session, plan, report, now=now, exercise=True, part_of=exercise)
    return opened.incident.number
