"""Making a version of the after-action report, and its sent copy with who signed it off (c21)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import after_action, documents
from kitart.journal.documents import INTERNAL
from kitart.journal.tables import Document
from kitart.plan.schema import Plan
from kitart.reports import rendering, written_parts
from kitart.reports.after_action import build_after_action
from kitart.reports.editions import AUTHOR, keep_draft, record_mark, stored_facts
from kitart.reports.facts.after_action import AfterActionFacts, SignOff
from kitart.reports.fingerprint import digest, facts_fingerprint, written_matter
from kitart.reports.gathering_after_action import gather_after_action
from kitart.reports.views import Edition, RecordMark
from kitart.reports.wording import Wording


def fingerprint(facts: AfterActionFacts) -> str:
    """A short text that changes with what people wrote, decided or corrected, and with what the
    clients' reports depend on; not with new entries or the passing of time (D6)."""
    incident = facts.incident
    return digest(
        [
            [facts_fingerprint(incident, client.id) for client in incident.clients],
            written_matter(incident),
            incident.cause,
            incident.privacy.model_dump(mode="json"),
            facts.corrections,
        ]
    )


def fits(session: Session, plan: Plan, document: Document, now: datetime) -> bool:
    """Whether a version says what the record says now."""
    facts = gather_after_action(session, plan, document.incident, now)
    return fingerprint(facts) == document.fingerprint


def make_version(
    session: Session, plan: Plan, incident: str, sign_offs: Sequence[SignOff], now: datetime
) -> Document:
    """Draft the report anew; what waited is superseded. The version says what changed (D25)."""
    facts = gather_after_action(session, plan, incident, now)
    facts = facts.model_copy(update={"sign_offs": tuple(sign_offs)})
    version = documents.next_version(session, incident, INTERNAL, after_action.TYPE, 1)
    changes = _changes(session, facts)
    edition = Edition(
        version=version, status="draft", author_role=AUTHOR, data_as_of=now, changes=changes,
        record=record_mark(session, incident),
    )  # fmt: skip
    made = rendering.render(build_after_action(facts, now=now, **edition))
    return keep_draft(
        session, made, facts, edition, incident=incident, client=INTERNAL,
        type=after_action.TYPE, number=1, fingerprint=fingerprint(facts), due_at=facts.due_at,
    )  # fmt: skip


def _changes(session: Session, facts: AfterActionFacts) -> tuple[str, ...]:
    """What this version says anew, beside the last one that was made."""
    before = after_action.versions(session, facts.incident.number)
    if not before:
        return ()
    last = documents.get(session, before[-1].id)
    old, new = facts_of(last).incident, facts.incident
    words = Wording(facts.zone, facts.language)
    found = written_parts.changes(
        words, (old.written, old.corrective_actions), (new.written, new.corrective_actions)
    )
    if last.state == "refused" and last.reason:
        found = (*found, words.say("Sent back: {reason}", reason=last.reason))
    return found or (words.say("The results were worked out anew from the record."),)


def facts_of(document: Document) -> AfterActionFacts:
    """What a version was made of."""
    return AfterActionFacts.model_validate(stored_facts(document))


def sent_copy(
    document: Document,
    sign_offs: Sequence[SignOff],
    *,
    record: RecordMark,
    now: datetime,
) -> rendering.Document:
    """The approved version as it leaves: the same facts, with who signed it off and when."""
    facts = facts_of(document).model_copy(update={"sign_offs": tuple(sign_offs)})
    last = sign_offs[-1]
    edition = Edition(
        version=document.version, status="sent", data_as_of=document.valid_as_of,
        author_role=AUTHOR, reviewer_role=sign_offs[0].role, approver_role=last.role,
        approved_at=last.at, changes=tuple(document.facts.get("_changes", ())), record=record,
    )  # fmt: skip
    return rendering.render(build_after_action(facts, now=now, **edition))
