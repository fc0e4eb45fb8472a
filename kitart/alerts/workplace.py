"""An agent can't work: the report, and the incident that it opens or joins (R17, E4, E33).

The one way in for the agent's page, an SMS, a supervisor's form, the Prefect UI and the phone
system's own silence.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.alerts.workplace_incident import of_cause, open_workplace, told
from kitart.journal import cover, incidents, outage_reports, roll_calls, timeline
from kitart.journal.outage_reports import AGENT, IN_DANGER, Said
from kitart.journal.tables import Incident, OutageReport
from kitart.plan.hours import spans
from kitart.plan.roles import role_name
from kitart.plan.schema import Agent, Plan
from kitart.plan.workplace import WORKPLACE
from kitart.rules.rosters import on_shift

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Reported:
    """The report as it is kept, and its incident; ``new`` when it opened one. ``incident`` is
    ``None`` for an agent who is not expected at work: then no seat is lost."""

    row: OutageReport
    incident: str | None
    new: bool


def report_outage(
    session: Session,
    plan: Plan,
    form: str,
    said: Said,
    *,
    now: datetime,
    exercise: bool = False,
    incident: str | None = None,
    part_of: str | None = None,
) -> Reported | None:
    """Keep what is said of an agent, and open or join the incident of its cause.

    ``form`` is what makes two sendings one. ``incident`` names the incident that it belongs to
    whatever the cause, while that is open; ``part_of`` the exercise in which this is played.
    ``None`` when nothing new was said. Raises ``KeyError`` for an agent that the plan does not
    know, ``LookupError`` for an incident that there isn't.
    """
    plan.agent(said.agent)
    one_report_at_a_time(session, [said.agent])
    return report_in_turn(
        session, plan, form, said, now=now, exercise=exercise, incident=incident, part_of=part_of
    )


def report_in_turn(
    session: Session,
    plan: Plan,
    form: str,
    said: Said,
    *,
    now: datetime,
    exercise: bool = False,
    incident: str | None = None,
    part_of: str | None = None,
) -> Reported | None:
    """As ``report_outage``, by whoever has called ``one_report_at_a_time`` for all the agents of
    the transaction. In an ``incident`` that ``held_with`` holds open no other is opened or looked
    for: then that is enough, and nobody waits for those who take in alerts."""
    agent = plan.agent(said.agent)
    before = outage_reports.of_agent(session, agent.id, exercise=exercise)
    wanted = (incident, before.incident if before else None)
    row = outage_reports.report(session, form, said, now=now, exercise=exercise)
    if said.role == AGENT and not exercise:
        answered = roll_calls.HELP if said.safe in IN_DANGER else roll_calls.CANNOT
        roll_calls.answer_all(session, agent.id, answered, via="report", now=now)
    if row is not None:
        return _led_to(session, plan, row, said.role, now, exercise, wanted, part_of)
    if before is None:
        return None
    # Said again before a shift, it counts from when the shift is near enough (E36).
    return take_up(session, plan, before, now=now, exercise=exercise, wanted=wanted)


def one_report_at_a_time(session: Session, agents: Collection[str]) -> None:
    """Wait for whoever else takes in alerts, opens incidents, or takes the word of these agents."""
    incidents.one_at_a_time(session)
    outage_reports.one_at_a_time(session, agents)


def held_with(session: Session, number: str, agent: str) -> Incident:
    """The incident ``number``, held with the one that the agent's report is in, so that the
    agent's answer can be written; nobody else takes the agent's word until the transaction ends.
    Raises ``LookupError`` for an incident that there isn't."""
    outage_reports.one_at_a_time(session, [agent])
    before = outage_reports.of_agent(session, agent)
    others = {before.incident} if before and before.incident else set[str]()
    # In the order of their numbers: two agents who are each in both must not wait for one another.
    held = {each: incidents.held(session, each) for each in sorted({number, *others})}
    return held[number]


def take_up(
    session: Session,
    plan: Plan,
    row: OutageReport,
    *,
    now: datetime,
    exercise: bool = False,
    wanted: Iterable[str | None] = (),
) -> Reported | None:
    """A report that stands and cost no seat so far: its incident, once a shift is near (E36), or
    one of those ``wanted`` that is open.

    ``None`` while nothing changes. Called within ``incidents.one_at_a_time``, or ``held_with``.
    """
    if row.incident is not None or row.open_key is None:
        return None
    made = _led_to(session, plan, row, row.role, now, exercise, wanted)
    return made if made.incident else None


def takes_back(
    session: Session, agent: str, *, by: str, role: str, now: datetime, exercise: bool = False
) -> bool:
    """The agent works again, by somebody's word; ``False`` when no report stood.

    The record of an incident that is closed meanwhile stays as it was (E39).
    """
    outage_reports.one_at_a_time(session, [agent])
    row = outage_reports.withdraw(session, agent, by=by, now=now, exercise=exercise)
    if row is None:
        return False
    if not exercise:
        roll_calls.answer_all(session, agent, roll_calls.WORKS, via="report", now=now)
    if row.incident is not None and _open(session, row.incident) is not None:
        timeline.append(
            session, row.incident, "agent back",
            f"{agent} works again, says the {role_words(role)}",
            now=now, author=role_words(role), source="person",
            data={"agent": agent, "project": row.project, "queue": _queue(row), "report": row.id},
            key=f"agent-back:{row.id}",
        )  # fmt: skip
    return True


def expected_at_work(plan: Plan, agent: Agent, now: datetime) -> bool:
    """Whether the agent is on shift, or will be soon enough that a seat is lost (E36)."""
    if on_shift(agent, now):
        return True
    today = now.date()
    ahead = now + timedelta(minutes=plan.limits.shift_ahead)
    return any(
        now <= start <= ahead
        for start, _ in spans(agent.shift, agent.time_zone, today - DAY, today + 2 * DAY)
        if on_shift(agent, start)
    )


def _led_to(
    session: Session,
    plan: Plan,
    row: OutageReport,
    role: str,
    now: datetime,
    exercise: bool,
    wanted: Iterable[str | None],
    part_of: str | None = None,
) -> Reported:
    """The incident of a report that stands: one of those ``wanted`` that is still open, else that
    of a seat which the agent holds as a backup, else, for who is expected at work, its cause's."""
    held = cover.seat_of(session, row.agent, exercise=exercise)
    numbers = [*wanted, held.incident if held else None]
    found = next((i for n in numbers if n and (i := _open(session, n))), None)
    if found is None and not expected_at_work(plan, plan.agent(row.agent), now):
        return Reported(row, None, False)
    if found is None and (other := of_cause(session, plan, told(row), exercise)) is not None:
        found = _open(session, other.number)
    project = held.queue.partition("/")[0] if held else row.project
    new = found is None
    if found is None:
        found = open_workplace(
            session, plan, f"{WORKPLACE}:{row.id}", (project,), cause_at=row.occurred_at,
            reported_by=role_words(role), now=now, exercise=exercise, part_of=part_of,
        ).incident  # fmt: skip
    else:
        _join(found, project, row.occurred_at, role, now)
    row.incident = found.number
    _note(session, found.number, row, new=new, now=now)
    return Reported(row, found.number, new)


def _open(session: Session, number: str) -> Incident | None:
    """The incident if it is open, and stays so until the transaction ends."""
    if incidents.get(session, number).closed_at is not None:
        return None
    found = incidents.held(session, number)
    return found if found.closed_at is None else None


def _join(incident: Incident, project: str, began: datetime, role: str, now: datetime) -> None:
    incident.projects = list(dict.fromkeys([*(incident.projects or ()), project]))
    incident.cause_at = min(incident.cause_at, began)
    if now < incident.reported_at:  # the earliest report is T0 (E33)
        incident.reported_at, incident.reported_by = now, role_words(role)


def _note(session: Session, number: str, row: OutageReport, *, new: bool, now: datetime) -> None:
    who = "says so" if row.role == AGENT else f"reported by the {role_words(row.role)}"
    timeline.append(
        session, number, "agent offline",
        f"{row.agent} can't work ({_queue(row)}): {row.what or 'cause not said'}; {who}; "
        f"{_safe(row.safe)}{_forecast(row)}",
        now=now, occurred_at=min(row.occurred_at, now), author=role_words(row.role),
        source="system" if row.role == ROLL_CALL else "person",
        data={"agent": row.agent, "project": row.project, "queue": _queue(row), "report": row.id,
              "what": row.what, "safe": row.safe, "area": row.area, "opened": new},
        key=f"agent-offline:{row.id}",
    )  # fmt: skip


ROLL_CALL = "roll-call"
"""Who reports an agent that the phone system lost and who did not answer (E18)."""


def role_words(role: str) -> str:
    """A reporter's role as the record says it."""
    return {AGENT: "agent", ROLL_CALL: "roll-call"}.get(role) or role_name(role)


def _safe(safe: str) -> str:
    if safe in IN_DANGER:
        return "NOT SAFE"
    return "safe" if safe == outage_reports.YES else "not known whether safe"


def _forecast(row: OutageReport) -> str:
    if row.can_move == outage_reports.YES:
        return "; can move within 30 minutes"
    return f"; until {row.until:%H:%M} UTC" if row.until else ""


def _queue(row: OutageReport) -> str:
    return f"{row.project}/{row.language}"
