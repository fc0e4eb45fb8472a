"""Making a version of a client's report out of the facts, and its sent copy with the approval."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import documents
from kitart.journal.tables import Document
from kitart.plan.schema import Plan
from kitart.reports import rendering
from kitart.reports.closing_report import build_closing_report
from kitart.reports.drafts import closing_due
from kitart.reports.facts import IncidentFacts
from kitart.reports.fingerprint import facts_fingerprint
from kitart.reports.first_notification import build_first_notification
from kitart.reports.gathering import gather
from kitart.reports.status_update import build_correction, build_status_update
from kitart.reports.terms import N_
from kitart.reports.views import Edition

# Drafts are laid out from the record; the person who approves is never the author.
AUTHOR = N_("Kitart, from the incident's record")


def make_draft(
    session: Session,
    plan: Plan,
    incident: str,
    client: str,
    type: str,
    number: int,
    *,
    due_at: datetime,
    next_update_at: datetime | None,
    now: datetime,
) -> Document:
    """Draft a new version of a report; the version that was not sent before is superseded.

    Asked again while an open draft of the same report fits the facts, that one is returned.
    """
    facts = gather(session, plan, incident, now)
    update: dict[str, Any] = {"next_update_at": next_update_at}
    if type == "recovery-notice":
        update["closing_report_due"] = closing_due(session, plan, incident, client).date()
    facts = facts.model_copy(update=update)
    fingerprint = facts_fingerprint(facts, client)
    same = _open_draft(session, incident, client, type, number, fingerprint)
    return same or _new_version(
        session, facts, incident, client, type, number, fingerprint, due_at, now
    )


def _open_draft(
    session: Session, incident: str, client: str, type: str, number: int, fingerprint: str
) -> Document | None:
    mine = documents.of_incident(session, incident, client)
    return next(
        (
            d
            for d in reversed(mine)
            if (d.type, d.running_number, d.fingerprint) == (type, number, fingerprint)
            and d.state in ("draft", "approved")
        ),
        None,
    )


def _new_version(
    session: Session,
    facts: IncidentFacts,
    incident: str,
    client: str,
    type: str,
    number: int,
    fingerprint: str,
    due_at: datetime,
    now: datetime,
) -> Document:
    version = documents.next_version(session, incident, client, type, number)
    changes = _changes(session, incident, client, type, number)
    edition = Edition(
        version=version, status="draft", author_role=AUTHOR, data_as_of=now, changes=changes
    )
    made = rendering.render(_view(facts, client, type, number, now, edition))
    return documents.add(
        session,
        Document(
            incident=incident, client=client, type=type, running_number=number, version=version,
            state="draft", reason="", subject=made.subject, html=made.html, text=made.text,
            file_name=made.file_name, checksum=made.checksum, fingerprint=fingerprint,
            facts=facts.model_dump(mode="json") | {"_changes": list(changes)},
            valid_as_of=now, next_update_at=facts.next_update_at, created_at=now, due_at=due_at,
        ),
    )  # fmt: skip


def _changes(
    session: Session, incident: str, client: str, type: str, number: int
) -> tuple[str, ...]:
    mine = documents.of_incident(session, incident, client)
    lapsed = [d.reason for d in mine if (d.type, d.running_number) == (type, number) and d.reason]
    return tuple(lapsed[-1:])


def sent_copy(
    document: Document, *, approver_role: str, approved_at: datetime, now: datetime
) -> rendering.Document:
    """The approved version as it leaves: the same facts, with the approval printed on it."""
    stored = dict(document.facts)
    changes = tuple(stored.pop("_changes", ()))
    facts = IncidentFacts.model_validate(stored)
    edition = Edition(
        version=document.version, status="sent", data_as_of=document.valid_as_of,
        author_role=AUTHOR, approver_role=approver_role, approved_at=approved_at, changes=changes,
    )  # fmt: skip
    view = _view(facts, document.client, document.type, document.running_number, now, edition)
    return rendering.render(view)


def _view(
    facts: IncidentFacts, client: str, type: str, number: int, now: datetime, edition: Edition
) -> Any:
    if type in ("first-notification", "combined-notice"):
        return build_first_notification(facts, client, now=now, **edition)
    if type == "closing-report":
        return build_closing_report(facts, client, now=now, **edition)
    if type == "correction":
        return build_correction(facts, client, now=now, **edition)
    return build_status_update(facts, client, now=now, number=number, **edition)
