"""What people recorded that legal clocks follow from, and who is bound: values alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from kitart.plan.calendars import Calendar

Answer = Literal["no", "being checked", "yes"]
Risk = Literal["unlikely", "risk", "high"]
Regime = Literal["gdpr", "nis2", "dora", "contract"]

COMPANY = "company"
ALL = "all"
STAFF = "company/staff"
ALL_REGIMES = "all"
"""A moment of awareness for every duty of who is bound."""


def towards(client: str) -> str:
    """The scope "the company, as far as this client is concerned"."""
    return f"{COMPANY}/{client}"


def client_in(scope: str) -> str | None:
    """The client that a scope is about; ``None`` for what concerns the company or all."""
    last = scope.rpartition("/")[2]
    return None if last in (COMPANY, ALL, "staff") else last


@dataclass(frozen=True)
class Said:
    """Something that a person recorded: what, of when, why, in which role, and when recorded."""

    answer: str
    at: datetime
    reason: str
    role: str
    recorded_at: datetime
    seq: int | None = None
    loss: tuple[str, ...] = ()
    """Of personal data: confidentiality, integrity, availability, as far as it was said."""
    person: str = ""


@dataclass(frozen=True)
class Notice:
    """A notification that was made: to whom, when, by which channel, its reference."""

    to: str
    at: datetime
    channel: str
    reference: str
    note: str
    role: str
    recorded_at: datetime
    seq: int | None = None


@dataclass(frozen=True)
class Matter:
    """What holds now of all that was recorded, by scope; the last word on each counts.

    ``aware`` by (scope, regime), ``applies`` by (scope, regime): whether a regime applies to this
    incident, ``notices`` and ``waived`` by (scope, duty): made, or decided against with reason.
    """

    affected: Mapping[str, Said] = field(default_factory=dict)
    aware: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    risk: Mapping[str, Said] = field(default_factory=dict)
    classified: Mapping[str, Said] = field(default_factory=dict)
    applies: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notices: Mapping[tuple[str, str], tuple[Notice, ...]] = field(default_factory=dict)
    waived: Mapping[tuple[str, str], Said] = field(default_factory=dict)


@dataclass(frozen=True)
class Bound:
    """Whom clocks may bind: the company or a client, as far as the plan settles it."""

    zone: str
    country: str | None = None
    nis2: bool = False
    dora: bool = False
    own_staff_data: bool = False
    breach_hours: int | None = None
    incident_hours: int | None = None
    business: Calendar | None = None
    """A client's calendar where its contract counts business hours alone."""
