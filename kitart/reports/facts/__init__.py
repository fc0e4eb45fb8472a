"""What a report is made of: plain typed values, filled from the journal by the caller.

Nothing here knows a database. Every moment is aware and kept in UTC (D2). Roles may be given as
codes ("AM-2") or as words: a client's report shows words only (D22).
"""

from __future__ import annotations

from kitart.reports.facts.clients import ClientFacts, Contact, ProjectEffect, QueueFacts
from kitart.reports.facts.fact import Fact
from kitart.reports.facts.figures import (
    CallFacts,
    ManualLogging,
    Number,
    counted,
    estimated,
    measured,
    not_available,
)
from kitart.reports.facts.incident import IncidentFacts
from kitart.reports.facts.record import (
    AmTold,
    CorrectiveAction,
    DecisionFacts,
    EarlierReport,
    ErtContact,
    LevelChange,
    MessageFacts,
    OtherIncident,
    PriorityFacts,
    PrivacyAnswer,
    TimelineEntry,
)
from kitart.reports.facts.system import (
    CALLS_REACH_VCC,
    CLIENT_SYSTEM_USED,
    DOCUMENTS_FILED,
    FACTORS,
    WORKS_AGAIN,
    DivertFacts,
    ExpectedRecovery,
    KindOfSystem,
    ProofFacts,
    SupplierFacts,
    SystemFacts,
    SystemState,
)

__all__ = [
    "CALLS_REACH_VCC",
    "CLIENT_SYSTEM_USED",
    "DOCUMENTS_FILED",
    "FACTORS",
    "WORKS_AGAIN",
    "AmTold",
    "CallFacts",
    "ClientFacts",
    "Contact",
    "CorrectiveAction",
    "DecisionFacts",
    "DivertFacts",
    "EarlierReport",
    "ErtContact",
    "ExpectedRecovery",
    "Fact",
    "IncidentFacts",
    "KindOfSystem",
    "LevelChange",
    "ManualLogging",
    "MessageFacts",
    "Number",
    "OtherIncident",
    "PriorityFacts",
    "PrivacyAnswer",
    "ProjectEffect",
    "ProofFacts",
    "QueueFacts",
    "SupplierFacts",
    "SystemFacts",
    "SystemState",
    "TimelineEntry",
    "counted",
    "estimated",
    "measured",
    "not_available",
]
