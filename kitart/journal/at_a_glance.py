"""All open incidents at once, in a fixed number of questions however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import (
    acknowledgements,
    approvals,
    handing_over,
    incidents,
    late_entries,
    looks,
)
from kitart.journal.handing_over import ERT, Holder
from kitart.journal.tables import (
    Acknowledgement,
    Approval,
    Incident,
    Observation,
    PlanSnapshot,
    TimelineEntry,
)
from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.reviewed import NO_DISRUPTIONS

# What the clocks and the leader are worked out from; the rest of a timeline is not needed here.
ENTRIES = (looks.PROVED, "success factor failed", "ack requested", late_entries.LATE,
           late_entries.CORRECTION)  # fmt: skip


class Look(NamedTuple):
    """One look at a system."""

    incident: str
    system_id: str
    at: datetime
    state: str
    source: str


@dataclass(frozen=True)
class OpenIncident:
    """An open incident with what a board needs of its record.

    ``questions`` are those that are open, and the take-overs that were answered.
    """

    row: Incident
    looks: Sequence[Look]
    answers: Sequence[Acknowledgement]
    questions: Sequence[Approval]
    entries: Sequence[TimelineEntry]

    @property
    def lead(self) -> Holder | None:
        """Who leads, and since when; ``None`` while nobody has taken it (A20, E26)."""
        start = f"{self.row.number}:{handing_over.KIND}:{ERT}:"
        relieved = [
            Holder(q.answered_by, q.answered_at)
            for q in sorted(self.questions, key=lambda q: q.id)
            if q.answer == acknowledgements.TAKE and q.key.startswith(start)
            if q.answered_by is not None and q.answered_at is not None
        ]
        if relieved:
            return max(relieved, key=lambda holder: holder.since)
        taken = (a for a in self.answers if (a.step, a.answer) == (ERT, acknowledgements.TAKE))
        first = next(taken, None)
        return Holder(first.person, first.at) if first else None

    @property
    def open_questions(self) -> list[Approval]:
        """The questions that wait for an answer, the one that is due first before the others."""
        waiting = [q for q in self.questions if q.state == "open"]
        return sorted(waiting, key=lambda q: (q.due_at is None, q.due_at or q.asked_at, q.id))


def open_now(session: Session) -> list[OpenIncident]:
    """Every open disruption, oldest first, by six questions to the journal."""
    rows = incidents.open_incidents(session)
    numbers = [row.number for row in rows]
    if not numbers:
        return []
    columns = [getattr(Observation, name) for name in Look._fields]
    seen = session.execute(
        sa.select(*columns)
        .where(Observation.incident.in_(numbers))
        .order_by(Observation.at, Observation.id)
    )
    by_incident = _grouped([Look(*each) for each in seen])
    answers = _grouped(_of(session, Acknowledgement, numbers))
    asked = (Approval.state == "open") | (Approval.kind == handing_over.KIND)
    questions = _grouped(_of(session, Approval, numbers, asked))
    entries = _grouped(_of(session, TimelineEntry, numbers, TimelineEntry.type.in_(ENTRIES)))
    return [
        OpenIncident(row, by_incident[n], answers[n], questions[n], entries[n])
        for row, n in zip(rows, numbers, strict=True)
    ]


def asked_elsewhere(session: Session, person: str) -> list[tuple[Incident, Approval]]:
    """The open questions put to a person in records that are no open disruption: of exercises and
    reviews, and those that are asked once an incident is closed; oldest first. One question."""
    of_a_record = Incident.kind.in_(NO_DISRUPTIONS) & Incident.closed_at.is_(None)
    query = (
        sa.select(Incident, Approval)
        .join(Approval, Approval.incident == Incident.number)
        .where(Approval.state == "open", of_a_record | _asked_after_closing())
        .order_by(Approval.id)
    )
    return [(row, asked) for row, asked in session.execute(query) if person in asked.asked_of]


def _asked_after_closing() -> sa.ColumnElement[bool]:
    return Incident.closed_at.is_not(None) & Approval.kind.in_(approvals.AFTER_CLOSING)


def plans_of(session: Session, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The plans' snapshots by their hash, each once."""
    found = session.scalars(sa.select(PlanSnapshot).where(PlanSnapshot.hash.in_(set(hashes))))
    return {snapshot.hash: snapshot.body for snapshot in found}


def last_closed(session: Session) -> Incident | None:
    """The disruption that was closed last."""
    query = sa.select(Incident).where(Incident.closed_at.is_not(None), _DISRUPTION)
    return session.scalars(query.order_by(Incident.closed_at.desc()).limit(1)).first()


def last_contact_test(session: Session) -> Incident | None:
    """The test of the contact list that began last."""
    query = sa.select(Incident).where(Incident.kind == CONTACT_TEST)
    return session.scalars(query.order_by(Incident.seq.desc()).limit(1)).first()


_DISRUPTION = Incident.kind.not_in(NO_DISRUPTIONS)


def _of(session: Session, table: Any, numbers: list[str], *also: Any) -> list[Any]:
    query = sa.select(table).where(table.incident.in_(numbers), *also)
    return list(session.scalars(query.order_by(table.id)))


def _grouped(rows: Sequence[Any]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.incident].append(row)
    return found
