"""The roll-call: "are you safe, can you work?" to agents whom the phone system lost (E18, D13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from kitart.alerts.workplace import ROLL_CALL, Reported, report_in_turn
from kitart.installation import Installation
from kitart.journal import outage_reports, roll_calls, timeline
from kitart.journal.outage_reports import UNKNOWN, Said
from kitart.journal.roll_calls import due
from kitart.journal.tables import RollCall
from kitart.messaging import links
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell_agent
from kitart.plan.schema import Plan

__all__ = ["begin", "due", "note_asked", "note_silent", "send"]

PURPOSE = "roll-call"


def begin(inst: Installation, incident: str, agents: Sequence[str]) -> tuple[str, ...]:
    """Ask each agent once on every channel; those who were asked before are left out of what is
    returned. Silence counts as out after ``limits.silent_agent`` minutes (``note_silent``)."""
    plan, now = inst.plan_of(incident), inst.clock.now()
    with inst.journal.write() as session:
        asked = note_asked(session, plan, incident, agents, now=now)
    send(inst, incident)
    return asked


def note_asked(
    session: Session, plan: Plan, incident: str, agents: Sequence[str], *, now: datetime
) -> tuple[str, ...]:
    """Write down who is asked, before anybody is: ``send`` tells them, again if need be."""
    due_at = now + timedelta(minutes=plan.limits.silent_agent)
    known = {agent.id for agent in plan.agents}
    asked = roll_calls.ask(
        session, incident, [a for a in agents if a in known], now=now, due_at=due_at
    )
    if asked:
        timeline.append(
            session, incident, "roll-call begun",
            f"Asked whether they are safe and can work: {', '.join(asked)}; who does not answer by "
            f"{due_at:%H:%M} UTC counts as out",
            now=now, data={"agents": list(asked), "due_at": due_at.isoformat()},
        )  # fmt: skip
    return asked


def send(inst: Installation, incident: str) -> None:
    """Tell everybody who is asked and has not answered; each message goes out once."""
    plan, now = inst.plan_of(incident), inst.clock.now()
    with inst.journal.read() as session:
        rows = [row for row in roll_calls.waiting(session) if row.incident == incident]
    side_by_side([partial(_tell, inst, plan, row, now) for row in rows if row.due_at > now])


def incidents_waiting(inst: Installation) -> tuple[str, ...]:
    """The incidents in which somebody was asked and has time left to answer."""
    with inst.journal.read() as session:
        return tuple(dict.fromkeys(row.incident for row in roll_calls.waiting(session)))


def note_silent(session: Session, plan: Plan, row: RollCall, *, now: datetime) -> Reported | None:
    """Nobody answered in time: the agent counts as out, safe or not is unknown (E18).

    ``None`` when an answer came after all, or when somebody has reported the agent already: what
    is known stands. Called by whoever has the turn of ``workplace.one_report_at_a_time``.
    """
    if not roll_calls.silent(session, row.id, now=now):
        return None
    agent = next((each for each in plan.agents if each.id == row.agent), None)
    if agent is None:  # left the plan since: no seat is lost by it
        return None
    reported = outage_reports.of_agent(session, row.agent) is not None
    timeline.append(
        session, row.incident, "roll-call silent",
        f"{row.agent} did not answer in time: "
        + ("is reported already" if reported else "counts as out, not known whether safe"),
        now=now, occurred_at=min(row.due_at, now), data={"agent": row.agent},
        key=f"roll-call-silent:{row.id}",
    )  # fmt: skip
    if reported:
        return None
    project, _, language = agent.queue.partition("/")
    said = Said(
        agent=agent.id, project=project, language=language, area=agent.area,
        reported_by=ROLL_CALL, role=ROLL_CALL, safe=UNKNOWN, what="", can_move="",
        occurred_at=row.asked_at, until=None,
    )  # fmt: skip
    form = f"roll-call:{row.id}"
    return report_in_turn(session, plan, form, said, now=now, incident=row.incident)


def _tell(inst: Installation, plan: Plan, row: RollCall, now: datetime) -> bool:
    link = links.new(inst.settings, "roll-call", row.incident, row.agent, now=now)
    values = {"answer_by": row.due_at, "link": link}
    return tell_agent(inst, plan, row.incident, row.agent, PURPOSE, f"roll-call:{row.id}", values)
