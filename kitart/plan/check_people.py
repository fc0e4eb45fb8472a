"""Checks of the escalation matrix (R50, A31, D14, E23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from kitart.plan.dependencies import share_a_failure
from kitart.plan.hours import within
from kitart.plan.kinds import ONE_WAY
from kitart.plan.people import Person
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import Plan, on_leave
from kitart.plan.values import PersonKind

MANDATORY: tuple[str, ...] = tuple(kind for kind in get_args(PersonKind) if kind != "cmt")
LOOK_AHEAD_DAYS = 31
STEP = timedelta(minutes=30)


def people_problems(plan: Plan, today: date) -> Iterator[Problem]:
    """Roles without person, deputy or second channel; deputies and channels that fail together."""
    for kind in MANDATORY:
        if not plan.people_of_kind(kind):
            yield error("people", f"nobody holds the mandatory role {kind}; add a person of it")
    for index, person in enumerate(plan.people):
        yield from _deputy(plan, f"people[{index}].deputy", person)
        yield from _channels(plan, f"people[{index}].channels", person)
    yield from _operators(plan)
    yield from _rotas(plan, today)


def _deputy(plan: Plan, path: str, person: Person) -> Iterator[Problem]:
    if person.deputy is None:
        yield error(path, f"{person.id} has no deputy; name one who lives in another area")
        return
    if person.deputy == person.id:
        yield error(path, f"{person.id} is the deputy of {person.id}; name somebody else")
        return
    deputy = next((other for other in plan.people if other.id == person.deputy), None)
    if deputy is not None and deputy.area == person.area:
        yield warning(
            path,
            f"{person.id} and deputy {deputy.id} are both in {person.area}: one outage takes both; "
            "right would be a deputy in another area",
        )


def _channels(plan: Plan, path: str, person: Person) -> Iterator[Problem]:
    # Nobody is heard by a one-way chat, so it is not among the two (A14).
    heard = [channel for channel in person.channels if channel.kind not in ONE_WAY]
    if len({channel.kind for channel in heard}) < 2:
        have = ", ".join(channel.kind for channel in heard) or "none"
        yield error(path, f"{person.id} has too few channels ({have}); give two kinds at least")
    elif shared := share_a_failure(plan, heard):
        yield warning(path, f"{person.id}: {shared}")


def _operators(plan: Plan) -> Iterator[Problem]:
    members = [person for person in plan.people_of_kind("ert") if person.channels]
    for index, operator in enumerate(plan.company.operators):
        hit = [person.id for person in members if operator in person.channels[0].depends_on]
        if len(hit) > 1 and len(hit) * 2 >= len(members):
            yield warning(
                f"company.operators[{index}]",
                f"{operator} carries the first channel of {len(hit)} of {len(members)} ERT members "
                f"({', '.join(hit)}); spread them over more operators",
            )


def _rotas(plan: Plan, today: date) -> Iterator[Problem]:
    listed = {code for rota in plan.rotas for code in rota.members}
    for index, person in enumerate(plan.people):
        if person.kind == "ert" and person.id not in listed:
            yield warning(f"people[{index}]", f"{person.id} is in no rota; add it to one")
    kinds = {person.id: person.kind for person in plan.people}
    for index, rota in enumerate(plan.rotas):
        yield from _gap(plan, index, rota.members, today)
        for place, code in enumerate(rota.members):
            if kinds.get(code, rota.kind) != rota.kind:
                yield error(
                    f"rotas[{index}].members[{place}]",
                    f"{code} is of kind {kinds[code]}; right would be somebody of kind {rota.kind}",
                )


def _gap(plan: Plan, index: int, members: tuple[str, ...], today: date) -> Iterator[Problem]:
    """The first time in which no member is there for as long as ``ert_gap_alarm`` (E23)."""
    people = [person for person in plan.people if person.id in members]
    if not people:
        return
    alarm = timedelta(minutes=plan.limits.ert_gap_alarm)
    at = datetime.combine(today, time(0), tzinfo=UTC)
    end, empty_since = at + timedelta(days=LOOK_AHEAD_DAYS), None
    while at < end:
        if any(_there(person, at) for person in people):
            empty_since = None
        else:
            empty_since = empty_since or at
            if at + STEP - empty_since >= alarm:
                yield warning(
                    f"rotas[{index}].members",
                    f"nobody of {', '.join(members)} is there on {empty_since:%Y-%m-%d} from "
                    f"{empty_since:%H:%M} UTC (leave, or outside their hours); find a member for "
                    "it",
                )
                return
        at += STEP


def _there(person: Person, at: datetime) -> bool:
    return within(person.hours, person.time_zone, at) and not on_leave(person, at)
