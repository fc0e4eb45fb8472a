"""How ready the plan was on each day, and who was told what got worse (D27, R7).

One row a day: a later look of the same day takes its place. Looks are compared, and findings have
their age, from day to day; so only the newest days keep the whole result.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_once
from kitart.journal.tables import ReadinessDay, ReadinessNews
from kitart.rules.readiness.result import Readiness, as_data, from_data

WHOLE_DAYS = 7
"""So many rows keep the result, for a comparison also after some days without a look."""
KEPT_DAYS = 400
"""So long a day is kept at all: more than a year can be shown to an auditor."""
SENDING, ACCEPTED, FAILED = "sending", "accepted", "failed"


@dataclass(frozen=True)
class Day:
    """What is left of a day: its look, and how many findings it had."""

    day: str
    at: datetime
    serious: int
    findings: int


def keep(session: Session, found: Readiness) -> None:
    """Keep the look as that of its day; older days keep only their counts, and end after a year."""
    day = found.day.isoformat()
    insert_once(
        session, ReadinessDay, day=day, at=found.at, plan_hash=found.plan_hash, serious=0,
        findings=0, result=None,
    )  # fmt: skip
    session.execute(
        sa.update(ReadinessDay)
        .where(ReadinessDay.day == day)
        .values(
            at=found.at, plan_hash=found.plan_hash, serious=found.serious,
            findings=len(found.findings), result=as_data(found),
        )
    )  # fmt: skip
    over = (found.day - timedelta(days=KEPT_DAYS)).isoformat()
    session.execute(sa.delete(ReadinessDay).where(ReadinessDay.day < over))
    session.execute(sa.delete(ReadinessNews).where(ReadinessNews.day < over))
    newest = sa.select(ReadinessDay.day).order_by(ReadinessDay.day.desc()).limit(WHOLE_DAYS)
    kept = list(session.scalars(newest))
    session.execute(
        sa.update(ReadinessDay)
        .where(ReadinessDay.day.not_in(kept), ReadinessDay.result.is_not(None))
        .values(result=None)
    )


def latest(session: Session) -> Readiness | None:
    """The newest look; ``None`` before the first."""
    return _read(session, sa.true())


def before(session: Session, day: str) -> Readiness | None:
    """The last look of the newest day before ``day`` (ISO) that still has its result."""
    return _read(session, ReadinessDay.day < day)


def latest_at(session: Session) -> datetime | None:
    """When the newest look was; ``None`` before the first. Reads no result."""
    newest = sa.select(ReadinessDay.at).order_by(ReadinessDay.day.desc()).limit(1)
    return session.scalars(newest).first()


def days(session: Session, most: int) -> list[Day]:
    """The newest days, the newest first."""
    table = ReadinessDay
    query = sa.select(table.day, table.at, table.serious, table.findings)
    rows = session.execute(query.order_by(table.day.desc()).limit(most))
    return [Day(*row) for row in rows]


def claim_news(
    session: Session, key: str, *, day: str, person: str, channel: str, now: datetime
) -> bool:
    """Write down that a message is about to be sent; ``False`` when it was accepted before.

    One that failed, or that somebody died over, is sent again: it only informs.
    """
    new = insert_once(
        session, ReadinessNews, key=key, day=day, person=person, channel=channel, state=SENDING,
        at=now, detail="",
    )  # fmt: skip
    if new:
        return True
    state = session.scalar(sa.select(ReadinessNews.state).where(ReadinessNews.key == key))
    return state != ACCEPTED


def complete_news(session: Session, key: str, state: str, detail: str, *, now: datetime) -> None:
    """What became of a message: ``ACCEPTED`` or ``FAILED``, by which way or why."""
    session.execute(
        sa.update(ReadinessNews)
        .where(ReadinessNews.key == key)
        .values(state=state, detail=detail[:500], at=now)
    )


def told(session: Session, day: str) -> list[ReadinessNews]:
    """The messages of a day, in the order of their keys."""
    query = sa.select(ReadinessNews).where(ReadinessNews.day == day)
    return list(session.scalars(query.order_by(ReadinessNews.key)))


def _read(session: Session, which: sa.ColumnElement[bool]) -> Readiness | None:
    query = sa.select(ReadinessDay.result).where(which, ReadinessDay.result.is_not(None))
    data = session.scalars(query.order_by(ReadinessDay.day.desc()).limit(1)).first()
    return None if data is None else from_data(data)
