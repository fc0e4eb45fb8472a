"""The journal's tables. Rows are read as values; only the repositories beside write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column

from kitart.journal.columns import UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012
        datetime: UtcDateTime,
        str: String,
        float: Double,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class PlanSnapshot(Base):
    """A plan as it stood when an incident began (D30)."""

    __tablename__ = "plan_snapshots"

    hash: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime]


class Hold(Base):
    """Until when (real time) the run with this fence number drives an incident, unless it renews
    that: apart from the incident's own row, which others may have for longer than it lasts."""

    __tablename__ = "holds"

    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"), primary_key=True)
    fence: Mapped[int]
    until: Mapped[datetime | None]


class Incident(Base):
    """A declared disruption: one record, one timeline (D1)."""

    __tablename__ = "incidents"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    system_id: Mapped[str]
    title: Mapped[str]
    # Under the general plan: the projects named as affected, and whether customer care suffers.
    projects: Mapped[list[Any] | None]
    customer_care: Mapped[str | None]
    exercise: Mapped[bool]
    # Played in an exercise: the number of that exercise's own record.
    part_of: Mapped[str | None]
    state: Mapped[str]
    # Present while the incident is open: makes a second incident of one cause impossible (E33).
    open_key: Mapped[str | None] = mapped_column(unique=True)
    cause_at: Mapped[datetime]
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    opened_at: Mapped[datetime]
    opened_at_real: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Closed, and everything filed: no run is needed any more.
    settled_at: Mapped[datetime | None]
    plan_hash: Mapped[str] = mapped_column(ForeignKey("plan_snapshots.hash"))
    priority_proposed: Mapped[str]
    priority: Mapped[str | None]
    # The lease: which run drives, its fence number, and as its hold says until when.
    lease_run: Mapped[str | None]
    lease_fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = column_property(
        select(Hold.until)
        .where(Hold.incident == number, Hold.fence == lease_fence)
        .correlate_except(Hold)
        .scalar_subquery()
    )
    runs_requested: Mapped[int] = mapped_column(default=0)
    run_requested_at: Mapped[datetime | None]
    requested_run: Mapped[str | None]
    run_id: Mapped[str | None]
    head_hash: Mapped[str]
    entries: Mapped[int] = mapped_column(default=0)


class TimelineEntry(Base):
    """One line of an incident's record: never changed, corrected by a later one (D1)."""

    __tablename__ = "timeline"
    __table_args__ = (
        UniqueConstraint("incident", "seq"),
        UniqueConstraint("incident", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    seq: Mapped[int]
    key: Mapped[str | None]
    type: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    author: Mapped[str]
    source: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]
    # How the hash is made: 1 over all fields as they stand, 2 over a salted digest of what can be
    # erased (author, text, data, key), so that the chain holds when that is gone.
    form: Mapped[int] = mapped_column(default=1, server_default="1")
    salt: Mapped[str | None]
    content: Mapped[str | None]
    erased_at: Mapped[datetime | None]


class Alert(Base):
    """One signal from monitoring, as it came: also the unreadable one."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("source", "dedup_key", "episode"),
        Index("ix_alerts_incident", "incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    dedup_key: Mapped[str]
    # The start of this run of the same problem, as the source gives it; "" where it gives none.
    episode: Mapped[str]
    status: Mapped[str]
    outcome: Mapped[str]
    reason: Mapped[str]
    title: Mapped[str]
    severity: Mapped[str | None]
    labels: Mapped[dict[str, Any]]
    started_at: Mapped[datetime | None]
    # When the newest thing that the tool said of it happened: what is older is an old letter.
    said_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    last_received_at: Mapped[datetime]
    times_received: Mapped[int]
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    body: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str | None]


class Message(Base):
    """A message to one person on one channel: written before sending, completed after."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_incident", "incident"),
        Index("ix_messages_recipient", "recipient"),
        Index("ix_messages_hold_until", "hold_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    purpose: Mapped[str]
    recipient: Mapped[str]
    role: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    # queued (news held until its time), sending, accepted, delivered, undelivered (taken, but it
    # did not arrive), failed, skipped, uncertain: one never called by another's name.
    state: Mapped[str]
    attempts: Mapped[int]
    detail: Mapped[str]
    provider_id: Mapped[str | None]
    queued_at: Mapped[datetime]
    sending_since_real: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    document_id: Mapped[int | None]
    # Of news that was held: when it may go (the plan's clock), its line in a message with others,
    # and the key of the message that it went into.
    hold_until: Mapped[datetime | None]
    headline: Mapped[str | None] = mapped_column(Text)
    told_in: Mapped[str | None]


class Reply(Base):
    """An SMS that somebody sent us: what it was taken for, and what we said to it."""

    __tablename__ = "replies"
    __table_args__ = (Index("ix_replies_sender", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # The provider's own number: what it hands over twice is taken once.
    sid: Mapped[str] = mapped_column(unique=True)
    sender: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    person: Mapped[str | None]
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    # What it answers, settled when it came: {"purpose", "subject", "version", "number"}, or {}.
    reading: Mapped[dict[str, Any]]
    # received, until it is known what became of it.
    outcome: Mapped[str]
    said: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]


class Acknowledgement(Base):
    """A person's own answer that he or she has it, or can't (A14)."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("incident", "step", "person", "answer"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    step: Mapped[str]
    person: Mapped[str]
    role: Mapped[str]
    answer: Mapped[str]
    via: Mapped[str]
    at: Mapped[datetime]


class Approval(Base):
    """A question to people, with what was known and until when."""

    __tablename__ = "approvals"
    __table_args__ = (Index("ix_approvals_incident", "incident"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    options: Mapped[list[Any]]
    known: Mapped[list[Any]]
    # The words of the question in other languages: {"hu": {"title", "text", "options", …}}.
    translations: Mapped[dict[str, Any] | None]
    asked_of: Mapped[list[Any]]
    version: Mapped[int]
    document_id: Mapped[int | None]
    # How many of those asked must give the same answer before it decides.
    quorum: Mapped[int] = mapped_column(default=1, server_default="1")
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    # open, answered, void (the facts changed), expired.
    state: Mapped[str]
    reason: Mapped[str]
    answer: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None]
    answered_role: Mapped[str | None]
    answered_at: Mapped[datetime | None]


class Decision(Base):
    """Every answer that anybody gave, with what became of it: counted, late, double, void."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_approval", "approval_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[int] = mapped_column(ForeignKey("approvals.id"))
    person: Mapped[str]
    role: Mapped[str]
    answer: Mapped[str]
    note: Mapped[str] = mapped_column(Text)
    via: Mapped[str]
    at: Mapped[datetime]
    outcome: Mapped[str]


class Document(Base):
    """One version of a report."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("incident", "client", "type", "running_number", "version"),
        Index("ix_documents_incident", "incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    client: Mapped[str]
    type: Mapped[str]
    running_number: Mapped[int]
    version: Mapped[int]
    # draft, approved, refused, stale, sent, superseded.
    state: Mapped[str]
    reason: Mapped[str]
    subject: Mapped[str]
    html: Mapped[str] = mapped_column(Text, deferred=True)
    text: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str]
    checksum: Mapped[str]
    fingerprint: Mapped[str]
    # What the version was made of: the sent copy is laid out again from it, with its approval.
    facts: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    valid_as_of: Mapped[datetime]
    next_update_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    approved_role: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    filed_url: Mapped[str | None]


class Observation(Base):
    """What one look at a system said: our probe, the maker's announcement or an alert."""

    __tablename__ = "observations"
    __table_args__ = (Index("ix_observations_system_at", "system_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    system_id: Mapped[str]
    at: Mapped[datetime]
    state: Mapped[str]
    source: Mapped[str]
    detail: Mapped[str] = mapped_column(Text)
    latency_s: Mapped[float | None]


class VerifiedContact(Base):
    """When a test of the contact list last had an answer from an address (D14, D27)."""

    __tablename__ = "verified_contacts"

    person: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    verified_at: Mapped[datetime]
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))


class SignIn(Base):
    """A link by which a role holder signs in once, and the cookie that came of it (D20)."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    link_hash: Mapped[str] = mapped_column(unique=True)
    person: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    link_until: Mapped[datetime]
    used_at: Mapped[datetime | None]
    cookie_hash: Mapped[str | None] = mapped_column(unique=True)
    cookie_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AgentLink(Base):
    """An agent's standing link: works until it ends or is replaced (R17)."""

    __tablename__ = "agent_links"
    __table_args__ = (Index("ix_agent_links_agent", "agent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    link_hash: Mapped[str] = mapped_column(unique=True)
    agent: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OutageReport(Base):
    """A person says that an agent can't work (R17); what follows from it is decided elsewhere."""

    __tablename__ = "outage_reports"
    __table_args__ = (Index("ix_outage_reports_agent", "agent"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # The form's own number: what a browser sends twice is one report.
    form: Mapped[str] = mapped_column(unique=True)
    # Present while it stands: an agent has one report at a time.
    open_key: Mapped[str | None] = mapped_column(unique=True)
    agent: Mapped[str]
    project: Mapped[str]
    language: Mapped[str]
    # Where the agent works, as the plan has it: a region's code, never an address.
    area: Mapped[str]
    reported_by: Mapped[str]
    role: Mapped[str]
    # yes, no, help, unknown (said by somebody else).
    safe: Mapped[str]
    # power, internet, device, health, other; "" while nobody has said.
    what: Mapped[str]
    # Whether the agent can move within 30 minutes: yes, no; "" where it was not asked.
    can_move: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    until: Mapped[datetime | None]
    # The incident that it opened or joined; none where no seat is lost by it.
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    # Withdrawn ("works again"), or replaced by a newer one of the same agent.
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    ended_as: Mapped[str | None]


class CoverCall(Base):
    """An agent called out to take a seat of a queue, and what became of it (R20-R33, D8, D12)."""

    __tablename__ = "cover_calls"
    __table_args__ = (
        Index("ix_cover_calls_incident", "incident"),
        Index("ix_cover_calls_agent", "agent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    agent: Mapped[str]
    # "BRAVO/es", and the rung of the ladder on which the agent serves it.
    queue: Mapped[str]
    rung: Mapped[str]
    # asked, accepted, live; later (a yes that comes too late, kept in reserve); or over: declined,
    # lapsed, no-show, lost (was live), stood down, ended (by the end of the standby).
    state: Mapped[str]
    # Present while the agent is held for this seat: nobody fills two (D8).
    hold_key: Mapped[str | None] = mapped_column(unique=True)
    held_until: Mapped[datetime | None]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    via: Mapped[str | None]
    # When the agent is due in the seat, or (later) says to be there.
    due_at: Mapped[datetime]
    silent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    # By the phone system, or by the word of a person where it can't be asked.
    live_by: Mapped[str | None]
    relief_asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class RollCall(Base):
    """An agent whom the phone system lost, asked "are you safe, can you work?" (E18)."""

    __tablename__ = "roll_calls"
    __table_args__ = (
        Index("ix_roll_calls_incident", "incident"),
        Index("ix_roll_calls_agent", "agent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"))
    agent: Mapped[str]
    # Present until an answer: nobody is asked twice at a time.
    open_key: Mapped[str | None] = mapped_column(unique=True)
    asked_at: Mapped[datetime]
    # From here silence counts as out; a late answer counts all the same.
    due_at: Mapped[datetime]
    silent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # works, cannot, help; seen (the phone system has the agent again).
    answer: Mapped[str | None]
    via: Mapped[str | None]


class SeenAgent(Base):
    """Whether the phone system had an agent live when it was last asked (E18)."""

    __tablename__ = "agent_states"

    agent: Mapped[str] = mapped_column(primary_key=True)
    live: Mapped[bool]
    changed_at: Mapped[datetime]
    looked_at: Mapped[datetime]


class InputDue(Base):
    """One time at which a vital input is due, and what became of it (R6, A21).

    Kept before it comes, so that what was due while nothing ran is found (D21).
    """

    __tablename__ = "input_dues"
    __table_args__ = (
        UniqueConstraint("input", "due_at"),
        Index("ix_input_dues_state", "state"),
        Index("ix_input_dues_incident", "incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    input: Mapped[str]
    due_at: Mapped[datetime]
    # What arrives later than the first and before the next one's window counts for it.
    counts_after: Mapped[datetime]
    overdue_at: Mapped[datetime]
    # expected, arrived, arrived late, overdue; passed (the next was due before anybody looked).
    state: Mapped[str]
    arrived_at: Mapped[datetime | None]
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))


class InputArrival(Base):
    """A vital input that arrived, however that is known: the same is kept once."""

    __tablename__ = "input_arrivals"
    __table_args__ = (UniqueConstraint("input", "mark"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    input: Mapped[str]
    # What makes two sightings one: a file's version, a sender's own number, a moment.
    mark: Mapped[str]
    arrived_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    # webhook, file, url, person
    way: Mapped[str]
    by_role: Mapped[str]
    detail: Mapped[str]
    # The first sight of something without a date says nothing about when it came.
    counts: Mapped[bool]


class LoggedCall(Base):
    """A call that was logged by hand (R46): one numbered form."""

    __tablename__ = "call_log"
    __table_args__ = (
        UniqueConstraint("agent", "day", "running_number"),
        Index("ix_call_log_project", "project"),
        Index("ix_call_log_incident", "incident"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The form's own number on the device: sent twice it is taken once.
    form: Mapped[str] = mapped_column(unique=True)
    agent: Mapped[str]
    # The day of the call where it was taken: part of the form's number.
    day: Mapped[str]
    running_number: Mapped[int]
    incident: Mapped[str | None] = mapped_column(ForeignKey("incidents.number"))
    project: Mapped[str]
    language: Mapped[str]
    line: Mapped[str]
    time_zone: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    urgent: Mapped[bool]
    # The other fields of the form, by name.
    fields: Mapped[dict[str, Any]]
    written_by: Mapped[str]
    recorded_at: Mapped[datetime]


class RoutingMode(Base):
    """What our IVR webhook answers for a line."""

    __tablename__ = "routing_modes"

    line: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    version: Mapped[int]
    set_at: Mapped[datetime]
    set_by: Mapped[str]


class RegisterRow(Base):
    """Where an incident stands in the SharePoint register, and what was last written there."""

    __tablename__ = "register_rows"

    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"), primary_key=True)
    item_id: Mapped[str]
    etag: Mapped[str]
    fields: Mapped[dict[str, Any]]


class HealthHour(Base):
    """What our looks at a system said in one hour, kept when the single looks are gone."""

    __tablename__ = "health_hours"

    system_id: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    up: Mapped[int]
    down: Mapped[int]
    unknown: Mapped[int]
    latency_mean_s: Mapped[float | None]
    latency_most_s: Mapped[float | None]


class WatchMark(Base):
    """Where a watch of ours stands: one row each, written over."""

    __tablename__ = "watch_marks"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    at_real: Mapped[datetime]
    ok: Mapped[bool]
    said: Mapped[str] = mapped_column(Text)


class ToldEvents(Base):
    """Up to which entry an incident's timeline was told to Prefect as events."""

    __tablename__ = "told_events"

    incident: Mapped[str] = mapped_column(ForeignKey("incidents.number"), primary_key=True)
    seq: Mapped[int]


class ReadinessDay(Base):
    """The last look of a day at how ready the plan is; the newest days have the whole result."""

    __tablename__ = "readiness_days"

    # The day in the company's zone, as 2026-11-26.
    day: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    plan_hash: Mapped[str]
    serious: Mapped[int]
    findings: Mapped[int]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ReadinessNews(Base):
    """A message about what got worse, to one person on one channel: written before it is sent."""

    __tablename__ = "readiness_news"

    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str]
    person: Mapped[str]
    channel: Mapped[str]
    state: Mapped[str]
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text)


class PrintedCopy(Base):
    """A print of the paper plan or of the escalation matrix (D17); ``person`` is "" for one that is
    for everybody of a role, ``role`` too for the company's."""

    __tablename__ = "printed_copies"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    what: Mapped[str]
    form: Mapped[str]
    language: Mapped[str]
    role: Mapped[str]
    person: Mapped[str]
    by: Mapped[str]
    plan_hash: Mapped[str]


class WriteCount(Base):
    """How often something was written about an incident, for its run that waits for news; on
    SQLite alone, since PostgreSQL tells who listens."""

    __tablename__ = "write_counts"

    topic: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
