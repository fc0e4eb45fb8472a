"""All the facts of an incident together."""

from __future__ import annotations

from datetime import date
from typing import Literal

from kitart.reports.facts.clients import ClientFacts, ProjectEffect
from kitart.reports.facts.cover import AgentsOut, QueueCover
from kitart.reports.facts.fact import Fact, Utc
from kitart.reports.facts.figures import CallFacts, ManualLogging
from kitart.reports.facts.record import (
    AmTold,
    DecisionFacts,
    EarlierReport,
    ErtContact,
    LegalFacts,
    LevelChange,
    MessageFacts,
    OtherIncident,
    PriorityFacts,
    PrivacyAnswer,
    TimelineEntry,
)
from kitart.reports.facts.system import (
    DivertFacts,
    ExpectedRecovery,
    ProofFacts,
    SupplierFacts,
    SystemFacts,
    SystemState,
)
from kitart.reports.facts.written import CorrectiveAction, WrittenText


class IncidentFacts(Fact):
    """All that is known of an incident at one moment.

    ``company_names``: names and codes of all clients and projects of the company, so that a text
    which names one that this incident doesn't touch is kept from the reader too (D23). ``cover``
    is there where agents can't work: then it says what callers meet, and a system's states only
    whether the usual agents are back.
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
    written: tuple[WrittenText, ...] = ()
    privacy: PrivacyAnswer = PrivacyAnswer()
    legal: tuple[LegalFacts, ...] = ()
    normal_at: Utc | None = None
    manual_logging: ManualLogging | None = None
    also_open: tuple[OtherIncident, ...] = ()
    attachments: tuple[str, ...] = ()
    cover: tuple[QueueCover, ...] = ()
    agents_out: tuple[AgentsOut, ...] = ()
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
