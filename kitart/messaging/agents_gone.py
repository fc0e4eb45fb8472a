"""One look at who is live: agents who dropped out together open an incident (E18).

The incident and the roll-call are written with the look itself, in one transaction: of two looks
at once the second sees that nobody dropped any more. What follows for each agent, who is back or
stays silent, is written some agents at a time: alerts and answers come in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.alerts.workplace import Reported, take_up
from kitart.alerts.workplace_incident import homes, open_workplace
from kitart.journal import incidents, outage_reports, roll_calls, seen_agents, timeline
from kitart.journal.database import Journal
from kitart.journal.tables import RollCall
from kitart.messaging.roll_call import note_asked, note_silent
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE
from kitart.rules.dropped import Looks, at_once, dropped

MONITOR = "monitor: phone system"
SOME = 20
"""How many agents are written about in one transaction."""


@dataclass(frozen=True)
class Seen:
    """What the phone system says: who is logged in, and who of them counts as live; asked at
    ``at`` (UTC)."""

    at: datetime
    logged_in: frozenset[str]
    live: frozenset[str]


def not_seen(session: Session, plan: Plan, *, at: datetime) -> None:
    """The phone system did not answer: whoever is not there when it does has not fallen out."""
    seen_agents.one_at_a_time(session)
    last = seen_agents.last_look(session)
    if last.at is None or last.at < at:
        seen_agents.keep(session, [agent.id for agent in plan.agents], (), now=at)


def look(journal: Journal, plan: Plan, seen: Seen) -> dict[str, tuple[str, ...]]:
    """Compare with the last look; returns whom to ask in which incident.

    An older look than the last one is thrown away. Alerts wait for it only where it opens an
    incident: asking hundreds takes a while.
    """
    with suppress(_OpensOne), journal.write() as session:
        return _compared(session, plan, seen, may_open=False)
    with journal.write() as session:
        incidents.one_at_a_time(session)
        return _compared(session, plan, seen, may_open=True)


class _OpensOne(Exception):
    """The look can't be written without the lock of whoever opens incidents."""


def _compared(
    session: Session, plan: Plan, seen: Seen, *, may_open: bool
) -> dict[str, tuple[str, ...]]:
    seen_agents.one_at_a_time(session)
    last = seen_agents.last_look(session)
    if last.at is not None and seen.at <= last.at:
        return {}
    reported = {row.agent for row in outage_reports.standing(session)}
    looks = Looks(last.at, seen.at, last.live, seen.logged_in)
    gone = dropped(looks, plan.agents, reported)
    where = _where(session, plan, gone, seen.at, may_open=may_open)
    for number in sorted(where):
        # Closed since it was read: they belong elsewhere.
        if incidents.held(session, number).closed_at is not None and not may_open:
            raise _OpensOne
    seen_agents.keep(session, [agent.id for agent in plan.agents], seen.live, now=seen.at)
    asked: dict[str, tuple[str, ...]] = {}
    for number, agents in where.items():
        if asks := note_asked(session, plan, number, agents, now=seen.at):
            asked[number] = asks
    return asked


def work_silences(journal: Journal, plan: Plan, *, now: datetime) -> tuple[str, ...]:
    """Who did not answer in time counts as out; returns the incidents that it concerns. Whose
    answer is being taken at this moment is left to the next look."""
    with journal.read() as session:
        due = roll_calls.due(session, now)
    made: list[Reported | None] = []
    for some in _some_at_a_time(due):
        with journal.write() as session:
            incidents.one_at_a_time(session)
            made += [
                note_silent(session, plan, row, now=now)
                for row in some
                if outage_reports.nobody_else_has(session, row.agent)
            ]
    return tuple(dict.fromkeys(each.incident for each in made if each and each.incident))


def take_up_waiting(session: Session, plan: Plan, *, now: datetime) -> tuple[str, ...]:
    """Agents reported out before their shift: the incidents that it opens or joins now (E36)."""
    incidents.one_at_a_time(session)
    known = {agent.id for agent in plan.agents}
    rows = [
        row
        for row in outage_reports.standing(session)
        if row.agent in known
        and row.incident is None
        and outage_reports.nobody_else_has(session, row.agent)
    ]
    made = [take_up(session, plan, row, now=now) for row in rows]
    return tuple(dict.fromkeys(each.incident for each in made if each and each.incident))


def note_back(journal: Journal, seen: Seen) -> None:
    """Who is live again needs no more asking. Whose answer is being taken at this moment is left to
    the next look."""
    with journal.read() as session:
        rows = [
            row
            for row in roll_calls.waiting(session)
            if row.agent in seen.live and row.asked_at < seen.at
        ]
    for some in _some_at_a_time(rows):
        with journal.write() as session:
            for row in some:
                _is_back(session, row, seen.at)


def _some_at_a_time(rows: Sequence[RollCall]) -> Iterator[Sequence[RollCall]]:
    return (rows[n : n + SOME] for n in range(0, len(rows), SOME))


def _is_back(session: Session, row: RollCall, at: datetime) -> None:
    if not outage_reports.nobody_else_has(session, row.agent):
        return
    if not roll_calls.seen(session, row.id, now=at):
        return
    timeline.append(
        session, row.incident, "roll-call answered",
        f"{row.agent} is live again in the phone system",
        now=at, data={"agent": row.agent, "answer": roll_calls.SEEN,
                      "via": roll_calls.PHONE_SYSTEM},
    )  # fmt: skip


def _where(
    session: Session, plan: Plan, gone: Sequence[str], now: datetime, *, may_open: bool
) -> Mapping[str, Sequence[str]]:
    """The incident of each agent who is gone: an open one that fits, else, for many, a new one.
    Raises ``_OpensOne`` for that, unless it ``may_open`` one."""
    many = at_once(gone, plan.limits.agents_drop)
    found: dict[str, list[str]] = {}
    alone: list[str] = []
    known = {agent.id: agent for agent in plan.agents}
    open_ones = homes(session, plan)
    for agent in gone:
        number = open_ones.of_agent(known[agent], now, by_project=not many)
        if number is None:
            alone.append(agent)
        else:
            found.setdefault(number, []).append(agent)
    if not many or not alone:
        return found
    if not found and not may_open:
        raise _OpensOne
    number = _open(session, plan, alone, now) if not found else next(iter(found))
    found.setdefault(number, []).extend(alone)
    return found


def _open(session: Session, plan: Plan, agents: Sequence[str], now: datetime) -> str:
    projects = tuple(dict.fromkeys(plan.agent(a).queue.partition("/")[0] for a in agents))
    opened = open_workplace(
        session, plan, f"{WORKPLACE}:drop:{now - _seconds(now):%Y-%m-%dT%H:%MZ}", projects,
        cause_at=now, reported_by=MONITOR, now=now,
    )  # fmt: skip
    timeline.append(
        session, opened.incident.number, "agents dropped",
        f"{len(agents)} agents who are on shift fell out of the phone system within a minute: "
        f"{', '.join(agents)}",
        now=now, author=MONITOR, source="monitor", data={"agents": list(agents)},
    )  # fmt: skip
    return opened.incident.number


def _seconds(moment: datetime) -> timedelta:
    return timedelta(seconds=moment.second, microseconds=moment.microsecond)
