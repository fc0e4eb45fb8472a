"""The programme of exercises and their scenarios, as data (R51-R53, D4; reports §6.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from kitart.plan.hours import DAYS
from kitart.plan.people import Agent, Person
from kitart.plan.systems import System
from kitart.plan.values import Code, Language, Minutes, Part, PersonKind, Text

if TYPE_CHECKING:
    from kitart.plan.schema import Plan

EXERCISE = "exercise"
"""The kind of an exercise's own record: it is no disruption; what it plays are incidents."""
EXERCISE_ENTRY = "EXERCISE"
"""Stands in an exercise's record where an incident names the system that fails."""
ExerciseKind = Literal["contact-call", "tabletop", "functional", "rehearsal"]
PLAYS_MESSAGES = ("functional", "rehearsal")
"""The kinds that set off the plans themselves, with real messages to the players."""
Does = Literal[
    "tell",
    "agents-out",
    "level-worse",
    "vcc-agent-gone",
    "agents-back",
    "system-down",
    "system-up",
    "input-missing",
    "channel-dead",
    "channel-back",
    "person-absent",
    "approval-refused",
]
NEEDS: dict[str, str] = {
    "agents-out": "agents",
    "level-worse": "agents",
    "vcc-agent-gone": "agents",
    "agents-back": "agents",
    "system-down": "system",
    "system-up": "system",
    "input-missing": "input",
    "channel-dead": "channel",
    "channel-back": "channel",
    "person-absent": "person",
    "approval-refused": "person",
}
"""What an inject must name for Kitart to do it."""
FACTS: dict[str, str | None] = {
    "answered": None,
    "ert acknowledged": None,
    "priority set": None,
    "account manager told": None,
    "contacts valid": None,
    "cover asked": None,
    "cover live": None,
    "crisis team reached": None,
    "level proposed": "a level, 1 to 4",
    "level invoked": "a level, 1 to 4",
    "decision": "the kind of a question",
    "message": "the purpose of a message",
    "refused": "a kind of channel",
    "entry": "a kind of entry of the timeline",
}
"""What can be expected of an exercise, and what has to follow these words, if anything."""

_WEEK_TIME = re.compile(r"(?P<day>[A-Z][a-z]{2}) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")
_REQUIREMENT = re.compile(r"[RADET][0-9]{1,2}[a-z]?")


def _requirement(value: str) -> str:
    if not _REQUIREMENT.fullmatch(value):
        raise ValueError(
            f"{value!r} is no number of a requirement; right would be, for example, R21 or D19"
        )
    return value


def _starts(value: str) -> str:
    week_time(value)
    return value


def week_time(value: str) -> tuple[int, int] | None:
    """``now`` is ``None``; ``Tue 09:12`` is weekday (Monday is 0) and minutes after midnight in
    UTC; else ``ValueError``."""
    if value == "now":
        return None
    found = _WEEK_TIME.fullmatch(value)
    if found is None or found["day"] not in DAYS:
        raise ValueError(
            f"{value!r} is no beginning of a scenario; right would be now, or a weekday and a time "
            "in UTC: Tue 09:12"
        )
    return DAYS.index(found["day"]), int(found["hour"]) * 60 + int(found["minute"])


def fact_of(what: str) -> tuple[str, str]:
    """``level invoked 2`` as ``("level invoked", "2")``; ``ValueError`` naming what is known."""
    for name in sorted(FACTS, key=len, reverse=True):
        if what == name or what.startswith(f"{name} "):
            rest, wanted = what[len(name) :].strip(), FACTS[name]
            if bool(rest) != (wanted is not None):
                right = f"{name} and {wanted}" if wanted else f"{name} alone"
                raise ValueError(f"{what!r} can't be measured; right would be {right}")
            if name.startswith("level") and rest not in ("1", "2", "3", "4"):
                raise ValueError(f"{what!r} can't be measured; right would be {name} and {wanted}")
            return name, rest
    raise ValueError(f"{what!r} can't be measured; it begins with one of: {', '.join(FACTS)}")


def _what(value: str) -> str:
    fact_of(value)
    return value


Requirement = Annotated[str, AfterValidator(_requirement)]


class Expectation(Part):
    """What should come of an inject, by which requirement, and within how many minutes of it."""

    id: Code
    what: Annotated[str, AfterValidator(_what)] = Field(
        description="A fact of the timeline: 'ert acknowledged', 'level invoked 2', 'answered'"
    )
    requirement: Requirement
    within_minutes: Annotated[int, Field(ge=0, le=60 * 24)]


class Inject(Part):
    """What the players hear at a moment, what Kitart does then, and what should come of it."""

    id: Code
    at: Annotated[int, Field(ge=0, le=60 * 24 * 2)] = Field(
        description="Minutes from the beginning"
    )
    to: tuple[Code, ...] = Field(default=(), description="Roles, people or agents who are told")
    text: dict[Language, Text] = Field(description="en and hu: what they are told")
    does: Does = "tell"
    agents: tuple[Code, ...] = ()
    system: Code | None = None
    input: Code | None = None
    channel: Literal["sms", "mail", "voice", "teams", "chat"] | None = None
    person: Code | None = None
    expect: tuple[Expectation, ...] = ()

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> Inject:
        needed = NEEDS.get(self.does)
        if needed is not None and not getattr(self, needed):
            raise ValueError(f"does is {self.does!r} and names no {needed}; add {needed}: …")
        for field in sorted(set(NEEDS.values()) - {needed}):
            if getattr(self, field):
                raise ValueError(f"does is {self.does!r}, which has no {field}; leave it out")
        if "en" not in self.text:
            raise ValueError("text has no English; add en: …")
        return self

    def said(self, language: str) -> str:
        """What is told in a language, else in English."""
        return self.text.get(language, self.text["en"])


class Scenario(Part):
    """One story of an exercise; ``id`` is the name of its file.

    ``speed`` is how many of its minutes pass in one: of a tabletop alone, since where the plan's
    own deadlines run a minute is a minute.
    """

    id: Code
    title: Text
    titles: dict[Language, Text] = Field(default={}, description="The same in other languages")
    starts: Annotated[str, AfterValidator(_starts)] = "now"
    speed: Annotated[float, Field(gt=0, le=60)] = 1
    lasts_minutes: Minutes = Field(default=60, description="After this it is over in any case")
    injects: tuple[Inject, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Scenario:
        ids = [inject.id for inject in self.injects]
        steps = [each.id for inject in self.injects for each in inject.expect]
        for what, codes in (("injects", ids), ("expectations", steps)):
            if twice := sorted({code for code in codes if codes.count(code) > 1}):
                raise ValueError(
                    f"has two {what} of the id {twice[0]!r}; each needs one of its own"
                )
        late = [inject.id for inject in self.injects if inject.at >= self.lasts_minutes]
        if late:
            raise ValueError(
                f"lasts_minutes is {self.lasts_minutes}, and {late[0]} comes later; make it longer"
            )
        return self

    def inject(self, id: str) -> Inject:
        """The inject with this code; ``KeyError`` for none."""
        return next((i for i in self.injects if i.id == id), None) or _no_inject(self, id)


def _no_inject(scenario: Scenario, id: str) -> Inject:
    raise KeyError(f"scenario {scenario.id} has no inject {id!r}")


class Objective(Part):
    """What an exercise is to show, measurably (reports §6.1 t6): of a ``measure`` (an
    expectation's id, or ``all``) the ``limit`` is how many of a hundred must pass."""

    id: Code
    text: Text
    texts: dict[Language, Text] = Field(default={}, description="The same in other languages")
    requirement: Requirement
    measure: Code = "all"
    limit: Annotated[int, Field(ge=1, le=100)] = 100
    within_minutes: Annotated[int, Field(ge=0, le=60 * 24)] | None = Field(
        default=None, description="The steps of its measure may allow no more"
    )


class Exercise(Part):
    """One entry of the programme: what is exercised, how often, by whom, and behind which fence.

    Nobody outside ``players`` and ``clients`` gets a message, and no line outside ``lines`` is
    touched: the connectors refuse it (DESIGN decision 10).
    """

    id: Code
    title: Text
    titles: dict[Language, Text] = Field(default={}, description="The same in other languages")
    kind: ExerciseKind
    every_months: Annotated[int, Field(ge=1, le=12)] = Field(
        description="At least once a year (R52)"
    )
    covers: tuple[Requirement, ...] = Field(min_length=1)
    objectives: tuple[Objective, ...] = Field(min_length=1)
    players: tuple[Code, ...] = Field(min_length=1, description="Roles, people or agents")
    lines: tuple[Code, ...] = ()
    clients: tuple[Code, ...] = ()
    scenario: Code | None = Field(default=None, description="None for a contact call alone")
    notice_days: Annotated[int, Field(ge=0, le=60)] = Field(
        default=14, description="So long before its day both coordinators are asked"
    )
    stop_word: Text = "STOP EXERCISE"
    coordinators: tuple[Code, ...] = Field(
        min_length=2, description="The IT manager and an account manager (R53)"
    )
    announced: bool = True

    def named(self, language: str) -> str:
        """Its title in a language, else in English."""
        return self.titles.get(language, self.title)

    @model_validator(mode="after")
    def _has_a_story(self) -> Exercise:
        if (self.scenario is None) != (self.kind == "contact-call"):
            right = "no scenario" if self.kind == "contact-call" else "scenario: …"
            raise ValueError(f"is of kind {self.kind!r}; right would be {right}")
        return self


def contact_call(ert_minutes: int, minutes: int, *, requirement: str = "R9") -> Scenario:
    """The one inject of a contact call, and what should come of it: the ERT's first answer within
    ``ert_minutes`` (by ``requirement``, R9 or R10), the list tested within ``minutes``."""
    expect = (
        Expectation(
            id="ert-has-it", what="ert acknowledged", requirement=requirement,
            within_minutes=ert_minutes,
        ),
        Expectation(
            id="contacts-valid", what="contacts valid", requirement="R50", within_minutes=minutes
        ),
    )  # fmt: skip
    inject = Inject(
        id="contact-call", at=0, text={"en": "Everybody is asked on each channel"}, expect=expect
    )
    return Scenario(
        id="contact-call", title="Contact-list call", lasts_minutes=minutes * 2, injects=(inject,)
    )


def player_codes(plan: Plan, players: tuple[str, ...]) -> tuple[str, ...]:
    """The people and agents whom roles and codes stand for, each once, in their order."""
    kinds: dict[str, list[str]] = {}
    for person in plan.people:
        kinds.setdefault(person.kind, []).append(person.id)
    named = (code for each in players for code in kinds.get(each, [each]))
    return tuple(dict.fromkeys(named))


def people_and_agents(plan: Plan, codes: tuple[str, ...]) -> Iterator[Person | Agent]:
    """The role holders and agents with these codes; one that the plan no longer knows is left
    out."""
    known: dict[str, Person | Agent] = {a.id: a for a in plan.agents}
    known |= {p.id: p for p in plan.people}
    return (known[code] for code in codes if code in known)


def roles() -> tuple[str, ...]:
    """The kinds of role that can be named as players."""
    return get_args(PersonKind)


def with_exercise(plan: Plan, title: str) -> Plan:
    """The plan with an entry that stands for the exercise itself: it fails nobody."""
    entry = System(
        id=EXERCISE_ENTRY, name=title, managed_by="company", supplier=None, fallback="none",
        affects=(), proposed_priority="P4",
    )  # fmt: skip
    return plan.model_copy(update={"systems": (*plan.systems, entry)})


def as_scenario(name: str, content: Any) -> Any:
    """A file's content with the id that its name gives it."""
    return {"id": name, **content} if isinstance(content, dict) and "id" not in content else content
