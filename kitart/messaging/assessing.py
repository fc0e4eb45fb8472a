"""The data protection assessment: a version after each change, to the data protection contact.

It stays in the company, and the answer that it states is its approval, so it waits for nobody.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.connectors.attachment import LARGEST_BYTES
from kitart.installation import Installation
from kitart.journal import approvals, documents, timeline
from kitart.journal.documents import INTERNAL
from kitart.journal.legal import ASSESSED, Recorded
from kitart.journal.messages import TAKEN, Outgoing
from kitart.journal.tables import Document
from kitart.language import in_language, phrase
from kitart.messaging.delivering import deliver
from kitart.messaging.enclosing import pdf_beside
from kitart.messaging.occasion import title_of
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.plan.schema import Person, Plan
from kitart.reports import gathering_people, legal, rendering
from kitart.reports.assessment import ASSESSMENT, About, build_assessment
from kitart.reports.editions import record_mark
from kitart.rules.legal import words as law


def keep_assessed(inst: Installation, plan: Plan, recorded: Recorded) -> None:
    """Make and mail the version that is due, if one is; what was not taken is tried again.

    Nothing is made before somebody answered. After the first version one waits until a few minutes
    have brought nothing new, so that what is recorded in one go makes one version.
    """
    now = inst.clock.now()
    number = recorded.incident.number
    with inst.journal.write() as session:
        mine = versions(session, number)
        if _due(plan, recorded, mine, now):
            mine = [*mine, _add(session, plan, recorded, mine, now)]
        newest = mine[-1] if mine else None
        waiting = newest is not None and newest.sent_at is None
    if newest is not None and waiting:
        _send(inst, plan, newest.id, now)


def versions(session: Session, number: str) -> list[Document]:
    """The versions of an incident's assessment, oldest first."""
    mine = documents.of_incident(session, number, INTERNAL, whole=True)
    return [document for document in mine if document.type == ASSESSMENT]


def _due(plan: Plan, recorded: Recorded, mine: list[Document], now: datetime) -> bool:
    if legal.latest_answer(recorded.matter) is None or recorded.changed_at is None:
        return False
    if not mine:
        return True
    quiet = recorded.changed_at + timedelta(minutes=plan.limits.news_gap)
    return mine[-1].fingerprint != recorded.last and now >= quiet


def _add(
    session: Session, plan: Plan, recorded: Recorded, mine: list[Document], now: datetime
) -> Document:
    row, version = recorded.incident, len(mine) + 1
    decided = legal.latest_answer(recorded.matter)
    assert decided is not None
    reader = _reader(plan, now)
    changes = _changes(plan, recorded, mine[-1].created_at, reader.language) if mine else ()
    mark = record_mark(session, row.number)
    about = About(
        title=title_of(plan, row),
        reader=reader,
        priority=gathering_people.priority(row, approvals.of_incident(session, row.number)),
        mark=mark,
        changes=changes,
    )
    made = rendering.render(build_assessment(plan, recorded, about, version, now=now))
    document = documents.add(
        session,
        Document(
            incident=row.number, client=INTERNAL, type=ASSESSMENT, running_number=1,
            version=version, state="approved", reason="", subject=made.subject, html=made.html,
            text=made.text, file_name=made.file_name, checksum=made.checksum,
            fingerprint=recorded.last, facts={"_changes": list(changes), "_record": asdict(mark)},
            valid_as_of=now, created_at=now, approved_by=decided.person,
            approved_role=decided.role, approved_at=decided.recorded_at,
        ),
    )  # fmt: skip
    timeline.append(
        session, row.number, ASSESSED,
        f"Data protection assessment, version {version}, SHA-256 {made.checksum[:16]}…",
        now=now, data={"document": document.id, "version": version, "type": ASSESSMENT},
        key=f"assessment:{version}",
    )  # fmt: skip
    return document


def _reader(plan: Plan, now: datetime) -> Person:
    return plan.person(whom.present(plan, whom.data_protection(plan), now)[0])


def _changes(plan: Plan, recorded: Recorded, since: datetime, language: str) -> tuple[str, ...]:
    """What was recorded after a version, each in a line."""
    names = legal.names(plan)
    return tuple(
        in_language(
            phrase("{what}: {party}", what=law.WORDS[word.type],
                   party=law.party(word.data["scope"], names)),
            language,
        )
        for word in recorded.words
        if word.recorded_at > since
    )  # fmt: skip


def _send(inst: Installation, plan: Plan, document_id: int, now: datetime) -> None:
    with inst.journal.read() as session:
        document = documents.get(session, document_id)
    reader = _reader(plan, now)
    pdf = pdf_beside(inst, plan, document, None)
    enclosed = [pdf] if pdf is not None and len(pdf.content) <= LARGEST_BYTES else []
    taken = False
    for place, channel in enumerate(reader.channels):
        if channel.kind != "mail":
            continue
        sent = deliver(
            inst, plan,
            Outgoing(
                key=f"{document.incident}:report:{document.id}:{reader.id}:mail:{place}",
                incident=document.incident, purpose=document.type, recipient=reader.id,
                role=role_name(reader.kind), channel="mail", address=channel.address,
                subject=document.subject, text=document.text, html=document.html,
                document_id=document.id, language=reader.language,
            ),
            stands_on=channel.depends_on, attachments=enclosed,
        )  # fmt: skip
        taken = taken or (sent is not None and sent.state in TAKEN)
    if not taken:
        return
    with inst.journal.write() as session:
        if documents.move(session, document_id, from_states=("approved",), to="sent"):
            documents.get(session, document_id).sent_at = inst.clock.now()
