"""Vital inputs: what we need from others, when it is due, and what depends on it (R6, A21).

An incident of a missing input carries its projects itself. As under the general plan, its plan has
one entry more in its register, made of the input; the snapshot and its hash stay as taken (D30).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from kitart.plan.hours import DAYS
from kitart.plan.systems import System
from kitart.plan.values import Code, Minutes, Part, PriorityName, QueueKey, Text, Zone

if TYPE_CHECKING:
    from kitart.plan.schema import Plan

VITAL_INPUT_MISSING = "vital input missing"
"""The kind of its incidents."""
PREFIX = "INPUT."
"""Begins what stands in an incident where others name the system that fails; no system may."""
LAST_DAY = 31

_DUE = re.compile(r"(?P<days>.+) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)")
_MONTHLY = re.compile(r"monthly (?P<day>[1-9]|[12]\d|3[01]|last)")


@dataclass(frozen=True)
class DueTime:
    """On some weekdays (0 is Monday), or on one day of the month (31: the last), so many minutes
    after midnight."""

    minute: int
    weekdays: frozenset[int] = frozenset()
    month_day: int | None = None


@lru_cache(maxsize=1024)
def due_time(text: str) -> DueTime:
    """``Mon-Fri 06:00``, ``daily 05:30`` or ``monthly last 18:00``; else ``ValueError``."""
    match = _DUE.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    minute = int(match["hour"]) * 60 + int(match["minute"])
    if match["days"] == "daily":
        return DueTime(minute, frozenset(range(7)))
    if monthly := _MONTHLY.fullmatch(match["days"]):
        day = LAST_DAY if monthly["day"] == "last" else int(monthly["day"])
        return DueTime(minute, month_day=day)
    parts = match["days"].split(",")
    return DueTime(minute, frozenset(day for part in parts for day in _weekdays(part, text)))


def _weekdays(part: str, whole: str) -> tuple[int, ...]:
    first, dash, last = part.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise _unreadable(whole)
    start = DAYS.index(first)
    length = (DAYS.index(last) - start) % 7 if dash else 0
    return tuple((start + step) % 7 for step in range(length + 1))


def _unreadable(text: str) -> ValueError:
    return ValueError(
        f"{text!r} is no time at which something is due; right would be 'Mon-Fri 06:00', "
        "'daily 05:30', 'monthly 1 08:00' or 'monthly last 18:00'"
    )


def _due(value: str) -> str:
    due_time(value)
    return value


def _watched_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme != "https" or not host or parts.username or parts.query or parts.fragment:
        raise ValueError(
            f"{value!r} is no address that can be watched; right would be "
            "https://files.supplier.example/rosters/today.csv (https, no user, no query)"
        )
    return value


def _file_path(value: str) -> str:
    if value.startswith("/") or value.endswith("/") or ".." in value.split("/"):
        raise ValueError(
            f"{value!r} is no path in the library; right would be Inputs/rosters/today.csv"
        )
    return value


class Fallback(Part):
    """What may be used while the input is missing; a person decides (D5)."""

    id: Code
    text: Text


class ExpectedInput(Part):
    """Something that others give us by a certain time, and that work depends on (R6)."""

    id: Code
    name: Text = Field(description="As clients may read it: no client's or project's name")
    kind: Literal["roster", "file", "feed", "confirmation"]
    supplier: Code | None = Field(default=None, description="Who delivers it, or ...")
    function: Text | None = Field(default=None, description="... the business function, or ...")
    system: Code | None = Field(default=None, description="... the system that it comes from")
    owner: Code = Field(description="The role holder who is told first")
    due: tuple[Annotated[str, AfterValidator(_due)], ...] = Field(
        min_length=1, description="'Mon-Fri 06:00', 'daily 05:30', 'monthly last 18:00'"
    )
    time_zone: Zone
    calendar: Code | None = Field(default=None, description="Whose closed days count")
    on_closed_day: Literal["skip", "same", "next"] = Field(
        default="skip", description="Not due, due all the same, or on the next open day"
    )
    grace_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 7)] = 15
    early_minutes: Minutes = Field(default=720, description="So long before it counts already")
    fallbacks: tuple[Fallback, ...] = Field(min_length=1)
    queues: tuple[QueueKey, ...] = Field(default=(), description="That depend on it")
    systems: tuple[Code, ...] = Field(default=(), description="That depend on it")
    reports: tuple[Text, ...] = Field(default=(), description="That depend on it")
    leaves_seats_empty: bool = Field(
        default=False, description="People are asked whether seats stay empty without it"
    )
    one_cause_with: tuple[Code, ...] = Field(
        default=(), description="Inputs that go missing by one cause; each names the other"
    )
    proposed_priority: PriorityName = "P3"
    file: Annotated[Text, AfterValidator(_file_path)] | None = Field(
        default=None, description="Path in the SharePoint library that is looked at"
    )
    url: Annotated[Text, AfterValidator(_watched_url)] | None = Field(
        default=None, description="Address whose last change is looked at"
    )

    @model_validator(mode="after")
    def _one_source(self) -> ExpectedInput:
        named = [n for n in ("supplier", "function", "system") if getattr(self, n) is not None]
        if len(named) != 1:
            raise ValueError(
                f"names {' and '.join(named) or 'nobody'} as where it comes from; right would be "
                "one of supplier: SUP-…, function: …, system: …"
            )
        if self.file is not None and self.url is not None:
            raise ValueError("has a file and a url to look at; keep one of them")
        codes = [fallback.id for fallback in self.fallbacks]
        if len(set(codes)) < len(codes):
            raise ValueError("has two fallbacks of one id; each needs one of its own")
        if self.leaves_seats_empty and not self.queues:
            raise ValueError("leaves_seats_empty is true but no queues are named; add queues")
        return self

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects whose queues depend on it."""
        return tuple(dict.fromkeys(queue.partition("/")[0] for queue in self.queues))

    @property
    def entry(self) -> str:
        """What stands in its incidents where others name the system that fails."""
        return f"{PREFIX}{self.id}"


def is_input(system_id: str) -> bool:
    """Whether this stands for a missing input, not for a system."""
    return system_id.startswith(PREFIX)


def input_of(plan: Plan, system_id: str) -> ExpectedInput:
    """The input that an incident's ``system_id`` stands for; ``KeyError`` for none."""
    return plan.input(system_id.removeprefix(PREFIX))


def with_input(plan: Plan, system_id: str, projects: Sequence[str]) -> Plan:
    """The plan with the entry of an incident in which an input is missing, and of those that go
    missing by the same cause: they may join it."""
    known = input_of(plan, system_id)
    others = [plan.input(other) for other in one_cause_with(plan, known)]
    affected = tuple(project.id for project in plan.projects if project.id in projects)
    entries = (
        System(
            id=each.entry,
            name=each.name,
            managed_by="company",
            supplier=each.supplier,
            fallback="; ".join(fallback.text for fallback in each.fallbacks),
            shares_failure_with=tuple(o.entry for o in (known, *others) if o.id != each.id),
            affects=affected,
            proposed_priority=each.proposed_priority,
        )
        for each in (known, *others)
    )
    return plan.model_copy(update={"systems": (*plan.systems, *entries)})


def comes_from(plan: Plan, known: ExpectedInput) -> str:
    """Who gives it to us, by name."""
    if known.supplier is not None:
        return plan.supplier(known.supplier).name
    return known.function or plan.system(known.system or "").name


def one_cause_with(plan: Plan, known: ExpectedInput) -> tuple[str, ...]:
    """The inputs that go missing by the same cause as this one, each naming the other (E33)."""
    return tuple(
        other.id
        for other in plan.inputs
        if other.id in known.one_cause_with and known.id in other.one_cause_with
    )
