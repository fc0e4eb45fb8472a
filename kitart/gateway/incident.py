"""What the page of one incident shows: its record, as this reader may see it (D1, D2, D22, E39)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import entry_words
from kitart.gateway.board import named, priority_words, readable, stage_of
from kitart.gateway.house import House
from kitart.gateway.live import pulse_of
from kitart.gateway.picture import picture
from kitart.gateway.seats import Seats, seats
from kitart.gateway.visits import Refused, Visitor
from kitart.journal import (
    acknowledgements,
    approvals,
    cover,
    documents,
    handing_over,
    incidents,
    late_entries,
    legal,
    levels,
    messages,
    outage_reports,
    timeline,
)
from kitart.journal.late_entries import MAY_WRITE, Standing
from kitart.journal.tables import Acknowledgement, Approval, Decision, Document, Incident, Message
from kitart.journal.write_up import MAY_WRITE_UP
from kitart.language import Phrase, phrase, said_before
from kitart.messaging.occasion import report_name, title_of
from kitart.messaging.questions import known
from kitart.plan.general import GENERAL
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.plan.workplace import WORKPLACE
from kitart.reports import clocks
from kitart.reports.gathering import gather
from kitart.reports.picture.drawing import Picture
from kitart.reports.rendering import svg

NEWEST_AT_FIRST = 200
"""So many entries of the timeline are shown until more are asked for."""
ASKS = {"ert-alarm": "ert", "ert-reminder": "ert", "am-information": "am:"}
"""The messages that ask "do you have it?", and the step that the answer is recorded for."""
INSIDE = phrase("inside the company")
ROLES_OUTSIDE = {"client_contact": phrase("client's contact"), "supplier": phrase("supplier")}


@dataclass(frozen=True)
class EntryShown:
    """One entry as it stands; ``old_time`` and ``old_text`` are set where a correction changed
    them, ``recorded_at`` where that was at another time than it happened. ``english`` says that the
    text is the record's own, which is English whoever reads it."""

    seq: int
    kind: str
    text: str
    english: bool
    occurred_at: datetime
    recorded_at: datetime | None
    by: str
    withdrawn: bool
    old_time: datetime | None
    old_text: str
    why: str
    corrected_by: str
    corrected_at: datetime | None
    correctable: bool


@dataclass(frozen=True)
class QuestionShown:
    """One question: of whom, what became of it, and every answer that was given."""

    id: int
    title: str
    asked: str
    state: str
    due: datetime | None
    answers: Sequence[AnswerShown]


@dataclass(frozen=True)
class AnswerShown:
    """One answer, with whether it counts."""

    by: str
    answer: str
    note: str
    at: datetime
    outcome: str


@dataclass(frozen=True)
class MessageShown:
    """One message with its true state."""

    at: datetime
    to: str
    what: str
    channel: str
    state: str
    answered: datetime | None


def incident(
    place: House, number: str, visitor: Visitor, *, oldest_first: bool, whole: bool
) -> dict[str, Any]:
    """The view of the page; raises ``Refused`` (404) for a number that isn't in the journal."""
    with place.inst.journal.read() as session:
        row = found(session, number)
        plan = place.inst.plans_for(session, [row])[number]
        now = visitor.now
        standing = late_entries.standing(timeline.entries(session, number))
        shown = standing if whole else standing[-NEWEST_AT_FIRST:]
        steps = sorted(_entries(visitor, shown), key=lambda each: (each.occurred_at, each.seq))
        lead = handing_over.holder(session, number, handing_over.ERT)
        drawn = _picture(session, plan, row, visitor)
        templates = place.inst.settings.templates_dir
        return {
            "visitor": visitor,
            "incident": row,
            "pulse": pulse_of(session, number),
            "title": readable(visitor, title_of(plan, row)),
            "stage": visitor.read(stage_of(row, _clocks(session, plan, row, visitor))),
            "priority": visitor.read(priority_words(row)),
            "lead": named(visitor, lead.person) if lead else "",
            "known": [readable(visitor, fact) for fact in known(session, plan, number, now)],
            "picture": drawn,
            "drawing": svg(drawn, templates_dir=templates) if drawn else "",
            "seats": _seats(session, plan, row, visitor),
            "questions": _questions(session, row, visitor),
            "messages": _messages(session, number, visitor),
            "documents": _documents(session, number, visitor),
            "steps": steps if oldest_first else steps[::-1],
            "more": len(standing) - len(shown),
            "oldest_first": oldest_first,
            "may_write": visitor.role in MAY_WRITE,
            "may_write_up": visitor.role in MAY_WRITE_UP and incidents.is_disruption(row),
            "summary": visitor.read(
                phrase("Entries in the timeline: {n}; the last: {what}.",
                       n=len(standing), what=_kind(standing[-1]) if standing else "")
            ),
        }  # fmt: skip


def _seats(session: Session, plan: Plan, row: Incident, visitor: Visitor) -> Seats | None:
    """The seats of the projects affected, while it is open; ``None`` where none is named."""
    codes = [p.id for p in plan.projects_affected_by(row.system_id)]
    if row.system_id in (GENERAL, WORKPLACE):
        codes = list(row.projects or ())
    if row.closed_at is not None or not codes:
        return None
    return seats(
        visitor, outage_reports.standing(session, exercise=row.exercise), codes,
        calls=cover.holding(session),
        invoked=levels.of_incident(session, row.number).in_force,
    )  # fmt: skip


def found(session: Session, number: str) -> Incident:
    """The incident's row; raises ``Refused`` (404) where there is none."""
    try:
        return incidents.get(session, number)
    except LookupError as error:
        raise Refused(
            404,
            phrase("There is no such incident"),
            phrase("The board lists those that are open."),
        ) from error


def document(place: House, number: str, document_id: int) -> tuple[Document, int | None]:
    """A report version of the incident and the version that has replaced it, if one has; raises
    ``Refused`` (404) where there is none."""
    with place.inst.journal.read() as session:
        found(session, number)
        try:
            row = documents.get(session, document_id)
        except LookupError:
            row = None
        replaced = replaced_by(session, number).get(document_id)
    if row is None or row.incident != number:
        raise Refused(
            404, phrase("There is no such report"), phrase("Go back to the incident's page.")
        )
    return row, replaced


def author_words(visitor: Visitor, entry: Standing) -> str:
    """Who stands behind an entry: a role holder by role and code, else what the record says."""
    person = entry.data.get("person")
    if entry.source == "person" and isinstance(person, str):
        return readable(visitor, named(visitor, person))
    role = entry.data.get("role")
    if entry.source == "person" and isinstance(role, str):
        return visitor.read(role_name(role))
    return readable(visitor, said_before(entry.author))


def _kind(entry: Standing) -> Phrase:
    return entry_words.of(entry_words.ENTRIES, entry.type)


def _entries(visitor: Visitor, standing: Sequence[Standing]) -> list[EntryShown]:
    return [_entry(visitor, each) for each in standing]


def _entry(visitor: Visitor, entry: Standing) -> EntryShown:
    fix = entry.corrected_by
    kind = visitor.read(_kind(entry))
    if entry.type == late_entries.LATE:
        about = entry_words.of(entry_words.LATE_KINDS, entry.data.get("kind", ""))
        project = entry.data.get("project")
        kind = f"{visitor.read(about)}{f', {project}' if project else ''} ({kind})"
    by = ""
    if fix is not None:
        by = readable(visitor, named(visitor, fix.data["person"]))
    old = entry.original
    return EntryShown(
        seq=entry.seq,
        kind=kind,
        text=readable(visitor, entry.text),
        english=entry.type != late_entries.LATE and entry.text == entry.original.text,
        occurred_at=entry.occurred_at,
        recorded_at=entry.recorded_at if entry.recorded_at != entry.occurred_at else None,
        by=author_words(visitor, entry),
        withdrawn=entry.withdrawn,
        old_time=old.occurred_at if old.occurred_at != entry.occurred_at else None,
        old_text=readable(visitor, old.text) if old.text != entry.text else "",
        why=readable(visitor, fix.text) if fix else "",
        corrected_by=by,
        corrected_at=fix.recorded_at if fix else None,
        # What legal clocks follow from is corrected on the page of its own.
        correctable=visitor.role in MAY_WRITE and entry.type not in legal.WORDS,
    )


def _picture(session: Session, plan: Plan, row: Incident, visitor: Visitor) -> Picture | None:
    if not incidents.is_disruption(row) or row.system_id == GENERAL:
        return None  # no system whose states could be drawn
    facts = gather(session, plan, row.number, row.closed_at or visitor.now)
    sent = [d for d in documents.of_incident(session, row.number)
            if d.sent_at is not None and d.client != documents.INTERNAL]  # fmt: skip
    decided = [q for q in approvals.of_incident(session, row.number) if q.answered_at]
    return picture(visitor, row, facts, sent, decided)


def _clocks(
    session: Session, plan: Plan, row: Incident, visitor: Visitor
) -> tuple[clocks.Clock, ...]:
    """A clock for each queue, where agents can't work."""
    if row.system_id != WORKPLACE:
        return ()
    entries = timeline.entries(session, row.number)
    return clocks.of_cover(session, plan, row.number, entries, row.closed_at or visitor.now)


def _questions(session: Session, row: Incident, visitor: Visitor) -> list[QuestionShown]:
    given = approvals.decisions_of_incident(session, row.number)
    return [
        _question(visitor, row, q, [d for d in given if d.approval_id == q.id])
        for q in approvals.of_incident(session, row.number)
    ]


def _question(
    visitor: Visitor, row: Incident, question: Approval, given: Sequence[Decision]
) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        title=readable(visitor, approvals.title(question)),
        asked=", ".join(named(visitor, person) for person in question.asked_of),
        state=_became(visitor, row, question),
        due=question.due_at if question.state == "open" else None,
        answers=[
            AnswerShown(
                by=named(visitor, d.person),
                answer=readable(visitor, approvals.label(question, d.answer)),
                note=readable(visitor, d.note),
                at=d.at,
                outcome=visitor.read(entry_words.of(entry_words.OUTCOMES, d.outcome)),
            )
            for d in given
        ],
    )


def _became(visitor: Visitor, row: Incident, question: Approval) -> str:
    if question.state == "answered":
        return visitor.read(
            phrase("decided: {answer}", answer=approvals.label(question, question.answer or ""))
        )
    if question.state == "open":
        if row.closed_at is not None and question.kind not in approvals.AFTER_CLOSING:
            return visitor.read(phrase("never answered"))
        if question.due_at is not None and question.due_at < visitor.now:
            return visitor.read(phrase("waits for an answer, overdue"))
        return visitor.read(phrase("waits for an answer"))
    reason = approvals.wording(question, visitor.language).reason
    said = phrase("withdrawn: {reason}", reason=reason) if reason else phrase("withdrawn")
    return readable(visitor, said)


def _messages(session: Session, number: str, visitor: Visitor) -> list[MessageShown]:
    answers = acknowledgements.of_incident(session, number)
    return [
        _message(visitor, row, answers) for row in reversed(messages.of_incident(session, number))
    ]


def _message(visitor: Visitor, row: Message, answers: Sequence[Acknowledgement]) -> MessageShown:
    role = ROLES_OUTSIDE.get(row.role) or role_name(row.role)
    holder = any(each.id == row.recipient for each in visitor.plan.people)
    state = "together" if row.told_in else row.state
    # Of what asks "do you have it?": whether this person has answered, whichever way.
    asks = ASKS.get(row.purpose)
    own = [a for a in answers if a.person == row.recipient]
    answered = next((a.at for a in own if asks and a.step.startswith(asks)), None)
    return MessageShown(
        at=row.sent_at or row.queued_at,
        to=named(visitor, row.recipient) if holder else visitor.read(role),
        what=visitor.read(entry_words.of(entry_words.PURPOSES, row.purpose)),
        channel=visitor.read(entry_words.of(entry_words.CHANNELS, row.channel)),
        state=visitor.read(entry_words.of(entry_words.MESSAGE_STATES, state)),
        answered=answered,
    )


def replaced_by(session: Session, number: str) -> dict[int, int]:
    """Which of the incident's report versions a later one has replaced (D25)."""
    return documents.replaced(
        (d.id, (d.client, d.type, d.running_number), d.version, d.sent_at is not None)
        for d in documents.of_incident(session, number)
    )


def _documents(session: Session, number: str, visitor: Visitor) -> list[dict[str, Any]]:
    replaced = replaced_by(session, number)
    return [
        {
            "id": row.id,
            "name": visitor.read(report_name(row.type)),
            "client": visitor.read(INSIDE) if row.client == documents.INTERNAL else row.client,
            "running_number": row.running_number,
            "version": row.version,
            "state": visitor.read(entry_words.of(entry_words.DOCUMENT_STATES, row.state)),
            "at": row.sent_at or row.created_at,
            "filed": row.filed_at is not None,
            "replaced": replaced.get(row.id),
        }
        for row in reversed(documents.of_incident(session, number))
    ]
