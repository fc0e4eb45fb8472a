"""What the journal says of itself and of the incidents, in numbers: who watches Kitart from
outside reads these. No client, no person and no words of anybody are in them (D22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import alerts, incidents, levels, told_events
from kitart.journal.acknowledgements import TAKE
from kitart.journal.handing_over import ERT
from kitart.journal.tables import (
    Acknowledgement,
    Alert,
    Approval,
    Document,
    Incident,
    Message,
    Observation,
)


class Sort(NamedTuple):
    """What open incidents are counted by; "none" where nothing is set yet."""

    kind: str
    priority: str
    level: str
    exercise: bool


@dataclass(frozen=True)
class LastLook:
    """What our own probe last saw of a system."""

    system_id: str
    state: str
    age_s: float
    latency_s: float | None


@dataclass(frozen=True)
class Figures:
    """The journal in numbers; seconds are the plan's."""

    open: Mapping[Sort, int]
    unacknowledged: int
    unacknowledged_s: float
    without_run: int
    questions: Mapping[str, int]
    overdue: Mapping[str, int]
    documents: int
    documents_s: float
    messages: Mapping[tuple[str, str], int]
    alerts: Mapping[str, int]
    looks: Sequence[LastLook]
    events: int
    size_bytes: int


def figures(
    session: Session, probed: Collection[str], *, now: datetime, real_now: datetime
) -> Figures:
    """The journal in numbers, by a fixed number of questions and one more for each system that is
    ``probed``; leases are judged by ``real_now``, all else by the plan's ``now``."""
    rows = incidents.open_incidents(session)
    waiting = _unacknowledged(session, rows)
    asked = session.execute(sa.select(Approval.kind, Approval.due_at).where(_IS_OPEN)).all()
    unfiled = session.scalars(
        sa.select(Document.sent_at).where(
            Document.sent_at.is_not(None), Document.filed_at.is_(None)
        )
    ).all()
    return Figures(
        open=_sorts(session, rows),
        unacknowledged=len(waiting),
        unacknowledged_s=_oldest_s((row.opened_at for row in waiting), now),
        without_run=sum(
            not incidents.driven(row, real_now=real_now) for row in incidents.unsettled(session)
        ),
        questions=Counter(kind for kind, _ in asked),
        overdue=Counter(kind for kind, due in asked if due is not None and due < now),
        documents=len(unfiled),
        documents_s=_oldest_s((sent for sent in unfiled if sent is not None), now),
        messages=_messages(session),
        alerts=_alerts(session),
        looks=[look for system in probed if (look := _last_look(session, system, now))],
        events=told_events.waiting(session),
        size_bytes=_size_bytes(session),
    )


_IS_OPEN = Approval.state == "open"


def _unacknowledged(session: Session, rows: Sequence[Incident]) -> list[Incident]:
    """The open incidents that no member of the ERT has taken (A14)."""
    query = sa.select(Acknowledgement.incident).where(
        Acknowledgement.incident.in_([row.number for row in rows]),
        Acknowledgement.step == ERT, Acknowledgement.answer == TAKE,
    )  # fmt: skip
    taken = set(session.scalars(query))
    return [row for row in rows if row.number not in taken]


def _sorts(session: Session, rows: Sequence[Incident]) -> Counter[Sort]:
    known = levels.highest_of(session, [row.number for row in rows])
    return Counter(
        Sort(row.kind, row.priority or "none", str(known.get(row.number, "none")), row.exercise)
        for row in rows
    )


def _oldest_s(moments: Iterable[datetime], now: datetime) -> float:
    """The age of the oldest in seconds; 0 where there is none."""
    return max((max(0.0, (now - moment).total_seconds()) for moment in moments), default=0.0)


def _messages(session: Session) -> dict[tuple[str, str], int]:
    """The messages of the incidents that still need a run, by channel and state."""
    unsettled = sa.select(Incident.number).where(Incident.settled_at.is_(None))
    query = (
        sa.select(Message.channel, Message.state, sa.func.count())
        .where(Message.incident.in_(unsettled))
        .group_by(Message.channel, Message.state)
    )
    return {(channel, state): count for channel, state, count in session.execute(query)}


def _alerts(session: Session) -> dict[str, int]:
    query = sa.select(Alert.outcome, sa.func.count()).where(alerts.waits())
    found = session.execute(query.group_by(Alert.outcome))
    return {outcome: count for outcome, count in found}


def _last_look(session: Session, system: str, now: datetime) -> LastLook | None:
    query = (
        sa.select(Observation)
        .where(Observation.system_id == system, Observation.source == "probe")
        .order_by(Observation.at.desc(), Observation.id.desc())
    )
    row = session.scalars(query.limit(1)).first()
    if row is None:
        return None
    return LastLook(system, row.state, _oldest_s([row.at], now), row.latency_s)


def _size_bytes(session: Session) -> int:
    if session.get_bind().dialect.name == "postgresql":
        return session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0
    pages = session.scalar(sa.text("PRAGMA page_count")) or 0
    return int(pages) * int(session.scalar(sa.text("PRAGMA page_size")) or 0)
