"""Making a version of a client's report out of the facts, and its sent copy with the approval."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from kitart.journal import documents, incidents
from kitart.journal.tables import Document
from kitart.plan.schema import Plan
from kitart.reports import rendering, written_parts
from kitart.reports.closing_report import build_closing_report
from kitart.reports.drafts import closing_due
from kitart.reports.facts import IncidentFacts
from kitart.reports.fingerprint import report_fingerprint
from kitart.reports.first_notification import build_first_notification
from kitart.reports.gathering import gather
from kitart.reports.scope import for_client
from kitart.reports.status_update import build_correction, build_status_update
from kitart.reports.terms import N_
from kitart.reports.views import Edition, RecordMark
from kitart.reports.wording import Wording

# Drafts are laid out from the record; the person who approves is never the author.
AUTHOR = N_("Kitart, from the incident's record")
PRELIMINARY = "preliminary-report"
# Enough to tell one record from another, and short enough to be read out.
HEAD_DIGITS = 16


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
    if type in ("recovery-notice", PRELIMINARY):
        update["closing_report_due"] = closing_due(session, plan, incident, client).date()
    facts = facts.model_copy(update=update)
    fingerprint = report_fingerprint(facts, client, type)
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
    changes = (
        *_changes(session, incident, client, type, number),
        *(_since_preliminary(session, facts, client) if type == "closing-report" else ()),
    )
    mark = record_mark(session, incident)
    edition = Edition(
        version=version, status="draft", author_role=AUTHOR, data_as_of=now, changes=changes,
        record=mark,
    )  # fmt: skip
    made = rendering.render(_view(facts, client, type, number, now, edition))
    return keep_draft(
        session, made, facts, edition, incident=incident, client=client, type=type, number=number,
        fingerprint=fingerprint, due_at=due_at, next_update_at=facts.next_update_at,
    )  # fmt: skip


def keep_draft(
    session: Session,
    made: rendering.Document,
    facts: BaseModel,
    edition: Edition,
    *,
    incident: str,
    client: str,
    type: str,
    number: int,
    fingerprint: str,
    due_at: datetime | None,
    next_update_at: datetime | None = None,
) -> Document:
    """Keep a laid out version with the facts it was made of (D6); what waited is superseded."""
    mark = edition["record"]
    assert mark is not None, "a version says how far the record went"
    kept = {"_changes": list(edition["changes"]), "_record": asdict(mark)}
    now = edition["data_as_of"]
    return documents.add(
        session,
        Document(
            incident=incident, client=client, type=type, running_number=number,
            version=edition["version"], state="draft", reason="", subject=made.subject,
            html=made.html, text=made.text, file_name=made.file_name, checksum=made.checksum,
            fingerprint=fingerprint, facts=facts.model_dump(mode="json") | kept,
            valid_as_of=now, next_update_at=next_update_at, created_at=now, due_at=due_at,
        ),
    )  # fmt: skip


def stored_facts(document: Document) -> dict[str, Any]:
    """What a version was made of, as it was kept; without what is kept beside the facts."""
    return {name: value for name, value in document.facts.items() if not name.startswith("_")}


def record_mark(session: Session, incident: str) -> RecordMark:
    """How far the incident's record goes now: printed on a version, it holds the record fast (D1).

    A record that is rewritten as a whole fits in itself, but not with what clients have on paper.
    """
    row = incidents.get(session, incident)
    return RecordMark(row.entries, row.head_hash[:HEAD_DIGITS])


def _changes(
    session: Session, incident: str, client: str, type: str, number: int
) -> tuple[str, ...]:
    mine = documents.of_incident(session, incident, client)
    lapsed = [d.reason for d in mine if (d.type, d.running_number) == (type, number) and d.reason]
    return tuple(lapsed[-1:])


def _since_preliminary(session: Session, facts: IncidentFacts, client: str) -> tuple[str, ...]:
    """What a final closing report says beyond the preliminary one that the client has (D25)."""
    told = [d for d in documents.sent(session, facts.number, client) if d.type == PRELIMINARY]
    if not told:
        return ()
    before = IncidentFacts.model_validate(stored_facts(documents.get(session, told[-1].id)))
    old, new = for_client(before, client), for_client(facts, client)
    mine = new.client(client)
    words = Wording(mine.zone, mine.language)
    since = words.say("It replaces the preliminary report of {at}.",
                      at=words.moment(told[-1].sent_at))  # fmt: skip
    found = written_parts.changes(
        words, (old.written, old.corrective_actions), (new.written, new.corrective_actions)
    )
    return (since, *(found or (words.say("Nothing else was written anew."),)))


def sent_copy(
    document: Document,
    *,
    approver_role: str,
    also_approved_by: tuple[str, ...] = (),
    approved_at: datetime,
    record: RecordMark,
    now: datetime,
) -> rendering.Document:
    """The approved version as it leaves: the same facts, with the approval printed on it, and the
    record as far as it goes now."""
    changes = tuple(document.facts.get("_changes", ()))
    facts = IncidentFacts.model_validate(stored_facts(document))
    edition = Edition(
        version=document.version, status="sent", data_as_of=document.valid_as_of,
        author_role=AUTHOR, approver_role=approver_role, also_approved_by=also_approved_by,
        approved_at=approved_at, changes=changes, record=record,
    )  # fmt: skip
    view = _view(facts, document.client, document.type, document.running_number, now, edition)
    return rendering.render(view)


def _view(
    facts: IncidentFacts, client: str, type: str, number: int, now: datetime, edition: Edition
) -> Any:
    if type in ("first-notification", "combined-notice"):
        return build_first_notification(facts, client, now=now, **edition)
    if type in (PRELIMINARY, "closing-report"):
        preliminary = type == PRELIMINARY
        return build_closing_report(facts, client, preliminary=preliminary, now=now, **edition)
    if type == "correction":
        return build_correction(facts, client, now=now, **edition)
    recovery = type == "recovery-notice"
    return build_status_update(facts, client, now=now, number=number, recovery=recovery, **edition)
