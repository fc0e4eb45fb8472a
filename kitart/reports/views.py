"""What each report shows, field by field; the numbers are those of the report catalogue.

A view holds finished words, and moments, figures and verdicts still as values: the template
lays them out and formats them in the client's zone. No text of a view is blank (D3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, TypedDict

from kitart.reports.course import EpisodeCourse, ProjectCourse
from kitart.reports.facts import Number, PrivacyAnswer
from kitart.rules.measured_times import MeasuredTime
from kitart.rules.verdicts import Verdict

Status = Literal["draft", "approved", "sent", "superseded"]
Variant = Literal["ongoing", "combined", "update", "recovery notice", "correction", "closing"]


class Edition(TypedDict, total=False):
    """Which edition of a report is built; what is left out is a first draft."""

    version: int
    status: Status
    author_role: str
    approver_role: str | None
    approved_at: datetime | None
    reviewer_role: str | None
    data_as_of: datetime
    changes: tuple[str, ...]


@dataclass(frozen=True)
class QueueLine:
    """An affected queue: a5."""

    project: str
    language: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """The fields that all reports share."""

    incident: str
    title: str
    variant: Variant
    running_number: int
    version: int
    status: Status
    edition: str
    changes: tuple[str, ...]
    classification: str
    exercise: bool
    client_id: str
    client_name: str
    zone: str
    language: str
    projects: tuple[str, ...]
    affected: tuple[QueueLine, ...]
    priority: str
    cover_level: str
    reported_at: datetime
    data_as_of: datetime
    author_role: str
    reviewer_role: str
    approver_role: str
    approved_at: datetime | None
    recipients: str
    channel: str
    contact: str
    contact_until: datetime | None


@dataclass(frozen=True)
class Entry:
    """A line of the timeline for a client: c3, a10."""

    at: datetime
    actor: str
    event: str
    source: str
    entered_late_at: datetime | None


@dataclass(frozen=True)
class RtoLine:
    """A recovery time objective of one project: a12, b7."""

    project: str
    start: datetime | None
    due: datetime | None
    limit: str
    source: str
    verdict: Verdict
    restored_after: timedelta | None = None
    open_end: str | None = None


@dataclass(frozen=True)
class CallLine:
    """Calls of a queue: b6, c5."""

    project: str
    language: str
    offered: Number
    answered: Number
    abandoned: Number
    voicemails_left: Number
    voicemails_returned: Number


@dataclass(frozen=True)
class Decided:
    """A decision: b9."""

    what: str
    answer: str
    by_role: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Supplier:
    """The supplier's side: b8, c15."""

    name: str
    ticket: str
    statement: str
    stated_at: datetime | None


@dataclass(frozen=True)
class Seats:
    """Cover of a queue: b5."""

    project: str
    language: str
    needed: str
    filled: str


@dataclass(frozen=True)
class Knowledge:
    """What is known, assumed and open, kept apart (D24)."""

    facts: tuple[str, ...]
    assumptions: tuple[str, ...]
    open_questions: tuple[str, ...]


@dataclass(frozen=True)
class ProofLine:
    """Whether a line was proved: c4."""

    project: str
    line: str
    factor: str
    result: str
    kind: str
    by_role: str
    at: datetime | None


@dataclass(frozen=True)
class FirstNotificationView:
    """Report (a); as "combined" it tells of an outage that is already over (E31)."""

    template: ClassVar[str] = "first_notification.html"
    heading: Heading
    headline: str  # a1
    effect_start: datetime | None  # a2
    effect_start_note: str  # a2
    detected_at: datetime  # a3
    detected_by: str  # a3
    callers_experience: str  # a4
    not_affected: str  # a5, the affected are in the heading
    cover: str  # a6
    event_kind: str  # a7
    systems: str  # a8
    cause: str  # a9
    actions: tuple[Entry, ...]  # a10
    under_way: tuple[str, ...]  # a10
    expected_recovery: datetime | None  # a11
    expected_recovery_note: str  # a11
    rto: tuple[RtoLine, ...]  # a12
    request: str  # a13
    privacy: PrivacyAnswer  # a14
    next_update_at: datetime | None  # a15
    next_update_note: str  # a15
    knowledge: Knowledge  # a16, D24


@dataclass(frozen=True)
class StatusUpdateView:
    """Report (b), also as recovery notice and as correction of a false alarm (E32)."""

    template: ClassVar[str] = "status_update.html"
    heading: Heading
    headline: str
    previous_update_at: datetime | None  # b1
    state: str  # b2
    changed: tuple[Entry, ...]  # b3
    level_and_priority: str  # b4
    seats: tuple[Seats, ...]  # b5
    cover: str  # b5
    calls: tuple[CallLine, ...]  # b6
    rto: tuple[RtoLine, ...]  # b7
    supplier: Supplier | None  # b8
    decisions: tuple[Decided, ...]  # b9
    expected_recovery: datetime | None  # b10
    expected_recovery_note: str  # b10
    corrections: tuple[str, ...]  # b11
    request: str  # b12
    next_update_at: datetime | None  # b13
    next_update_note: str  # b13
    callers_experience: str
    knowledge: Knowledge  # D24
    proof_title: str
    proofs: tuple[ProofLine, ...]
    backlog: str
    closing_report_due: date | None


@dataclass(frozen=True)
class ClosingReportView:
    """Report (c), the client's layer. c10, c12, c16 and c18 are internal and have no field."""

    template: ClassVar[str] = "closing_report.html"
    heading: Heading
    summary: tuple[str, ...]  # c1
    classification: tuple[tuple[str, str], ...]  # c2
    timeline: tuple[Entry, ...]  # c3
    verdicts: tuple[tuple[str, Verdict], ...]  # c4
    times: tuple[tuple[str, tuple[MeasuredTime, ...]], ...]  # c4
    punctuality: tuple[tuple[str, datetime, datetime | None, Verdict], ...]  # c4
    proofs: tuple[ProofLine, ...]  # c4
    projects: tuple[ProjectCourse, ...]  # c5
    episodes: tuple[EpisodeCourse, ...]  # c5
    calls: tuple[CallLine, ...]  # c5
    service_level: str  # c5
    lost_contacts: tuple[tuple[str, Number], ...]  # c6
    language_quality: str  # c7
    backlog: str  # c8
    cause: str  # c9
    response: str  # c11
    service_agreement: str  # c13
    privacy: PrivacyAnswer  # c14
    supplier: Supplier | None  # c15
    actions: tuple[tuple[str, ...], ...]  # c17
    knowledge: Knowledge  # c19, D24
    attachments: tuple[str, ...]  # c20
    approval: tuple[tuple[str, str], ...]  # c21


View = FirstNotificationView | StatusUpdateView | ClosingReportView
