"""Checks of the escalation matrix (R50, A31, D14, E23)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from kitart.language import phrase
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
            yield error(
                "people",
                phrase("nobody holds the mandatory role {kind}; add a person of it", kind=kind),
                code="role-without-person",
            )
    for index, person in enumerate(plan.people):
        yield from _deputy(plan, f"people[{index}].deputy", person)
        yield from _channels(plan, f"people[{index}].channels", person)
    yield from _operators(plan)
    yield from _rotas(plan, today)


def _deputy(plan: Plan, path: str, person: Person) -> Iterator[Problem]:
    if person.deputy is None:
        yield error(
            path,
            phrase("{person} has no deputy; name one who lives in another area", person=person.id),
            code="deputy-missing",
        )
        return
    if person.deputy == person.id:
        yield error(
            path,
            phrase("{person} is the deputy of {person}; name somebody else", person=person.id),
            code="deputy-of-oneself",
        )
        return
    deputy = next((other for other in plan.people if other.id == person.deputy), None)
    if deputy is not None and deputy.area == person.area:
        yield warning(
            path,
            phrase(
                "{person} and deputy {deputy} are both in {area}: one outage takes both; right "
                "would be a deputy in another area",
                person=person.id,
                deputy=deputy.id,
                area=person.area,
            ),
            code="deputy-in-same-area",
        )


def _channels(plan: Plan, path: str, person: Person) -> Iterator[Problem]:
    # Nobody is heard by a one-way chat, so it is not among the two (A14).
    heard = [channel for channel in person.channels if channel.kind not in ONE_WAY]
    if len({channel.kind for channel in heard}) < 2:
        have = ", ".join(channel.kind for channel in heard) or "none"
        yield error(
            path,
            phrase(
                "{person} has too few channels ({have}); give two kinds at least",
                person=person.id,
                have=have,
            ),
            code="channels-too-few",
        )
    elif shared := share_a_failure(plan, heard):
        yield warning(
            path,
            phrase("{person}: {shared}", person=person.id, shared=shared),
            code="channels-fail-together",
        )


def _operators(plan: Plan) -> Iterator[Problem]:
    members = [person for person in plan.people_of_kind("ert") if person.channels]
    for index, operator in enumerate(plan.company.operators):
        hit = [person.id for person in members if operator in person.channels[0].depends_on]
        if len(hit) > 1 and len(hit) * 2 >= len(members):
            yield warning(
                f"company.operators[{index}]",
                phrase(
                    "{operator} carries the first channel of {count} of {all} ERT members "
                    "({people}); spread them over more operators",
                    operator=operator,
                    count=len(hit),
                    all=len(members),
                    people=", ".join(hit),
                ),
                code="operator-of-the-ert",
            )


def _rotas(plan: Plan, today: date) -> Iterator[Problem]:
    listed = {code for rota in plan.rotas for code in rota.members}
    for index, person in enumerate(plan.people):
        if person.kind == "ert" and person.id not in listed:
            yield warning(
                f"people[{index}]",
                phrase("{person} is in no rota; add it to one", person=person.id),
                code="rota-missing",
            )
    kinds = {person.id: person.kind for person in plan.people}
    for index, rota in enumerate(plan.rotas):
        yield from _gap(plan, index, rota.members, today)
        for place, code in enumerate(rota.members):
            if kinds.get(code, rota.kind) != rota.kind:
                yield error(
                    f"rotas[{index}].members[{place}]",
                    phrase(
                        "{code} is of kind {kind}; right would be somebody of kind {right}",
                        code=code,
                        kind=kinds[code],
                        right=rota.kind,
                    ),
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
                    phrase(
                        "nobody of {members} is there on {day} from {begins} UTC (leave, or "
                        "outside their hours); find a member for it",
                        members=", ".join(members),
                        day=f"{empty_since:%Y-%m-%d}",
                        begins=f"{empty_since:%H:%M}",
                    ),
                    code="rota-empty",
                )
                return
        at += STEP


def _there(person: Person, at: datetime) -> bool:
    return within(person.hours, person.time_zone, at) and not on_leave(person, at)
