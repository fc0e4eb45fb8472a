"""The whole plan: every part under one root, frozen, with its hash (D30)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field

from kitart.plan.calendars import Calendar, Override
from kitart.plan.clients import (
    Client,
    ClientReport,
    Company,
    Contact,
    Letterhead,
    Line,
    Permits,
    Project,
    Queue,
    Voicemail,
)
from kitart.plan.exercises import Exercise, Scenario
from kitart.plan.hours import within
from kitart.plan.inputs import ExpectedInput
from kitart.plan.limits import Limits
from kitart.plan.people import (
    Agent,
    AlternativePlace,
    Channel,
    Leave,
    Person,
    Power,
    Rota,
    RotaEntry,
)
from kitart.plan.systems import (
    ChannelPolicy,
    Monitoring,
    MonitoringRule,
    MonitoringSource,
    Supplier,
    SupplierContact,
    System,
)
from kitart.plan.values import Part

__all__ = [
    "Agent",
    "AlternativePlace",
    "Calendar",
    "Channel",
    "ChannelPolicy",
    "Client",
    "ClientReport",
    "Company",
    "Contact",
    "Exercise",
    "ExpectedInput",
    "Leave",
    "Letterhead",
    "Limits",
    "Line",
    "Monitoring",
    "MonitoringRule",
    "MonitoringSource",
    "Override",
    "Permits",
    "Person",
    "Plan",
    "Power",
    "Project",
    "Queue",
    "Rota",
    "RotaEntry",
    "Scenario",
    "Supplier",
    "SupplierContact",
    "System",
    "Voicemail",
    "on_leave",
]


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)
VERSION_LETTERS = 12


def _by_id(kind: str, items: Iterable[T], wanted: str) -> T:
    for item in items:
        if item.id == wanted:
            return item
    raise KeyError(f"the plan has no {kind} {wanted!r}")


def on_leave(who: Agent | Person, at: datetime) -> bool:
    """Whether ``at`` (aware) falls on a day of leave in the person's own zone (E23)."""
    day = at.astimezone(ZoneInfo(who.time_zone)).date()
    return any(leave.first <= day <= leave.last for leave in who.leave)


class Plan(Part):
    """The company's continuity plan as configured. Accessors raise ``KeyError`` in plain words."""

    company: Company
    limits: Limits = Field(default_factory=Limits)
    clients: tuple[Client, ...]
    projects: tuple[Project, ...]
    lines: tuple[Line, ...]
    agents: tuple[Agent, ...]
    people: tuple[Person, ...]
    rotas: tuple[Rota, ...]
    suppliers: tuple[Supplier, ...]
    systems: tuple[System, ...]
    calendars: tuple[Calendar, ...]
    channels: tuple[ChannelPolicy, ...]
    monitoring: Monitoring = Field(default_factory=Monitoring)
    inputs: tuple[ExpectedInput, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    scenarios: tuple[Scenario, ...] = ()

    def client(self, id: str) -> Client:
        """The client with this code."""
        return _by_id("client", self.clients, id)

    def project(self, id: str) -> Project:
        """The project with this code."""
        return _by_id("project", self.projects, id)

    def person(self, id: str) -> Person:
        """The role holder with this code."""
        return _by_id("person", self.people, id)

    def system(self, id: str) -> System:
        """The system with this code."""
        return _by_id("system", self.systems, id)

    def supplier(self, id: str) -> Supplier:
        """The supplier with this code."""
        return _by_id("supplier", self.suppliers, id)

    def input(self, id: str) -> ExpectedInput:
        """The expected input with this code."""
        return _by_id("input", self.inputs, id)

    def exercise(self, id: str) -> Exercise:
        """The entry of the programme of exercises with this code."""
        return _by_id("exercise", self.exercises, id)

    def scenario(self, id: str) -> Scenario:
        """The scenario with this code, which is its file's name."""
        return _by_id("scenario", self.scenarios, id)

    def line(self, id: str) -> Line:
        """The phone line with this code."""
        return _by_id("line", self.lines, id)

    def calendar(self, id: str) -> Calendar:
        """The calendar with this code."""
        return _by_id("calendar", self.calendars, id)

    def agent(self, id: str) -> Agent:
        """The agent with this code."""
        return _by_id("agent", self.agents, id)

    def projects_affected_by(self, system_id: str) -> tuple[Project, ...]:
        """The projects that the system's failure touches (R11)."""
        affected = self.system(system_id).affects
        return tuple(project for project in self.projects if project.id in affected)

    def one_fault_with(self, system_id: str) -> tuple[str, ...]:
        """The systems that fail by the same cause as this one, each naming the other (E33, E44).

        A system that only depends on another one names it alone: its failure is a fault of its
        own until people know better.
        """
        named = self.system(system_id).shares_failure_with
        return tuple(
            system.id
            for system in self.systems
            if system.id in named and system_id in system.shares_failure_with
        )

    def client_of(self, project_id: str) -> Client:
        """The client whose project this is."""
        return self.client(self.project(project_id).client)

    def calendar_of(self, project_id: str) -> Calendar:
        """The project's service calendar."""
        return self.calendar(self.project(project_id).service_calendar)

    def lines_of(self, project_id: str) -> tuple[Line, ...]:
        """The project's phone lines."""
        self.project(project_id)
        return tuple(line for line in self.lines if line.project == project_id)

    def people_of_kind(self, kind: str) -> tuple[Person, ...]:
        """The holders of a kind of role, in the file's order: the primary first."""
        return tuple(person for person in self.people if person.kind == kind)

    def ert_order(self, at: datetime) -> tuple[Person, ...]:
        """The ERT in the order to ask it at ``at`` (R8, E23): on duty first, then the others.

        Members on leave are left out, unless nobody else is left: asking somebody on leave is
        better than asking nobody.
        """
        members = self.people_of_kind("ert")
        first = [
            entry.first
            for rota in self.rotas
            if rota.kind == "ert"
            for entry in rota.entries
            if within((entry.hours,), rota.time_zone, at)
        ]
        listed = [code for rota in self.rotas if rota.kind == "ert" for code in rota.members]
        rank = {code: place for place, code in reversed(list(enumerate(first + listed)))}
        ordered = sorted(members, key=lambda person: rank.get(person.id, len(rank) + len(listed)))
        present = tuple(person for person in ordered if not on_leave(person, at))
        return present or tuple(ordered)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the plan's canonical JSON, in hexadecimal."""
        text = json.dumps(self.snapshot(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def version(self) -> str:
        """The beginning of the hash: what paper, pages and the review's record call a version."""
        return self.hash[:VERSION_LETTERS]

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic has it; the hash of a changed copy is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("hash", None)
        return copied

    def snapshot(self) -> dict[str, Any]:
        """The plan as plain JSON values, to be frozen into an incident (D30)."""
        return self.model_dump(mode="json")

    @classmethod
    def from_snapshot(cls, snapshot: dict[str, Any]) -> Plan:
        """The plan that ``snapshot`` was taken of, with the same hash."""
        return cls.model_validate_json(json.dumps(snapshot))
