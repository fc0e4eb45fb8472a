"""Cover as it stands in an incident: the next moves, who is short, what has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import (
    cover,
    cover_facts,
    incidents,
    levels,
    looks,
    observations,
    outage_reports,
    timeline,
)
from kitart.journal.reading import once_in_a_reading
from kitart.journal.tables import CoverCall
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE
from kitart.rules.calendars import is_open
from kitart.rules.cover.moves import Moves, next_moves
from kitart.rules.cover.proposal import Proposal, propose
from kitart.rules.cover.rungs import Rung

SEATS = "cover"
CALLED_IN = (Rung.NATIVE, Rung.NON_NATIVE, Rung.ENGLISH_ONLY)


@once_in_a_reading
def moves(session: Session, plan: Plan, incident: str, now: datetime) -> Moves:
    """What is to be done next for the incident's queues (R18-R36)."""
    facts = cover_facts.facts_of(session, plan, incident, now)
    calls = cover_facts.calls_of(session, plan, incident)
    in_force = levels.of_incident(session, incident).in_force
    return next_moves(plan, facts, calls, in_force, now)


def wanted(
    session: Session, plan: Plan, incident: str, manager: str, now: datetime
) -> dict[str, int]:
    """The levels that the ladder needs beyond what is invoked, for one account manager's projects
    (A27)."""
    found = moves(session, plan, incident, now).wanted
    return {p: n for p, n in sorted(found.items()) if plan.project(p).account_manager == manager}


@once_in_a_reading
def without_cover(session: Session, plan: Plan, incident: str, now: datetime) -> Proposal:
    """What the ladder would propose if nobody sat in for anybody: the level that is needed now.

    Who said no or did not come in this incident is not counted on.
    """
    facts = cover_facts.facts_of(session, plan, incident, now)
    refused = {call.agent for call in cover_facts.calls_of(session, plan, incident) if call.refused}
    return propose(plan, replace(facts, said_no=frozenset(refused)))


def without_other_holds(session: Session, plan: Plan, incident: str, now: datetime) -> Moves:
    """The moves there would be if no other incident held anybody (E2, E3)."""
    facts = cover_facts.facts_of(session, plan, incident, now)
    calls = cover_facts.calls_of(session, plan, incident)
    in_force = levels.of_incident(session, incident).in_force
    free = replace(facts, assigned={}, reserved={})
    return next_moves(plan, free, calls, in_force, now)


def mark(session: Session, incident: str) -> tuple[object, ...]:
    """Changes whenever something did that the ladder goes by, also in other incidents."""
    reports = [
        (r.id, r.ended_at, r.safe, r.until) for r in outage_reports.of_incident(session, incident)
    ]
    calls = [
        (c.id, c.state, c.silent_at, c.reminded_at, c.due_at, c.relief_asked_at)
        for c in cover.of_incident(session, incident)
    ]
    row = incidents.get(session, incident)
    others = [(c.id, c.state) for c in cover.held_by_others(session, row)]
    said = [
        e.id
        for e in timeline.entries(
            session, incident, levels.SET, levels.CHANGED, levels.SETTLED, "forecast refused",
            "rest waived",
        )
    ]  # fmt: skip
    standing = [(r.id, r.until) for r in outage_reports.standing(session, exercise=row.exercise)]
    return tuple(reports), tuple(calls), tuple(others), tuple(said), tuple(standing)


@dataclass(frozen=True)
class Seats:
    """One queue: needed, filled by its own agents, live by rung, coming; what nobody is left for.

    ``level`` is that of the rungs in use, 4 while a seat is uncovered; ``None`` when nothing is.
    """

    project: str
    queue: str
    needed: int
    own: int
    by_rung: Mapping[str, int]
    coming: int
    uncovered: int
    level: int | None

    @property
    def filled(self) -> int:
        """Seats in which somebody answers calls now."""
        return self.own + sum(self.by_rung.values())

    def data(self) -> dict[str, object]:
        """As the timeline keeps it."""
        return {
            "project": self.project, "queue": self.queue, "needed": self.needed, "own": self.own,
            "by_rung": dict(self.by_rung), "coming": self.coming, "uncovered": self.uncovered,
            "filled": min(self.filled, self.needed), "level": self.level,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """The record's words."""
        cover_words = ", ".join(f"{n} {rung}" for rung, n in self.by_rung.items() if n)
        said = f"{self.queue}: {min(self.filled, self.needed)} of {self.needed} seats filled"
        said += f" ({self.own} own{', ' + cover_words if cover_words else ''})"
        if self.coming:
            said += f", {self.coming} coming"
        return said + (f", nobody found for {self.uncovered}" if self.uncovered else "")


def seats(session: Session, plan: Plan, incident: str, now: datetime) -> list[Seats]:
    """Each queue of the incident that has, or had, an agent out or somebody called for it."""
    found = moves(session, plan, incident, now).proposal
    calls = cover.of_incident(session, incident)
    touched = {c.queue for c in calls} | {
        f"{r.project}/{r.language}" for r in outage_reports.of_incident(session, incident)
    }
    return [
        Seats(
            project=q.need.project, queue=q.need.key, needed=q.need.needed, own=len(q.need.live),
            by_rung=_live_by_rung(calls, q.need.key), coming=_coming(calls, q.need.key),
            uncovered=q.uncovered, level=q.level,
        )
        for q in found.queues
        if q.need.key in touched
    ]  # fmt: skip


def _live_by_rung(calls: list[CoverCall], queue: str) -> dict[str, int]:
    live = [c.rung for c in calls if c.queue == queue and c.state == cover.LIVE]
    return {rung.value: n for rung in CALLED_IN if (n := live.count(rung.value))}


def _coming(calls: list[CoverCall], queue: str) -> int:
    return sum(c.queue == queue and c.state == cover.ACCEPTED for c in calls)


def seats_changed(session: Session, plan: Plan, incident: str, now: datetime) -> bool:
    """Whether the seats, or whether own agents fill them, are not as the record last has it."""
    told = seats_as_told(session, incident)
    if any(told.get(s.queue) != s.data() for s in seats(session, plan, incident, now)):
        return True
    last = observations.latest(session, WORKPLACE, looks.PERSON, [incident])
    state = "up" if own_agents_fill(session, plan, incident, now) else "down"
    confirmed = looks.effect_confirmed(session, incident)
    unnoted = confirmed and looks.effect_known_at(session, incident) is None
    return last is None or last.state != state or unnoted


def seats_as_told(session: Session, incident: str) -> dict[str, dict[str, object]]:
    """The last that the timeline says of each queue."""
    return {e.data["queue"]: dict(e.data) for e in timeline.entries(session, incident, SEATS)}


def unchanged_since(session: Session, incident: str, project: str) -> datetime | None:
    """Since when the seats of a project's queues stand as they do; ``None`` before any was told."""
    told = [e.occurred_at for e in timeline.entries(session, incident, SEATS)
            if e.data["project"] == project]  # fmt: skip
    if not told:
        return None
    # What has just happened may not be counted yet.
    reports = outage_reports.of_incident(session, incident)
    ends = [r.ended_at for r in reports if r.project == project]
    calls = [c for c in cover.of_incident(session, incident)
             if c.queue.startswith(f"{project}/")]  # fmt: skip
    moments = [*ends, *(c.live_at for c in calls), *(c.ended_at for c in calls)]
    return max([*told, *(at for at in moments if at is not None)])


def lost_seats(session: Session, plan: Plan, incident: str, now: datetime) -> dict[str, int]:
    """How many seats the projects of each account manager are short of, without any cover."""
    found: dict[str, int] = {}
    for queue in without_cover(session, plan, incident, now).queues:
        manager = plan.project(queue.need.project).account_manager
        found[manager] = found.get(manager, 0) + queue.need.short
    return found


def own_agents_fill(session: Session, plan: Plan, incident: str, now: datetime) -> bool:
    """Whether the queues' own agents fill every seat; a line that is closed shows it only when
    none of the incident's agents is out any more (E37)."""
    found = without_cover(session, plan, incident, now)
    if any(q.need.short and q.need.out for q in found.queues):
        return False
    projects = incidents.get(session, incident).projects or ()
    still_out = [r for r in outage_reports.of_incident(session, incident) if r.ended_at is None]
    opened = all(is_open(plan.calendar_of(code), now) for code in projects)
    return opened or not still_out


def lower_to(session: Session, plan: Plan, incident: str, now: datetime) -> dict[str, int]:
    """The projects whose level may be lowered, and to which: less has been needed for the stable
    time without a change (D7, E30)."""
    in_force = levels.of_incident(session, incident).in_force
    if not in_force:
        return {}
    needed = without_cover(session, plan, incident, now).levels_by_project
    stable = timedelta(minutes=plan.limits.stable_before_lowering)
    found = {}
    for project, level in in_force.items():
        less = needed.get(project) or 0
        since = unchanged_since(session, incident, project)
        if less < level and since is not None and since + stable <= now:
            found[project] = less
    return found


def lowering_at(session: Session, plan: Plan, incident: str, now: datetime) -> datetime | None:
    """When a level may be lowered next, if nothing changes until then."""
    in_force = levels.of_incident(session, incident).in_force
    if not in_force:
        return None
    needed = without_cover(session, plan, incident, now).levels_by_project
    stable = timedelta(minutes=plan.limits.stable_before_lowering)
    moments = [
        since + stable
        for project, level in in_force.items()
        if (needed.get(project) or 0) < level
        and (since := unchanged_since(session, incident, project)) is not None
    ]
    return min((at for at in moments if at > now), default=None)


def warned(session: Session, incident: str) -> set[tuple[str, str]]:
    """Who was told to be ready, by queue (A4)."""
    entries = timeline.entries(session, incident, "backup warned")
    return {(e.data["queue"], e.data["agent"]) for e in entries}
