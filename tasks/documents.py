"""A client's reports: drafted, approved by people, sent once, or withdrawn as stale (D5, D6)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.connectors.errors import ConnectorError
from kitart.installation import Installation, installation
from kitart.journal import approvals, documents, leading, messages, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Approval, Document
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging.approving import Draft, to_be_approved
from kitart.messaging.client import OnItsWay, send_report, send_short_text
from kitart.messaging.occasion import about, report_name
from kitart.messaging.short_text import short_text_values
from kitart.messaging.telling import tell
from kitart.plan.roles import role_name
from kitart.reports import drafts, editions
from tasks.steps import step


@step("draft a report")
def draft(
    lease: Lease,
    client: str,
    type: str,
    number: int,
    due_at: datetime,
    next_update_at: datetime | None,
) -> Draft:
    """Draft a report for a client from the facts as they are now (D3, D24, D25)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        document = editions.make_draft(
            session, plan, lease.incident, client, type, number,
            due_at=due_at, next_update_at=next_update_at, now=now,
        )  # fmt: skip
        _note(session, document, "notification drafted", "drafted", now)
        return to_be_approved(session, plan, document, now)


@step("withdraw a stale draft")
def withdraw(lease: Lease, document_id: int) -> None:
    """The facts changed: the draft can't be sent, its approval is void, people are told why."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    reason = phrase("the situation has changed since it was written")
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        documents.move(
            session, document_id, from_states=("draft", "approved"), to="stale", reason=reason
        )
        row = documents.get(session, document_id)
        _note(session, row, "draft stale", f"stale: {reason}", now)
        open_keys = [q.key for q in _questions_about(session, row) if q.state == "open"]
    for key in open_keys:
        asking.withdraw(inst, plan, key, reason, lease)


def _questions_about(session: Session, document: Document) -> list[Approval]:
    return [
        q for q in approvals.of_incident(session, document.incident) if q.document_id == document.id
    ]


@step("a report is due")
def due_passed(lease: Lease, document_id: int) -> None:
    """Nobody approved in time: the pre-approved short text goes out, or the miss is recorded.

    Nothing else is ever sent because a timer ran out (DESIGN, decision 11).
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = documents.get(session, document_id)
        settings = plan.client(row.client).report
        true_now = short_text_values(session, plan, row, now)
        short = true_now if settings.pre_approved_short_text else None
        what = (
            phrase("the pre-approved short text goes out") if short else phrase("nothing is sent")
        )
        _note(session, row, "notification overdue", f"due and not approved: {what}", now)
        values = about(session, plan, lease.incident)
        approvers = leading.approvers(session, plan, lease.incident, row.client)
    if short:
        send_short_text(inst, plan, row, short, lease)
    for person in approvers:
        tell(
            inst, plan, lease.incident, person, "deadline-missed", f"overdue:{document_id}",
            values | {
                "step": phrase("the approval of the {report}", report=report_name(row.type)),
                "due": row.due_at or now, "role": phrase("the account manager"), "next_step": what,
            },
            lease=lease,
        )  # fmt: skip


@step("send a report")
def send(lease: Lease, document_id: int) -> str:
    """Send the approved version; ``stale`` if the facts changed after all (D6).

    Raises ``ConnectorError`` while no way takes it, and a permanent one when it is not known
    whether it went out: that waits for a person, never twice to a client.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = documents.get(session, document_id)
        if row.sent_at is not None:
            return "sent"
        # What a sender that died handed over, or may have, is brought to its end as it is.
        if not messages.has_set_out(session, document_id):
            if not drafts.still_fits(session, plan, document_id, now):
                return "stale"
            if not documents.move(
                session, document_id, from_states=("draft", "approved"), to="approved"
            ):
                return "stale"
            _stamp(session, row, now)
        short = short_text_values(session, plan, row, now)
    try:
        send_report(inst, plan, row, lease)
    except OnItsWay:
        raise
    except ConnectorError:
        # The client must know although no mail goes out: the approved report waits, the short
        # text of the same news goes by SMS (E43).
        if short:
            send_short_text(inst, plan, row, short, lease)
        raise
    return _sent(inst, lease, document_id)


def _stamp(session: Session, row: Document, now: datetime) -> None:
    """Print the approval on the version that leaves: of all who gave it, at the last one's."""
    given = _given(session, row)
    approval = given[0]
    mark = editions.record_mark(session, row.incident)
    stamped = editions.sent_copy(
        row,
        approver_role=role_name(approval.answered_role or ""),
        also_approved_by=tuple(role_name(each.answered_role or "") for each in given[1:]),
        approved_at=given[-1].answered_at or now,
        record=mark,
        now=now,
    )
    row.approved_by, row.approved_role = approval.answered_by, approval.answered_role
    row.approved_at = approval.answered_at
    row.subject, row.html, row.text = stamped.subject, stamped.html, stamped.text
    row.file_name, row.checksum = stamped.file_name, stamped.checksum
    row.facts = {**row.facts, "_record": asdict(mark)}


def _given(session: Session, document: Document) -> list[Approval]:
    given = [each for each in _questions_about(session, document) if each.answer == "approve"]
    if not given:
        raise LookupError(f"document {document.id} is not approved: it can't be sent")
    return given


def _sent(inst: Installation, lease: Lease, document_id: int) -> str:
    now = inst.clock.now()
    # What went out went out: recorded even if another run has taken over meanwhile.
    with inst.journal.write() as session:
        row = documents.get(session, document_id)
        if documents.move(session, document_id, from_states=("approved",), to="sent"):
            row.sent_at = now
            late = row.due_at is not None and now > row.due_at
            _note(session, row, "report sent", "sent, late" if late else "sent", now)
    return "sent"


@step("settle an uncertain report")
def settle_uncertain(lease: Lease, approval_id: int, document_id: int) -> None:
    """A person said whether the report arrived, or is to be sent again."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        answer = approvals.get(session, approval_id)
        if answer is None or answer.answer is None:
            raise LookupError(f"question {approval_id} has no answer")
        arrived = answer.answer == "arrived"
        messages.settle_uncertain(session, document_id, arrived, now=now)
        row = documents.get(session, document_id)
        _note(session, row, "report settled", "arrived" if arrived else "is sent again", now)


@step("a report can't be sent yet")
def sending_waits(lease: Lease, document_id: int, why: str) -> None:
    """No way took the report: kept, and tried again; said once an hour of trying."""
    inst = installation()
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = documents.get(session, document_id)
        timeline.append(
            session, lease.incident, "report waits",
            f"{row.type.replace('-', ' ')}: could not be sent, tried again each minute ({why})",
            now=now, data={"client": row.client, "document": row.id},
            key=f"waits:{row.id}:{now:%Y%m%d%H}",
        )  # fmt: skip


@step("a client knows all there is")
def record_served(lease: Lease, client: str) -> None:
    """The client has every report about the recovery that holds, or nobody wanted it told."""
    inst = installation()
    with inst.journal.write(lease) as session:
        key = drafts.served_key(session, lease.incident, client)
        if key is not None:
            timeline.append(
                session, lease.incident, "client served",
                "Every report about this recovery is sent, or was decided against",
                now=inst.clock.now(), data={"client": client}, key=key,
            )  # fmt: skip


@step("no report is needed")
def record_no_effect(lease: Lease, client: str) -> None:
    """It was over before this client's service opened: no effect, no report (E36)."""
    inst = installation()
    with inst.journal.write(lease) as session:
        timeline.append(
            session, lease.incident, "no effect",
            "No effect inside this client's service hours: prevented, no report is needed",
            now=inst.clock.now(), data={"client": client}, key=f"no-effect:{client}",
        )  # fmt: skip


def _note(session: Session, row: Document, type: str, what: str, now: datetime) -> None:
    timeline.append(
        session, row.incident, type,
        f"{row.type.replace('-', ' ')} {row.running_number}, version {row.version}: {what}",
        now=now, data={"client": row.client, "document": row.id, "type": row.type,
                       "checksum": row.checksum},
        key=f"{type}:{row.id}",
    )  # fmt: skip
