"""What each report shows, field by field; the numbers are those of the report catalogue.

A view holds finished words, and moments, figures and verdicts still as values: the template
lays them out and formats them in the client's zone. No text of a view is blank (D3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, Protocol, TypedDict

from kitart.reports.course import EpisodeCourse, ProjectCourse
from kitart.reports.facts import CallSlice, Number, PrivacyAnswer
from kitart.reports.legal import NoticeLine
from kitart.reports.picture.drawing import Picture
from kitart.rules.measured_times import MeasuredTime
from kitart.rules.verdicts import Verdict

Status = Literal["draft", "approved", "sent", "superseded"]


@dataclass(frozen=True)
class RecordMark:
    """How far the incident's record went when a version was made: the number of its entries, and
    the first digits of the last one's hash (D1)."""

    entry: int
    head: str


Variant = Literal[
    "ongoing",
    "combined",
    "update",
    "recovery notice",
    "correction",
    "closing",
    "after-action",
    "exercise",
]


class Edition(TypedDict, total=False):
    """Which edition of a report is built; what is left out is a first draft."""

    version: int
    status: Status
    author_role: str
    approver_role: str | None
    also_approved_by: tuple[str, ...]
    approved_at: datetime | None
    reviewer_role: str | None
    data_as_of: datetime
    changes: tuple[str, ...]
    record: RecordMark | None


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
    record: str | None
    """Which entry of the record it was made at; none for versions from before that was kept."""


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
    recording: Number | None
    voicemails_left: Number
    voicemails_returned: Number
    until: datetime | None

    @property
    def figures(self) -> tuple[Number, ...]:
        """All that is known or not known of it."""
        found = (self.offered, self.answered, self.abandoned, self.recording,
                 self.voicemails_left, self.voicemails_returned)  # fmt: skip
        return tuple(each for each in found if each is not None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why figures are not available, each once."""
        return tuple(dict.fromkeys(n.why for n in self.figures if n.value is None))


@dataclass(frozen=True)
class CallParts:
    """Calls of a queue by interval: c5."""

    project: str
    language: str
    parts: tuple[CallSlice, ...]


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
    how: str
    expected: str


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
    picture: Picture | None  # b5, b7
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
    preliminary: str | None
    summary: tuple[str, ...]  # c1
    classification: tuple[tuple[str, str], ...]  # c2
    picture: Picture | None  # c3, c4
    timeline: tuple[Entry, ...]  # c3
    verdicts: tuple[tuple[str, Verdict], ...]  # c4
    times: tuple[tuple[str, tuple[MeasuredTime, ...]], ...]  # c4
    punctuality: tuple[tuple[str, datetime, datetime | None, Verdict], ...]  # c4
    proofs: tuple[ProofLine, ...]  # c4
    projects: tuple[ProjectCourse, ...]  # c5
    episodes: tuple[EpisodeCourse, ...]  # c5
    calls: tuple[CallLine, ...]  # c5
    call_parts: tuple[CallParts, ...]  # c5
    service_level: tuple[str, ...]  # c5
    lost_contacts: tuple[tuple[str, Number], ...]  # c6
    language_quality: tuple[str, ...]  # c7
    backlog: str  # c8
    cause: str  # c9
    cause_parts: tuple[tuple[str, str], ...]  # c9, where people wrote it in parts
    response: str  # c11
    service_agreement: str  # c13
    agreement: tuple[tuple[str, str], ...]  # c13, where people wrote it
    privacy: PrivacyAnswer  # c14
    notices: tuple[NoticeLine, ...]  # c14
    supplier: Supplier | None  # c15
    supplier_report: str | None  # c15
    actions: tuple[tuple[str, ...], ...]  # c17
    knowledge: Knowledge  # c19, D24
    attachments: tuple[str, ...]  # c20
    approval: tuple[tuple[str, str], ...]  # c21


@dataclass(frozen=True)
class Mark:
    """A cell that says good or bad: ``look`` is "met", "part" or "missed"."""

    words: str
    look: Literal["met", "part", "missed"]


@dataclass(frozen=True)
class Table:
    """A table of a section; a verdict or a mark among its cells is laid out as one."""

    kind: ClassVar[str] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str | Verdict | Mark, ...], ...]


@dataclass(frozen=True)
class Pairs:
    """Names and what is said of each, under a heading of their own if there is one."""

    kind: ClassVar[str] = "pairs"
    pairs: tuple[tuple[str, str], ...]
    title: str | None = None


@dataclass(frozen=True)
class Words:
    """Sentences, one paragraph or one item of a list each."""

    kind: ClassVar[str] = "words"
    texts: tuple[str, ...]
    listed: bool = False


@dataclass(frozen=True)
class Drawing:
    """The picture of the course."""

    kind: ClassVar[str] = "picture"
    picture: Picture


@dataclass(frozen=True)
class Section:
    """A numbered section of the after-action report, c1 to c21, or of an exercise's record."""

    title: str
    blocks: tuple[Table | Pairs | Words | Drawing, ...]


@dataclass(frozen=True)
class AfterActionView:
    """Report (c), the company's layer: sections c1 to c21 of all clients."""

    template: ClassVar[str] = "after_action_report.html"
    heading: Heading
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class ExerciseView:
    """The record of an exercise: sections t1 to t22 (reports §6.1)."""

    template: ClassVar[str] = "exercise_record.html"
    heading: Heading
    sections: tuple[Section, ...]


class View(Protocol):
    """What can be laid out: a template and the fields that all reports share."""

    template: ClassVar[str]

    @property
    def heading(self) -> Heading:
        """The fields that all reports share."""
