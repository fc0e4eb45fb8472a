"""What the ladder has to know, out of the journal: who is out, who is taken, who was called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import cover, incidents, outage_reports, timeline
from kitart.journal.reading import once_in_a_reading
from kitart.journal.tables import Approval, CoverCall, Incident, OutageReport
from kitart.plan.schema import Plan
from kitart.rules.calendars import is_open, next_opening
from kitart.rules.cover.facts import Facts, Out, Reservation
from kitart.rules.cover.moves import Call
from kitart.rules.cover.needs import needs
from kitart.rules.cover.presence import Presence
from kitart.rules.cover.rungs import Rung
from kitart.rules.rosters import on_shift

HITS_NEIGHBOURS = ("power", "internet", outage_reports.NOT_SAID)
MONTH = timedelta(days=30)
GRACE = timedelta(minutes=2)
PLACE, RELOCATION = "place", "relocation"
REJECTED, CALL_NOW = "reject", "call"


def out_of(plan: Plan, report: OutageReport, now: datetime, refused: Collection[int] = ()) -> Out:
    """A standing report as the ladder reads it (A4).

    A forecast whose moment has passed, and a place or a forecast that a person did not accept
    (``refused``, by the report's number), count as "unknown" (E11, E12).
    """
    moves = report.can_move == outage_reports.YES
    back = (
        report.occurred_at + timedelta(minutes=plan.limits.relocate_forecast)
        if moves
        else report.until
    )
    if report.id in refused or (back is not None and back + GRACE < now):
        back = None
    return Out(
        agent=report.agent,
        live_again_at=back,
        reported_at=report.occurred_at,
        safe=report.safe not in outage_reports.IN_DANGER,
        hits_area=report.what in HITS_NEIGHBOURS,
    )


def looked_at(plan: Plan, row: Incident, now: datetime) -> datetime:
    """The moment that cover is looked for: now while a line is open, else the next opening if it
    is near enough (E36, E37)."""
    calendars = [plan.calendar_of(code) for code in row.projects or ()]
    if any(is_open(calendar, now) for calendar in calendars):
        return now
    ahead = now + timedelta(minutes=plan.limits.shift_ahead)
    openings = [at for each in calendars if (at := next_opening(each, now)) and at <= ahead]
    return min(openings, default=now)


@once_in_a_reading
def facts_of(session: Session, plan: Plan, incident: str, now: datetime) -> Facts:
    """The facts of an incident without its own calls (``calls_of``)."""
    row = incidents.get(session, incident)
    at = looked_at(plan, row, now)
    refused = _refused(session, incident)
    known = {agent.id for agent in plan.agents}
    standing = outage_reports.standing(session, known, exercise=row.exercise)
    out = [out_of(plan, report, now, refused) for report in standing]
    others = cover.held_by_others(session, row)
    known_so_far = Facts(
        at=at,
        out=tuple(o for o in out if not _back_by(o, at, now)),
        projects=frozenset(row.projects or ()),
        assigned={c.agent: c.incident for c in others if c.state != cover.ASKED},
        reserved={
            c.agent: Reservation(c.incident, c.held_until)
            for c in others
            if c.state == cover.ASKED and c.held_until is not None
        },
        rest_waived=frozenset(
            str(e.data["agent"]) for e in timeline.entries(session, incident, "rest waived")
        ),
        call_outs=cover.called_since(session, now - MONTH),
    )
    return replace(known_so_far, elsewhere=_elsewhere(session, plan, row, known_so_far, others))


def _elsewhere(
    session: Session, plan: Plan, row: Incident, facts: Facts, others: Sequence[CoverCall]
) -> dict[str, int]:
    """Of each queue's empty seats those that other incidents see to (E5): what they have filled,
    and what an older one lost. Of a gap in the roster itself the oldest takes care."""
    by_report: dict[str, dict[str, int]] = {}
    for report in outage_reports.standing(session, exercise=row.exercise):
        if report.incident is not None:
            queue = by_report.setdefault(f"{report.project}/{report.language}", {})
            queue[report.incident] = queue.get(report.incident, 0) + 1
    found: dict[str, int] = {}
    for need in needs(plan, facts, Presence(facts.at)):
        lost = by_report.get(need.key, {})
        if not set(lost) - {row.number} and not any(c.queue == need.key for c in others):
            continue
        older = sum(n for number, n in lost.items() if number < row.number)
        filled = sum(call.queue == need.key for call in others)
        gap = 0 if older else need.short_by_roster
        mine = min(lost.get(row.number, 0) + gap, need.short - max(filled, min(older, need.short)))
        found[need.key] = need.short - max(0, mine)
    return found


def _back_by(out: Out, at: datetime, now: datetime) -> bool:
    """Whether the agent is back before the opening that is looked at (E36)."""
    return at > now and out.safe and out.live_again_at is not None and out.live_again_at <= at


def _refused(session: Session, incident: str) -> set[int]:
    """The reports whose place or forecast a person did not accept (E11, E12)."""
    query = sa.select(Approval.key).where(
        Approval.incident == incident,
        Approval.kind.in_((PLACE, RELOCATION)),
        Approval.answer.in_((REJECTED, CALL_NOW)),
    )
    numbers = [key.split(":") for key in session.scalars(query)]
    return {int(parts[3] if parts[1] == RELOCATION else parts[2]) for parts in numbers}


def calls_of(session: Session, plan: Plan, incident: str) -> list[Call]:
    """Everybody who was called out for an incident, as the rules read it."""
    return [_call(plan, row) for row in cover.of_incident(session, incident)]


def _call(plan: Plan, row: CoverCall) -> Call:
    until = standby_end(plan, row) if row.state in (cover.ACCEPTED, cover.LIVE) else None
    agent = plan.agent(row.agent)
    return Call(
        id=row.id, agent=row.agent, queue=row.queue, rung=Rung(row.rung), state=row.state,
        asked_at=row.asked_at, due_at=row.due_at, silent=row.silent_at is not None,
        reminded=row.reminded_at is not None, leaving=row.relief_asked_at is not None,
        until=until,
        goes_on=until is not None and agent.queue == row.queue and on_shift(agent, until),
    )  # fmt: skip


def standby_end(plan: Plan, row: CoverCall) -> datetime | None:
    """When the standby on which the agent was called ends (UTC); ``None`` if that is not known."""
    agent = plan.agent(row.agent)
    found = (Presence(at).standby_until(agent) for at in (row.asked_at, row.due_at))
    return next((end for end in found if end is not None), None)
