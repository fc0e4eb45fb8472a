"""The picture of an incident on its page: of all clients' queues, with reports and decisions.

It is the one that stands in the reports, for a reader inside: the same is said in words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kitart.gateway.visits import Visitor
from kitart.journal import approvals
from kitart.journal.tables import Approval, Document, Incident
from kitart.language import phrase
from kitart.messaging.occasion import report_name
from kitart.reports.course import course_of
from kitart.reports.facts import IncidentFacts
from kitart.reports.picture import drawing
from kitart.reports.picture.course import Points
from kitart.reports.picture.drawing import Picture
from kitart.reports.picture.making import course
from kitart.reports.wording import Wording


def picture(
    visitor: Visitor,
    row: Incident,
    facts: IncidentFacts,
    sent: Sequence[Document],
    decided: Sequence[Approval],
) -> Picture | None:
    """The picture of an incident until it was closed, or until now, for a reader inside."""
    until = row.closed_at or visitor.now
    clients = dict.fromkeys(each.client_id for each in facts.effects)
    projects = [p for client in clients for p in course_of(facts, client, until).projects]
    reports = [(d.sent_at, _report(visitor, d)) for d in sent if d.sent_at is not None]
    decisions = [(q.answered_at, _decision(visitor, q)) for q in decided if q.answered_at]
    words = Wording(visitor.zone, visitor.language)
    found = course(
        words, facts, projects, until, goes_on=row.closed_at is None,
        more=(
            _points(visitor, visitor.read(phrase("Reports sent")), reports),
            _points(visitor, visitor.read(phrase("Decisions")), decisions),
        ),
    )  # fmt: skip
    if found is None:
        return None
    title = visitor.read(phrase("The course of {number}", number=row.number))
    return drawing.picture(words, found, title)


def _points(visitor: Visitor, name: str, found: Sequence[tuple[datetime, str]]) -> Points:
    ordered = sorted(found, key=lambda each: each[0])
    return Points(
        name,
        tuple(at for at, _ in ordered),
        tuple(f"{visitor.time(at)}: {text}" for at, text in ordered),
    )


def _report(visitor: Visitor, row: Document) -> str:
    return visitor.read(
        phrase("{report} to {client}, version {version}", report=report_name(row.type),
               client=row.client, version=row.version)
    )  # fmt: skip


def _decision(visitor: Visitor, row: Approval) -> str:
    return visitor.read(
        phrase("{question} “{answer}”", question=approvals.title(row),
               answer=approvals.label(row, row.answer or ""))
    )  # fmt: skip
