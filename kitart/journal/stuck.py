"""What should have moved and did not: incidents without a run, messages, questions, documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from kitart.journal import incidents, messages, timeline
from kitart.journal.messages import MOST_TRIES
from kitart.journal.tables import Approval, Document, Incident, Message

LATE = timedelta(seconds=60)
"""A message that is being sent, or held beyond its time, for longer is stuck: real time for the
one, the plan's for the other. A sender that died is replaced after 30."""
NO_COLUMNS, FILING_WAITS = "columns missing", "filing waits"


@dataclass(frozen=True)
class Held:
    """An incident that still needs a run, and its run: all moments are real.

    ``driven`` while ``run`` holds it. ``asked`` is the run that was asked for last, if Prefect took
    one. ``since``: when it was left alone, as far as the journal can tell.
    """

    number: str
    closed: bool
    exercise: bool
    driven: bool
    run: str | None
    since: datetime
    asked: str | None
    asked_at: datetime | None


@dataclass(frozen=True)
class Late:
    """Messages of one channel that did not leave, for the same reason; ``since`` the first."""

    how: Literal["sending", "failed", "held"]
    channel: str
    count: int
    incidents: tuple[str, ...]
    to: tuple[str, ...]
    since: datetime
    detail: str


@dataclass(frozen=True)
class Unanswered:
    """A question whose time is over."""

    incident: str
    title: str
    asked_of: tuple[str, ...]
    due_at: datetime


@dataclass(frozen=True)
class Unfiled:
    """Documents of an incident that were sent and wait to be filed; ``why`` as the record says."""

    incident: str
    count: int
    since: datetime
    why: str


def runs_of(session: Session, *, real_now: datetime) -> list[Held]:
    """Each incident that still needs a run."""
    return [_held(row, real_now) for row in incidents.unsettled(session)]


def _held(row: Incident, real_now: datetime) -> Held:
    # A run that ended in order gave its hold back: then the next one was asked for at once.
    known = [row.lease_until, row.opened_at_real]
    if row.lease_until is None and row.lease_fence:
        known.append(row.run_requested_at)
    return Held(
        number=row.number,
        closed=row.closed_at is not None,
        exercise=row.exercise,
        driven=incidents.driven(row, real_now=real_now),
        run=row.lease_run,
        since=max(moment for moment in known if moment is not None),
        asked=row.requested_run,
        asked_at=row.run_requested_at,
    )


def of_run(session: Session, run: str) -> str | None:
    """The number of the newest incident that a run of Prefect's has driven."""
    found = incidents.of_run(session, run)
    return found.number if found is not None else None


def late(session: Session, *, now: datetime, real_now: datetime) -> list[Late]:
    """Messages that do not leave: begun and not ended, failed as often as one is tried, or held
    beyond their time. Those that failed count while their incident needs a run."""
    sending = messages.left_sending(LATE, real_now)
    held = sa.and_(
        Message.state == "queued", Message.told_in.is_(None), Message.hold_until < now - LATE
    )
    unsettled = sa.select(Incident.number).where(Incident.settled_at.is_(None))
    failed = sa.and_(
        Message.state == "failed", Message.attempts >= MOST_TRIES, Message.incident.in_(unsettled)
    )
    query = (
        sa.select(Message)
        .where(sa.or_(sending, held, failed))
        .options(defer(Message.text), defer(Message.html))
        .order_by(Message.id)
    )
    alike: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for row in session.scalars(query):
        alike[row.state, row.channel].append(row)
    return [_late(rows) for rows in alike.values()]


def _late(rows: list[Message]) -> Late:
    how: dict[str, Literal["sending", "failed", "held"]] = {"queued": "held", "failed": "failed"}
    moments = [row.hold_until if row.state == "queued" else row.sending_since_real for row in rows]
    return Late(
        how=how.get(rows[0].state, "sending"),
        channel=rows[0].channel,
        count=len(rows),
        incidents=tuple(dict.fromkeys(row.incident for row in rows)),
        to=tuple(dict.fromkeys(row.recipient for row in rows)),
        since=min((at for at in moments if at is not None), default=rows[0].queued_at),
        detail=rows[-1].detail,
    )


def unanswered(session: Session, *, now: datetime) -> list[Unanswered]:
    """Questions past their deadline in incidents that still need a run, the oldest deadline
    first."""
    query = (
        sa.select(Approval)
        .join(Incident, Incident.number == Approval.incident)
        .where(Approval.state == "open", Approval.due_at < now, Incident.settled_at.is_(None))
        .order_by(Approval.due_at)
    )
    return [
        Unanswered(row.incident, row.title, tuple(map(str, row.asked_of)), row.due_at)
        for row in session.scalars(query)
        if row.due_at is not None
    ]


def unfiled(session: Session) -> list[Unfiled]:
    """What waits to be filed, an incident each."""
    query = (
        sa.select(Document.incident, sa.func.count(), sa.func.min(Document.sent_at,
                                                                 type_=Document.sent_at.type))
        .where(Document.sent_at.is_not(None), Document.filed_at.is_(None))
        .group_by(Document.incident)
        .order_by(Document.incident)
    )  # fmt: skip
    return [
        Unfiled(number, count, since, _why(session, number))
        for number, count, since in session.execute(query)
    ]


def _why(session: Session, number: str) -> str:
    said = timeline.entries(session, number, FILING_WAITS, NO_COLUMNS)
    return said[-1].text if said else ""
