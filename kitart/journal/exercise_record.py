"""How far the record of an exercise is: its versions, and whether it was evaluated (t1, D28)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import documents, incidents, timeline, write_up
from kitart.journal.documents import INTERNAL
from kitart.journal.exercises import BEGAN, EVALUATED_STATE, OVER
from kitart.journal.tables import Document, Incident, TimelineEntry
from kitart.plan.exercises import EXERCISE
from kitart.rules import actions as rules

TYPE = "exercise-record"
WANTED, OVERDUE = "exercise record wanted", "exercise record overdue"
SENT_BACK, EVALUATED = "exercise record sent back", "exercise evaluated"
SIGNED = 1
"""The running number of the record as it is signed; its translations have the next ones."""
AS_OLD_AS = timedelta(days=90)
"""One that ended longer ago is not taken up by itself: only by hand."""
Stage = Literal["planned", "running", "carried out", "evaluated", "closed", "stopped"]


def versions(session: Session, number: str) -> list[Document]:
    """The record's versions in the language in which they are signed, oldest first."""
    return [d for d in _all(session, number) if d.running_number == SIGNED]


def supersede(session: Session, number: str, version: int) -> None:
    """A version was sent: what was sent before it, in whatever language, is in force no longer."""
    for each in _all(session, number):
        if each.version < version:
            documents.move(session, each.id, from_states=("sent",), to="superseded")


def _all(session: Session, number: str) -> list[Document]:
    return [d for d in documents.of_incident(session, number, INTERNAL) if d.type == TYPE]


def last_sent(session: Session, number: str) -> Document | None:
    """The version that was signed and sent last; ``None`` while none was."""
    sent = [d for d in versions(session, number) if d.sent_at is not None]
    return sent[-1] if sent else None


def open_version(session: Session, number: str) -> Document | None:
    """The version that waits for people, or to be sent."""
    waiting = [d for d in versions(session, number) if d.state in ("draft", "approved")]
    return waiting[-1] if waiting else None


def sent_back(session: Session, number: str) -> Document | None:
    """The newest version, where somebody sent it back."""
    newest = versions(session, number)[-1:]
    return newest[0] if newest and newest[0].state == "refused" else None


def evaluate(session: Session, number: str, version: int, *, now: datetime) -> None:
    """Its record is signed: from now on it counts, unless it was stopped (D28). Once."""
    row = incidents.held(session, number)
    stopped = row.state not in (OVER, EVALUATED_STATE)
    timeline.append(
        session, number, EVALUATED,
        f"The exercise is evaluated by version {version} of its record"
        + ("; it was stopped and does not count" if stopped else ""),
        now=now, data={"version": version, "state": row.state}, key=EVALUATED,
    )  # fmt: skip
    if not stopped:
        row.state = EVALUATED_STATE


def stage(session: Session, row: Incident) -> Stage:
    """How far an exercise is (t1): closed once it is evaluated and every corrective action of it
    is finished."""
    entries = timeline.entries(session, row.number)
    kinds = {entry.type for entry in entries}
    if EVALUATED in kinds:
        actions = write_up.actions(entries)
        done = not any(rules.is_open(action.form) for action in actions)
        return "closed" if done else "evaluated"
    if row.closed_at is None:
        return "running" if BEGAN in kinds else "planned"
    return "carried out" if row.state == OVER else "stopped"


def wanting(session: Session, now: datetime) -> list[Incident]:
    """The exercises that are over and whose record is not signed and filed, oldest first.

    Not for one that was called off before it began: there is nothing to evaluate.
    """
    sent = sa.select(Document.incident).where(Document.type == TYPE, Document.sent_at.is_not(None))
    filed = sent.where(Document.incident.not_in(sent.where(Document.filed_at.is_(None))))
    began = sa.select(TimelineEntry.incident).where(TimelineEntry.type == BEGAN)
    query = sa.select(Incident).where(
        Incident.kind == EXERCISE,
        Incident.closed_at.is_not(None),
        Incident.closed_at > now - AS_OLD_AS,
        Incident.settled_at.is_not(None),
        Incident.number.in_(began),
        Incident.number.not_in(filed),
    )
    return list(session.scalars(query.order_by(Incident.seq)))
