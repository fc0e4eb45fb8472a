"""Systems, suppliers, the channels' connectors, and monitoring."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from kitart.plan.mapping import MAPPING, Example, Mapping
from kitart.plan.people import Channel
from kitart.plan.probes import Probe, VendorStatus
from kitart.plan.values import (
    ChannelKind,
    Code,
    Language,
    Part,
    Phone,
    PriorityName,
    QueueKey,
    Text,
    WeeklyHours,
    Zone,
)


class SupplierContact(Part):
    """Whom to call at a supplier, by role; contacts are called in their order, those on duty
    first."""

    role: Text
    phone: Phone
    hours: WeeklyHours = "24/7"


class Supplier(Part):
    """Who repairs a system for the company, or gives it an input that it needs."""

    id: Code
    name: Text
    contract_number: Text
    channels: tuple[Channel, ...] = Field(min_length=1)
    contacts: tuple[SupplierContact, ...] = Field(
        default=(), description="Its own matrix; without one, its channel for calls"
    )
    language: Language = "en"
    time_zone: Zone | None = Field(default=None, description="Of its hours; else the company's")


class System(Part):
    """A key system (R43), its owner (R5, R44) and what falls with it."""

    id: Code
    name: Text
    managed_by: Literal["company", "client"]
    client: Code | None = None
    supplier: Code | None = None
    fallback: Text
    shares_failure_with: tuple[Code, ...] = Field(
        default=(), description="Taken as down when this one is: one cause takes both"
    )
    affects: tuple[Code, ...] = Field(default=(), description="Projects")
    probe: Probe | None = Field(default=None, description="How we look at it each minute")
    vendor_status: VendorStatus | None = Field(
        default=None, description="Where its maker announces its state"
    )
    proposed_priority: PriorityName = "P3"
    carries_calls: bool = False
    manual_logging: bool = Field(
        default=False,
        description="Calls may have to be logged by hand while it fails (A22); for a client's "
        "system that is always asked (R46)",
    )

    @property
    def may_need_manual_logging(self) -> bool:
        """Whether people are asked to decide on logging calls by hand (R46, A22)."""
        return self.manual_logging or self.managed_by == "client"

    @model_validator(mode="after")
    def _owner_named(self) -> System:
        if self.managed_by == "client" and self.client is None:
            raise ValueError("managed_by is client but no client is named; add client: CL-…")
        if self.managed_by == "company" and self.client is not None:
            raise ValueError("managed_by is company but a client is named; take one away")
        return self


class ChannelPolicy(Part):
    """Which connector carries a kind of message; several of a kind are tried in order."""

    kind: ChannelKind
    connector: Code
    depends_on: tuple[Code, ...] = Field(default=(), description="Systems and operators")


class MonitoringSource(Part):
    """A monitoring tool that may report; ``kind`` names how its payload is read."""

    name: Code
    kind: Code
    time_zone: Zone | None = Field(
        default=None, description="Of times that the tool writes without one; else UTC"
    )
    topics: tuple[Text, ...] = Field(
        default=(), description="Of aws_sns: ARNs whose signed posts are taken and confirmed"
    )
    mapping: Mapping | None = Field(default=None, description="With kind: mapping")
    examples: tuple[Example, ...] = Field(default=(), description="Tried by kitart plan check")

    @model_validator(mode="after")
    def _mapping_goes_with_its_kind(self) -> MonitoringSource:
        if (self.kind == MAPPING) != (self.mapping is not None):
            raise ValueError(
                f"kind is {self.kind!r} and a mapping is {'there' if self.mapping else 'missing'}; "
                "right would be kind: mapping with a mapping, or another kind without one"
            )
        return self


class MonitoringRule(Part):
    """An alert of ``source`` whose labels all match is about ``system``; with ``plan: general``
    it is about no system of the register, but about projects (R8)."""

    id: Code
    source: Code = Field(description="A source's name")
    match: dict[str, str] = Field(min_length=1, description="Label to value, or to /regex/")
    system: Code | None = None
    plan: Literal["general"] | None = Field(default=None, description="Instead of a system")
    projects: tuple[Code, ...] = Field(default=(), description="With plan: general; may be none")
    queues: tuple[QueueKey, ...] = Field(
        default=(), description="With plan: general; their projects are affected"
    )
    priority: PriorityName | None = Field(default=None, description="Else the system's own")

    @model_validator(mode="after")
    def _one_plan(self) -> MonitoringRule:
        if (self.system is None) == (self.plan is None):
            raise ValueError(
                "names either a system or the general plan; right would be one of "
                "system: VCC, or plan: general with projects: [ALPHA]"
            )
        if (self.projects or self.queues) and self.system is not None:
            raise ValueError(
                "projects and queues go with plan: general; a system names its own in affects"
            )
        return self

    @property
    def all_projects(self) -> tuple[str, ...]:
        """The projects it names, by themselves or by their queues."""
        of_queues = (queue.partition("/")[0] for queue in self.queues)
        return tuple(dict.fromkeys([*self.projects, *of_queues]))

    @field_validator("match")
    @classmethod
    def _patterns(cls, value: dict[str, str]) -> dict[str, str]:
        for label, wanted in value.items():
            if is_pattern(wanted):
                try:
                    re.compile(wanted[1:-1])
                except re.error as error:
                    raise ValueError(
                        f"{label}: {wanted!r} is not a regular expression ({error}); "
                        "right would be, for example, /vcc-.*/"
                    ) from None
        return value

    def matches(self, labels: dict[str, str]) -> bool:
        """Whether every label this rule names has its value, or matches its whole pattern."""
        return all(
            label in labels and _fits(wanted, labels[label]) for label, wanted in self.match.items()
        )


class Monitoring(Part):
    """Where alerts come from and which system they speak of; the first rule that fits wins."""

    sources: tuple[MonitoringSource, ...] = ()
    rules: tuple[MonitoringRule, ...] = ()


def is_pattern(wanted: str) -> bool:
    """Whether a wanted value is written as a regular expression between slashes."""
    return len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/")


def _fits(wanted: str, value: str) -> bool:
    if is_pattern(wanted):
        return re.fullmatch(wanted[1:-1], value) is not None
    return wanted == value
