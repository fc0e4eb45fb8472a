"""Behind which fence an incident's messages and orders stay (D4, E40, DESIGN decision 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from kitart.connectors.fence import Fence, key
from kitart.journal import exercises
from kitart.journal.exercises import ExerciseRecord
from kitart.journal.tables import Incident
from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.exercises import EXERCISE, Inject, people_and_agents
from kitart.plan.people import Agent, Person
from kitart.plan.schema import Plan


class _Company(NamedTuple):
    addresses: dict[tuple[str, str], str]
    never: frozenset[str]


_last_asked: dict[bool, tuple[Plan, _Company]] = {}
ABSENT, BACK, DEAD = "person-absent", "channel-back", "channel-dead"


def fence_of(session: Session, plan: Plan, row: Incident) -> Fence | None:
    """The fence of an incident, from the journal as it stands now; ``None`` for a real one.

    ``plan`` is the plan frozen into it. A record of an exercise that names no list of players (a
    test of the contact list, or an incident that only carries the mark) reaches the company's own
    people, never a client, a supplier or a line. The exercise's own record, which asks for the date
    and is evaluated, reaches the coordinators too, and once it is over all role holders.
    """
    if not row.exercise:
        return None
    exercise = exercises.behind(row)
    if exercise is None:
        company = _company(plan, agents=row.kind != CONTACT_TEST)
        return Fence(row.number, company.addresses, never=company.never)
    record = exercises.get(session, exercise)
    own = row.kind == EXERCISE
    return Fence(
        exercise=exercise,
        addresses={**_addresses(_inside(plan, record, own)), **_of_clients(plan, record)},
        over=record.over and not own,
        lines=frozenset(record.lines),
        gone={} if own and record.over else _gone(session, plan, record),
        dead=_dead(plan, record),
        never=_outsiders(plan, frozenset(record.lines), record.clients),
    )


def fence_after(plans: Iterable[Plan], number: str) -> Fence:
    """The fence of an exercise that is over, whose record is being evaluated: the company's own
    people, players or not, of the plan that was tested and of the one in force.

    Nobody plays absent any more and no channel plays dead; clients, suppliers and lines stay out.
    """
    known = tuple(plans)
    return Fence(
        number,
        {k: v for plan in known for k, v in _addresses((*plan.people, *plan.agents)).items()},
        never=frozenset().union(*(_outsiders(plan, frozenset(), ()) for plan in known)),
    )


def _inside(plan: Plan, record: ExerciseRecord, own: bool) -> Iterable[Person | Agent]:
    players = tuple(people_and_agents(plan, record.players))
    if not own:
        return players
    if record.over:
        return (*players, *plan.people)
    return (*players, *people_and_agents(plan, plan.exercise(record.entry).coordinators))


def _outsiders(plan: Plan, lines: frozenset[str], clients: Collection[str]) -> frozenset[str]:
    """The addresses of all who are never players: clients and lines out of scope, suppliers."""
    channels = [
        *(c for each in plan.suppliers for c in each.channels),
        *(
            channel
            for client in plan.clients
            if client.id not in clients
            for contact in client.contacts
            for channel in contact.channels
        ),
    ]
    numbers = [line.number for line in plan.lines if line.id not in lines]
    numbers += [contact.phone for each in plan.suppliers for contact in each.contacts]
    addresses = (*(channel.address for channel in channels), *numbers)
    return frozenset(key("", address)[1] for address in addresses if address)


def _company(plan: Plan, *, agents: bool) -> _Company:
    """What the company's own people are reached at, and who is never reached: kept for the last
    plan that was asked for, since a test of the contact list asks for each of a thousand texts."""
    kept = _last_asked.get(agents)
    if kept is None or kept[0] is not plan:
        people: list[Person | Agent] = [*plan.people, *(plan.agents if agents else ())]
        kept = plan, _Company(_addresses(people), _outsiders(plan, frozenset(), ()))
        _last_asked[agents] = kept
    return kept[1]


def _addresses(owners: Iterable[Person | Agent]) -> dict[tuple[str, str], str]:
    return {
        key(channel.kind, channel.address): owner.id
        for owner in owners
        for channel in owner.channels
    }


def _of_clients(plan: Plan, record: ExerciseRecord) -> dict[tuple[str, str], str]:
    return {
        key(channel.kind, channel.address): client.id
        for client in plan.clients
        if client.id in record.clients
        for contact in client.contacts
        for channel in contact.channels
    }


def _gone(session: Session, plan: Plan, record: ExerciseRecord) -> dict[str, str]:
    """Who plays absent, and whom a real incident has called on by now (E40)."""
    absent = (
        inject.person for inject in _given(plan, record) if inject.does == ABSENT and inject.person
    )
    gone = dict.fromkeys(absent, "plays absent")
    gone |= dict.fromkeys(record.left, "has left the exercise for a real incident")
    if record.began_at is not None and not record.over:
        for person, real in exercises.concerned(session, record.began_at).items():
            gone[person] = f"has left the exercise for {real}, which is real"
    return gone


def _dead(plan: Plan, record: ExerciseRecord) -> frozenset[str]:
    dead: set[str] = set()
    for inject in _given(plan, record):
        if inject.channel is not None:
            (dead.add if inject.does == DEAD else dead.discard)(inject.channel)
    return frozenset(dead)


def _given(plan: Plan, record: ExerciseRecord) -> list[Inject]:
    scenario = next((s for s in plan.scenarios if s.id == record.scenario), None)
    return [scenario.inject(id) for id in record.given] if scenario else []
