"""What a report is made of: plain typed values, filled from the journal by the caller.

Nothing here knows a database. Every moment is aware and kept in UTC (D2). Roles may be given as
codes ("AM-2") or as words: a client's report shows words only (D22).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from kitart.clock import as_utc
from kitart.rules.outages import State

Utc = Annotated[datetime, AfterValidator(as_utc)]
Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
AnswerOfPrivacy = Literal["no", "being checked", "yes"]


KindOfSystem = Literal["phone", "documents", "client-managed", "other"]

CALLS_REACH_VCC = "calls reach VCC"
DOCUMENTS_FILED = "documents are filed"
CLIENT_SYSTEM_USED = "agents work in the client's system"
WORKS_AGAIN = "the system was tried and works"


FACTORS: dict[KindOfSystem, str] = {
    "phone": CALLS_REACH_VCC,
    "documents": DOCUMENTS_FILED,
    "client-managed": CLIENT_SYSTEM_USED,
    "other": WORKS_AGAIN,
}


class Fact(BaseModel):
    """Frozen, and strict about names, so that a misspelt field is not lost silently."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Number(Fact):
    """A figure with its kind; "not available" with a reason is a figure, blank is not (D3)."""

    kind: Literal["measured", "counted", "estimated", "not available"]
    value: int | None = None
    why: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.value is None) != (self.kind == "not available"):
            raise ValueError(f"kind is {self.kind!r} and value is {self.value!r}: they disagree")
        if self.kind in ("estimated", "not available") and not self.why.strip():
            raise ValueError(f"why is empty: {self.kind!r} needs its method or reason")
        return self


def measured(value: int) -> Number:
    """A figure from a system's own record."""
    return Number(kind="measured", value=value)


def counted(value: int) -> Number:
    """A figure counted by hand."""
    return Number(kind="counted", value=value)


def estimated(value: int, method: str) -> Number:
    """An estimate with its method."""
    return Number(kind="estimated", value=value, why=method)


def not_available(reason: str) -> Number:
    """No figure, and why."""
    return Number(kind="not available", why=reason)


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


class SystemFacts(Fact):
    """The system that failed."""

    id: Filled
    name: Filled
    managed_by: Literal["company", "client"] = "company"
    carries_calls: bool = True
    probe: Literal["vcc", "sharepoint"] | None = None

    @property
    def kind(self) -> KindOfSystem:
        """What it is for, which decides on what is said of it (R43, R44)."""
        if self.carries_calls:
            return "phone"
        if self.managed_by == "client":
            return "client-managed"
        return "documents" if self.probe == "sharepoint" else "other"

    @property
    def factor(self) -> str:
        """The success factor that proves it: what must be seen to work again."""
        return FACTORS[self.kind]


class SystemState(Fact):
    """A state of the system from a moment on, and who says so."""

    at: Utc
    state: State
    source: str


class PriorityFacts(Fact):
    """P1 to P4; decided by a person or only proposed (D5)."""

    value: Literal["P1", "P2", "P3", "P4"]
    state: Literal["proposed", "decided"] = "proposed"
    by_role: str = ""
    at: Utc | None = None
    reason: str = ""


class LevelChange(Fact):
    """A cover level came into force, for one project or (without one) for all."""

    at: Utc
    level: Literal[1, 2, 3, 4]
    by_role: str
    reason: str = ""
    project_id: str | None = None


class ErtContact(Fact):
    """An ERT member was asked; contacted means acknowledged (A14)."""

    role: str
    asked_at: Utc
    due_at: Utc
    acknowledged_at: Utc | None = None


class AmTold(Fact):
    """The account manager of a project was (or is to be) told (R15)."""

    project_id: str
    due_at: Utc
    told_at: Utc | None = None
    channel: str = ""


class TimelineEntry(Fact):
    """An entry of the timeline. Without a scope it concerns everybody.

    ``values`` are name and text of what a sentence of ours holds in braces: "Priority set: {p}."
    """

    seq: int
    occurred_at: Utc
    recorded_at: Utc
    type: str
    author_role: str
    source: str
    text: str
    values: tuple[tuple[str, str], ...] = ()
    audience: Literal["internal", "client-safe"] = "internal"
    project_id: str | None = None
    client_id: str | None = None


class MessageFacts(Fact):
    """A message: due, sent, acknowledged. ``client_id`` is set for one to a client."""

    purpose: str
    to_role: str
    channel: str
    due_at: Utc | None = None
    sent_at: Utc | None = None
    acknowledged_at: Utc | None = None
    client_id: str | None = None


class DecisionFacts(Fact):
    """A decision by a role; shown to a client only when it's client-safe and in scope."""

    what: str
    answer: str
    by_role: str
    at: Utc
    reason: str = ""
    audience: Literal["internal", "client-safe"] = "internal"
    client_id: str | None = None


class SupplierFacts(Fact):
    """The supplier, its ticket and its last words, quoted as its own."""

    name: str
    ticket: str | None = None
    statement: str = ""
    stated_at: Utc | None = None
    report_received: bool = False


class DivertFacts(Fact):
    """The carrier divert of a project (D19). It counts only once verified by a call (E41)."""

    project_id: str | None = None
    kind: Filled = "recorded notice"
    ordered_at: Utc | None = None
    executed_at: Utc | None = None
    verified_at: Utc | None = None
    ended_at: Utc | None = None

    @property
    def active(self) -> bool:
        """Whether it was proved by a call and not ended since."""
        return self.verified_at is not None and self.ended_at is None


class ProofFacts(Fact):
    """A success factor proved or failed, for one line or a whole project."""

    factor: str
    project_id: str
    line: str | None = None
    kind: Literal["call record", "person's word", "our own write"]
    at: Utc
    by_role: str
    ok: bool


class CallFacts(Fact):
    """Calls of a queue since the effect began."""

    project_id: str
    lang: str
    offered: Number
    answered: Number
    abandoned: Number
    voicemails_left: Number
    voicemails_returned: Number


class EarlierReport(Fact):
    """A report that went to a client before."""

    client_id: str
    type: str
    number: int
    version: int
    sent_at: Utc


class CorrectiveAction(Fact):
    """A corrective action (D29)."""

    number: int
    finding: str
    action: str
    owner_role: str
    due: date
    check: str
    status: str = "open"
    client_id: str | None = None


class PrivacyAnswer(Fact):
    """Were personal data hit? A person's yes or no with a reason; until then "being checked"."""

    answer: AnswerOfPrivacy = "being checked"
    reason: str = ""
    by_role: str = ""
    at: Utc | None = None


class ManualLogging(Fact):
    """Whether contacts are logged by hand while a system fails, and how many (R46).

    ``count_said`` is the count of forms in the words of the person who made it.
    """

    decision: Literal["decided", "not needed", "not yet decided"] = "decided"
    started_at: Utc | None = None
    ended_at: Utc | None = None
    contacts: Number | None = None
    count_said: str = ""
    handed_over_at: Utc | None = None


class OtherIncident(Fact):
    """Another incident that is open and touches projects of this one; it has its own reports."""

    number: str
    system: str
    priority: str
    client_ids: tuple[str, ...]


class ExpectedRecovery(Fact):
    """A forecast, never without its basis."""

    at: Utc
    basis: str


class IncidentFacts(Fact):
    """All that is known of an incident at one moment.

    ``company_names``: names and codes of all clients and projects of the company, so that a text
    which names one that this incident doesn't touch is kept from the reader too (D23).
    """

    number: str
    kind: str
    system: SystemFacts
    reported_at: Utc
    detected_by: str
    clients: tuple[ClientFacts, ...]
    effects: tuple[ProjectEffect, ...]
    exercise: bool = False
    false_alarm: bool = False
    false_alarm_reason: str = ""
    priority: PriorityFacts | None = None
    cover_level: Literal[1, 2, 3, 4] | None = None
    level_changes: tuple[LevelChange, ...] = ()
    rto_minutes: int = 30
    stable_minutes: int = 15
    states: tuple[SystemState, ...] = ()
    ert: tuple[ErtContact, ...] = ()
    am_told: tuple[AmTold, ...] = ()
    cmt_reached_at: Utc | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    messages: tuple[MessageFacts, ...] = ()
    decisions: tuple[DecisionFacts, ...] = ()
    supplier: SupplierFacts | None = None
    diverts: tuple[DivertFacts, ...] = ()
    proofs: tuple[ProofFacts, ...] = ()
    calls: tuple[CallFacts, ...] = ()
    earlier_reports: tuple[EarlierReport, ...] = ()
    next_update_at: Utc | None = None
    closing_report_due: date | None = None
    expected_recovery: ExpectedRecovery | None = None
    cause: str = ""
    assumptions: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    corrective_actions: tuple[CorrectiveAction, ...] = ()
    privacy: PrivacyAnswer = PrivacyAnswer()
    normal_at: Utc | None = None
    manual_logging: ManualLogging | None = None
    also_open: tuple[OtherIncident, ...] = ()
    attachments: tuple[str, ...] = ()
    company_names: tuple[str, ...] = ()

    def client(self, client_id: str) -> ClientFacts:
        """The settings of a client; ``ValueError`` if the incident doesn't know it."""
        for client in self.clients:
            if client.id == client_id:
                return client
        known = ", ".join(client.id for client in self.clients) or "none"
        raise ValueError(f"client_id is {client_id!r}: {self.number} concerns {known}")

    def effects_of(self, client_id: str) -> tuple[ProjectEffect, ...]:
        """The effects on this client's projects alone (D23)."""
        return tuple(each for each in self.effects if each.client_id == client_id)
