"""What the after-action report has beside the facts of the incident (c10 to c21, internal)."""

from __future__ import annotations

from kitart.reports.facts.fact import Fact, Utc
from kitart.reports.facts.incident import IncidentFacts


class RestFacts(Fact):
    """A call-out beyond the agent's own shift, without whose it was, and the rest owed (E19)."""

    queue: str
    began: Utc
    ended: Utc
    outside_minutes: int
    rest_until: Utc
    short_minutes: int


class SafetyFacts(Fact):
    """Agents who were asked whether they are safe, and what came of it (D13)."""

    asked: int = 0
    works: int = 0
    cannot: int = 0
    help: int = 0
    silent: int = 0


class FiledDocument(Fact):
    """A report that was sent, as an attachment of this one."""

    name: str
    type: str
    number: int
    client_id: str
    version: int
    sent_at: Utc
    checksum: str


class SignOff(Fact):
    """A step of the approval: reviewed or approved, by a role (c21)."""

    step: str
    role: str
    at: Utc | None = None


class AfterActionFacts(Fact):
    """All that the internal report is made of. ``incident`` holds every client's facts."""

    incident: IncidentFacts
    company: str
    zone: str
    language: str
    contact_role: str
    contact_phone: str
    recipients: tuple[str, ...]
    due_at: Utc
    closed_at: Utc | None = None
    rests: tuple[RestFacts, ...] = ()
    safety: SafetyFacts = SafetyFacts()
    documents: tuple[FiledDocument, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
    corrections: int = 0
    acknowledged: tuple[tuple[str, str], ...] = ()
    """Which client said when, and how, that it has the closing report (c21)."""
