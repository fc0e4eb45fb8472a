"""The after-action report: wanted, drafted, signed off, sent; or sent back, or late (§8 row 7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from kitart.installation import installation
from kitart.journal import after_action, approvals, documents, incidents, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging import after_action as people
from kitart.messaging import asking
from kitart.messaging.inside_mail import mail_inside
from kitart.messaging.telling import tell
from kitart.orchestrator import ReportStarter
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.reports import after_action_edition as edition
from kitart.reports.editions import record_mark
from kitart.rules.after_action import Times, times
from tasks.starting import ask_for_run
from tasks.steps import step


class AfterAction(BaseModel):
    """Which incident the report is about."""

    incident: str = Field(
        title="Incident",
        pattern=r"^INC-\d{4,}$",
        description="A closed incident, like INC-0142. One whose report was sent gets a new "
        "version if something was written or corrected since",
    )


@dataclass(frozen=True)
class Version:
    """A version that waits for people, with the steps of its approval."""

    id: int
    steps: tuple[people.Step, ...]


def why_not(incident: str) -> str | None:
    """Why there can be no report about the incident yet; ``None`` where there can.

    Raises ``LookupError`` for an unknown incident.
    """
    inst = installation()
    with inst.journal.read() as session:
        row = incidents.get(session, incident)
    if not incidents.is_disruption(row):
        return f"{incident} is a test of the contact list: its result is its report"
    if row.closed_at is None:
        return f"{incident} is not closed: its report is written after that"
    return None


@step("the after-action report is wanted")
def want(lease: Lease) -> Times:
    """Who writes for it is asked, once; the days on which it is drafted and due."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        found = _times(session, lease.incident)
        timeline.append(
            session, lease.incident, after_action.WANTED,
            f"The after-action report is drafted by {found.draft_at:%Y-%m-%d %H:%M} UTC and due "
            f"by {found.due_at:%Y-%m-%d %H:%M} UTC",
            now=inst.clock.now(), data={"due": found.due_at.isoformat()}, key="after-action-wanted",
        )  # fmt: skip
        news = people.closed_news(session, plan, lease.incident)
    people.ask_to_write(inst, plan, lease.incident, "after-action", news, found, lease)
    return found


def _times(session: Session, incident: str) -> Times:
    row = incidents.get(session, incident)
    plan = installation().plan_of(incident)
    return times(plan, row.recovered_at or row.closed_at or row.reported_at)


@step("remind who writes for the after-action report")
def remind(lease: Lease) -> None:
    """Its day comes near: who writes for it is told once more."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        found = _times(session, lease.incident)
        news = phrase(
            "The after-action report is drafted soon: {what}",
            what=people.closed_news(session, plan, lease.incident),
        )
    people.ask_to_write(inst, plan, lease.incident, "after-action-again", news, found, lease)


@step("draft the after-action report")
def draft(lease: Lease) -> Version:
    """A version from the record as it is now; one that waits and still fits stays (D6, D25)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        waiting = after_action.open_version(session, lease.incident)
        if waiting is None or not edition.fits(session, plan, waiting, now):
            planned = people.planned(session, plan, lease.incident)
            waiting = edition.make_version(session, plan, lease.incident, planned, now)
            _note(session, waiting, "notification drafted", "drafted", now)
        return Version(waiting.id, people.steps(session, plan, waiting))


@step("the after-action report is sent back")
def send_back(lease: Lease, document_id: int, approval_id: int) -> None:
    """Somebody wants it changed: who writes is told in the person's words."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        answer = approvals.get(session, approval_id)
        assert answer is not None
        reason = answer.note or ""
        documents.move(
            session, document_id, from_states=("draft", "approved"), to="refused", reason=reason
        )
        row = documents.get(session, document_id)
        timeline.append(
            session, lease.incident, after_action.SENT_BACK,
            f"after-action report, version {row.version}: sent back: {reason}",
            now=now, author=role_name(answer.answered_role or ""), source="person",
            data={"client": row.client, "document": row.id, "reason": reason},
            key=f"sent-back:{row.id}",
        )  # fmt: skip
        found = _times(session, lease.incident)
    news = phrase("The after-action report was sent back: “{reason}”", reason=reason)
    people.ask_to_write(inst, plan, lease.incident, f"sent-back:{document_id}", news, found, lease)


@step("withdraw a version of the after-action report")
def withdraw(lease: Lease, document_id: int) -> None:
    """Something was written or corrected since: what was asked about this version is void (D6)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    reason = phrase("something was written or corrected since")
    with inst.journal.write(lease) as session:
        documents.move(
            session, document_id, from_states=("draft", "approved"), to="stale", reason=reason
        )
        row = documents.get(session, document_id)
        _note(session, row, "draft stale", f"stale: {reason}", now)
        asked = after_action.questions_about(session, row)
    for question in asked:
        if question.state == "open":
            asking.withdraw(inst, plan, question.key, reason, lease)


@step("the after-action report is late")
def miss(lease: Lease) -> None:
    """Its day is over and it is not sent: recorded, and told to the IT manager and the CMT lead."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        if after_action.last_sent(session, lease.incident) is not None:
            return
        due = _times(session, lease.incident).due_at
        timeline.append(
            session, lease.incident, after_action.OVERDUE,
            "The after-action report was due and is not sent; it is finished and sent late",
            now=now, data={"due": due.isoformat()}, key="after-action-overdue",
        )  # fmt: skip
    for person in (*whom.it_managers(plan)[:1], *whom.crisis_leads(plan)[:1]):
        tell(
            inst, plan, lease.incident, person, "deadline-missed", "after-action-overdue",
            {
                "step": phrase("the after-action report"), "due": due,
                "role": phrase("the IT manager"),
                "next_step": phrase("it is finished and sent late"),
                "next_news": phrase("when it is sent"),
            },
            lease=lease,
        )  # fmt: skip


@step("send the after-action report")
def send(lease: Lease, document_id: int) -> str:
    """Send the approved version to the management; ``stale`` if the record changed after all.

    Raises ``ConnectorError`` while no mail is accepted.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = documents.get(session, document_id)
        if row.sent_at is not None:
            return "sent"
        if row.state == "draft":
            if not edition.fits(session, plan, row, now):
                return "stale"
            documents.move(session, document_id, from_states=("draft",), to="approved")
            _stamp(session, row, now)
    with inst.journal.read() as session:
        readers = people.readers(session, plan, lease.incident)
    mail_inside(inst, plan, row, readers, lease)
    now = inst.clock.now()
    # What went out went out: recorded even if another run has taken over meanwhile.
    with inst.journal.write() as session:
        earlier = after_action.last_sent(session, lease.incident)
        row = documents.get(session, document_id)
        if documents.move(session, document_id, from_states=("approved",), to="sent"):
            row.sent_at = now
            late = row.due_at is not None and now > row.due_at
            _note(session, row, "report sent", "sent, late" if late else "sent", now)
            if earlier is not None and earlier.id != document_id:
                documents.move(session, earlier.id, from_states=("sent",), to="superseded")
    return "sent"


def _stamp(session: Session, row: Document, now: datetime) -> None:
    """Print on the version that leaves who signed it off."""
    signed = people.given(session, row)
    mark = record_mark(session, row.incident)
    stamped = edition.sent_copy(row, signed, record=mark, now=now)
    last = max(
        (q for q in after_action.questions_about(session, row) if q.answer == people.APPROVE),
        key=lambda q: q.id,
    )
    row.approved_by, row.approved_role = last.answered_by, last.answered_role
    row.approved_at = last.answered_at
    row.subject, row.html, row.text = stamped.subject, stamped.html, stamped.text
    row.file_name, row.checksum = stamped.file_name, stamped.checksum
    row.facts = {**row.facts, "_record": asdict(mark)}


def _note(session: Session, row: Document, type: str, what: str, now: datetime) -> None:
    timeline.append(
        session, row.incident, type,
        f"after-action report, version {row.version}: {what}", now=now,
        data={"client": row.client, "document": row.id, "type": row.type,
              "checksum": row.checksum},
        key=f"{type}:{row.id}",
    )  # fmt: skip


@step("start the after-action reports that are wanted")
def start_wanted(starter: ReportStarter) -> tuple[str, ...]:
    """Ask for a run for each closed incident whose report is not sent and that nobody drives; the
    numbers of those asked for. While Prefect takes none, the next look asks again."""
    inst = installation()
    with inst.journal.read() as session:
        wanting = after_action.wanting(session, inst.clock.now())
    return tuple(row.number for row in wanting if ask_for_run(starter, starter.start_report, row))
