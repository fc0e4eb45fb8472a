"""Alerts as they came, also those that nobody could read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from kitart.journal.tables import Alert, Incident

BY_START, BY_ORDER, BY_KEY = "by start", "by order", "by key"
"""How one run of a problem is told from the next: each post repeats its start; they only follow
each other, so that a firing after a resolve is a new run; or each run has a key of its own."""
QUIET = ("ignored", "unknown")
"""States that say nothing of the problem: a known alert stays as it is."""
UNREADABLE, UNMATCHED, MATCHED, IGNORED = "unreadable", "unmatched", "matched", "ignored"
SUBSCRIPTION, UNSUBSCRIBED = "SubscriptionConfirmation", "UnsubscribeConfirmation"
PUT_ASIDE, REPLAYED, SPLIT = "put aside", "replayed", "split off"


@dataclass(frozen=True)
class Reading:
    """One alert of a post, as its source's reader understood it."""

    source: str
    dedup_key: str
    status: str
    title: str
    severity: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    started_at: datetime | None = None
    reason: str = ""
    said_at: datetime | None = None
    told_apart: str = BY_START

    @property
    def episode(self) -> str:
        """Tells one run of a problem from the next; empty where the source gives no start."""
        if self.told_apart == BY_KEY or self.started_at is None:
            return ""
        return self.started_at.isoformat()


def keep(
    session: Session,
    reading: Reading,
    body: str,
    *,
    outcome: str,
    now: datetime,
    content_type: str = "",
) -> tuple[Alert, bool]:
    """Keep the alert; the same one again is counted, not kept twice.

    Returns the row and whether its status is news: a repeat, a replay or an old letter is not.
    """
    row = _run_of(session, reading)
    if row is None:
        row = Alert(
            source=reading.source,
            dedup_key=reading.dedup_key,
            episode=_unused(session, reading),
            status=reading.status,
            outcome=outcome,
            reason=reading.reason,
            title=reading.title,
            severity=reading.severity,
            labels=dict(reading.labels),
            started_at=reading.started_at,
            said_at=reading.said_at,
            received_at=now,
            last_received_at=now,
            times_received=1,
            body=body,
            content_type=content_type,
        )
        session.add(row)
        session.flush()
        if (named := _named_run(reading)) is not None and _AT_HAND in session.info:
            session.info[_AT_HAND][named] = row
        return row, True
    news = _is_news(row, reading)
    # A rule was added for it meanwhile: what was nobody's is now somebody's.
    news = news or (row.outcome in (UNMATCHED, PUT_ASIDE) and outcome == MATCHED)
    row.times_received += 1
    row.last_received_at = now
    if reading.status not in QUIET:
        row.said_at = max(filter(None, (row.said_at, reading.said_at)), default=None)
    if news:
        row.status, row.body, row.content_type = reading.status, body, content_type
        quiet = reading.status == "suppressed" and row.incident is not None
        if not quiet and row.outcome != SPLIT:
            row.outcome, row.reason = outcome, reading.reason
    return row, news


def look_up(session: Session, readings: Sequence[Reading]) -> None:
    """Have the runs at hand that these readings name by their start, by one question for all of
    them; for a session in which nobody else takes in alerts."""
    wanted = (_named_run(reading) for reading in readings)
    at_hand: dict[_Run, Alert | None] = dict.fromkeys(run for run in wanted if run is not None)
    if at_hand:
        columns = sa.tuple_(Alert.source, Alert.dedup_key, Alert.episode)
        rows = session.scalars(
            sa.select(Alert).where(columns.in_(list(at_hand))).options(defer(Alert.body))
        )
        at_hand |= {(row.source, row.dedup_key, row.episode): row for row in rows}
    session.info[_AT_HAND] = at_hand


_Run = tuple[str, str, str]
_AT_HAND = "alerts at hand"


def _named_run(reading: Reading) -> _Run | None:
    """The key of the run, where the reading tells it by its start."""
    if reading.told_apart != BY_START or not reading.episode:
        return None
    return (reading.source, reading.dedup_key, reading.episode)


def _run_of(session: Session, reading: Reading) -> Alert | None:
    """The run of the problem that the reading speaks of, if it is kept; ``None`` for a new one."""
    at_hand: dict[_Run, Alert | None] = session.info.get(_AT_HAND, {})
    named = _named_run(reading)
    if named is not None and named in at_hand:
        return at_hand[named]
    of_key = sa.select(Alert).where(
        Alert.source == reading.source, Alert.dedup_key == reading.dedup_key
    )
    if reading.told_apart == BY_START:
        found = session.scalars(of_key.where(Alert.episode == reading.episode)).first()
        if found is not None or reading.episode:
            return found
    newest = session.scalars(of_key.order_by(Alert.id.desc()).limit(1)).first()
    if newest is None or reading.told_apart == BY_KEY:
        return newest
    if reading.told_apart == BY_START:
        # A resolve that does not say of which run means the last one.
        return newest if reading.status == "resolved" else None
    again = reading.status not in ("resolved", *QUIET) and newest.status == "resolved"
    return None if again and not _is_old(newest, reading) else newest


def _is_news(row: Alert, reading: Reading) -> bool:
    if reading.status == row.status or reading.status in QUIET or _is_old(row, reading):
        return False
    if reading.status == "acknowledged":  # somebody has it over there; here nothing changes
        return row.status != "firing"
    # A resolved run stays resolved: a replayed firing of it is an old letter, not news.
    named = reading.told_apart == BY_KEY or bool(reading.episode)
    over = row.status == "resolved" and (named or reading.status == "suppressed")
    return not over


def _is_old(row: Alert, reading: Reading) -> bool:
    """Whether the tool said something newer already; of the same second the resolve is newer.

    Posts overtake each other: a firing is only old where the problem is over since, or a problem
    whose "acknowledged" came first would never be heard of.
    """
    if reading.told_apart == BY_START or reading.said_at is None or row.said_at is None:
        return False
    if reading.status == "resolved":
        return reading.said_at < row.said_at
    return row.status == "resolved" and reading.said_at <= row.said_at


def _unused(session: Session, reading: Reading) -> str:
    """The episode of a new run: unlike those of the same key that are kept."""
    query = sa.select(Alert.episode).where(
        Alert.source == reading.source, Alert.dedup_key == reading.dedup_key
    )
    used = set(session.scalars(query))
    return next(
        name for n in range(len(used) + 1)
        if (name := f"{reading.episode}#{n}" if n else reading.episode) not in used
    )  # fmt: skip


@dataclass(frozen=True)
class LastPost:
    """The newest alert that a source sent and that could be read, on the plan's clock."""

    at: datetime
    title: str
    outcome: str


def last_of(session: Session, source: str) -> LastPost | None:
    """The last alert accepted from a source; an unreadable post is none."""
    query = sa.select(Alert).where(
        Alert.source == source, Alert.outcome.not_in((UNREADABLE, REPLAYED))
    )
    row = session.scalars(query.order_by(Alert.last_received_at.desc()).limit(1)).first()
    return LastPost(row.last_received_at, row.title, row.outcome) if row else None


def of_incident(session: Session, incident: str) -> list[Alert]:
    """The alerts that led to the incident, in the order they came."""
    query = sa.select(Alert).where(Alert.incident == incident)
    return list(session.scalars(query.order_by(Alert.id)))


def get(session: Session, alert: int) -> Alert:
    """The alert with this number; ``LookupError`` when there is none."""
    found = session.get(Alert, alert)
    if found is None:
        raise LookupError(f"there is no alert {alert}")
    return found


def newest(session: Session, limit: int) -> list[Alert]:
    """The alerts that came last, newest first."""
    return list(session.scalars(sa.select(Alert).order_by(Alert.id.desc()).limit(limit)))


def waits() -> sa.ColumnElement[bool]:
    """What an operator should look at: alerts that fit no rule and are not over, posts that could
    not be read, and subscriptions that nobody confirmed or somebody ended."""
    return sa.or_(
        Alert.outcome == UNREADABLE,
        sa.and_(Alert.outcome == UNMATCHED, Alert.status.not_in(("resolved", *QUIET))),
        *(
            sa.and_(Alert.outcome == IGNORED, Alert.dedup_key.startswith(kind))
            for kind in (SUBSCRIPTION, UNSUBSCRIBED)
        ),
    )


def waiting(session: Session, limit: int | None = None) -> list[Alert]:
    """What an operator should look at, newest first."""
    query = sa.select(Alert).where(waits()).order_by(Alert.id.desc())
    return list(session.scalars(query.limit(limit)))


def put_aside(session: Session, source: str, dedup_key: str, reason: str) -> None:
    """Take the newest alert of this key out of what an operator should look at."""
    query = sa.select(Alert).where(Alert.source == source, Alert.dedup_key == dedup_key)
    row = session.scalars(query.order_by(Alert.id.desc()).limit(1)).first()
    if row is not None:
        row.outcome, row.reason = PUT_ASIDE, reason


def dismiss(session: Session, alert: int) -> None:
    """Put one aside that waits; raises ``LookupError``, or ``ValueError`` for one that doesn't."""
    row = get(session, alert)
    if row.outcome not in (UNREADABLE, UNMATCHED, IGNORED):
        raise ValueError(f"alert {alert} does not wait: it is {row.outcome}")
    row.outcome = PUT_ASIDE


def unreadable(session: Session) -> list[Alert]:
    """The posts that could not be read and were not replayed, oldest first."""
    query = sa.select(Alert).where(Alert.outcome == UNREADABLE)
    return list(session.scalars(query.order_by(Alert.id)))


def split_home(session: Session, source: str, dedup_key: str) -> str | None:
    """The open incident that a person gave this problem of its own, taking it out of another."""
    query = (
        sa.select(Alert.incident)
        .join(Incident, Incident.number == Alert.incident)
        .where(
            Alert.source == source, Alert.dedup_key == dedup_key, Alert.outcome == SPLIT,
            Incident.open_key.is_not(None),
        )
        .order_by(Alert.id.desc())
    )  # fmt: skip
    return session.scalars(query.limit(1)).first()
