"""The clients, and what of theirs is affected."""

from __future__ import annotations

from typing import Literal

from kitart.reports.facts.fact import Fact, Filled, Utc


class Contact(Fact):
    """Whom the client asks: a role on duty and a number, reachable until."""

    role: str
    phone: str
    until: Utc | None = None


class ClientFacts(Fact):
    """A client's report settings (A23), and what people wrote for this client alone."""

    id: Filled
    name: Filled
    zone: Filled
    contact: Contact
    language: str = "en"
    recipients: tuple[str, ...] = ()
    channel: str = "mail"
    headline: str = ""
    callers_experience: str = ""
    request: str = ""
    not_affected: tuple[str, ...] = ()
    service_agreement: str = ""


class QueueFacts(Fact):
    """A queue (project × language) and its phone lines."""

    lang: str
    lines: tuple[str, ...] = ()
    affected: bool = True
    seats_needed: int | None = None
    seats_filled: int | None = None
    minutes_below_need: int = 0


class ProjectEffect(Fact):
    """The effect on one client project. ``effect_start`` None with ``opens_at``: not yet open."""

    project_id: str
    client_id: str
    queues: tuple[QueueFacts, ...]
    effect_start: Utc | None = None
    effect_start_kind: Literal["measured", "reported", "detection only"] = "detection only"
    effect_end: Utc | None = None
    service_open: bool = True
    opens_at: Utc | None = None
