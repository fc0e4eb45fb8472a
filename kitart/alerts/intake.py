"""From a monitoring tool's post to the journal: nothing accepted is ever lost."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Session

from kitart.alerts import posts
from kitart.alerts.general import Seen, note_report, open_general
from kitart.alerts.opening import open_or_join
from kitart.alerts.readers import UnreadablePost, read_post
from kitart.journal import alerts, incidents, observations, timeline
from kitart.journal.alerts import Reading
from kitart.journal.database import Journal
from kitart.journal.tables import Alert
from kitart.journal.words import storable
from kitart.plan.schema import MonitoringRule, MonitoringSource, Plan

KEPT_OF_UNREADABLE = 64_000
UNREADABLE_KEY = "unreadable-"
ABOUT = "alerts"
"""What a post's transaction is about, beside the incidents in whose records it leaves something: a
monitor repeats itself several times a second, and no run has to wake for that."""
NO_INCIDENT = ("ignored", "unknown", "acknowledged", "suppressed")
"""States by which no incident begins, nor ends."""


@dataclass
class Accepted:
    """What became of a post."""

    opened: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    repeated: int = 0
    unmatched: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Post:
    """What a source sent, and the plan by which it is understood."""

    plan: Plan
    source: MonitoringSource
    raw: bytes
    content_type: str = ""


def accept(
    journal: Journal,
    plan: Plan,
    source: MonitoringSource,
    raw: bytes,
    content_type: str = "",
    *,
    now: datetime,
) -> Accepted:
    """Take a post into the journal in one transaction and open or join its incidents.

    Raises ``UnreadablePost`` after keeping the body, so that it can be replayed.
    """
    (became,) = accept_all(journal, [Post(plan, source, raw, content_type)], now=now)
    if isinstance(became, Exception):
        raise became
    return became


def accept_all(
    journal: Journal, came: Sequence[Post], *, now: datetime
) -> list[Accepted | Exception]:
    """Take posts that came at once into the journal, in one transaction: the disk is waited for
    once. What became of each, in their order: ``UnreadablePost`` for one that was only kept, the
    error for one of which nothing was.

    While the journal can't be written none is taken. A post that breaks something breaks only
    itself: the others are then taken one by one.
    """
    try:
        read = [_read(post) for post in came]  # before: other writers wait for nobody's parsing
        with journal.write(about=ABOUT) as session:
            incidents.one_at_a_time(session)
            alerts.look_up(session, [r for each in read if isinstance(each, list) for r in each])
            return [
                _accept_one(session, post, readings, now)
                for post, readings in zip(came, read, strict=True)
            ]
    except Exception as error:
        if len(came) == 1 or isinstance(error, OperationalError | TimeoutError):
            return [error for _ in came]
    return [accept_all(journal, [post], now=now)[0] for post in came]


def _read(post: Post) -> list[Reading] | UnreadablePost:
    try:
        return read_post(post.source, post.raw, post.content_type)
    except UnreadablePost as error:
        return error


def _accept_one(
    session: Session, post: Post, readings: list[Reading] | UnreadablePost, now: datetime
) -> Accepted | UnreadablePost:
    kind = post.content_type
    if isinstance(readings, UnreadablePost):
        _keep_unreadable(session, post.source.name, post.raw, str(readings), kind, now=now)
        return readings
    return take(session, post.plan, readings, posts.as_text(post.raw), kind, now=now)


def take(
    session: Session,
    plan: Plan,
    readings: list[Reading],
    body: str,
    content_type: str,
    *,
    now: datetime,
) -> Accepted:
    """Keep what was read of a post and open or join its incidents; within ``one_at_a_time``."""
    accepted = Accepted()
    for reading in readings:
        _take(session, plan, reading, body, content_type, accepted, now)
    return accepted


def keep_unreadable(
    journal: Journal, source: str, raw: bytes, reason: str, *, now: datetime
) -> None:
    """Keep the beginning of a post that can't be read, for the operator and for replay."""
    with journal.write() as session:
        incidents.one_at_a_time(session)
        _keep_unreadable(session, source, raw, reason, now=now)


def _keep_unreadable(
    session: Session,
    source: str,
    raw: bytes,
    reason: str,
    content_type: str = "",
    *,
    now: datetime,
) -> None:
    key = f"{UNREADABLE_KEY}{hashlib.sha256(raw).hexdigest()[:32]}"
    reading = Reading(source, key, "unknown", "unreadable", reason=storable(reason)[:500])
    text = posts.as_text(raw)[:KEPT_OF_UNREADABLE]
    alerts.keep(
        session, reading, text, outcome=alerts.UNREADABLE, now=now,
        content_type=storable(content_type)[:200],
    )  # fmt: skip


def set_aside(journal: Journal, source: str, dedup_key: str, reason: str) -> None:
    """Nobody has to look at this one any more."""
    with journal.write() as session:
        alerts.put_aside(session, source, dedup_key, reason)


def _take(
    session: Session,
    plan: Plan,
    reading: Reading,
    body: str,
    content_type: str,
    accepted: Accepted,
    now: datetime,
) -> None:
    rule = rule_for(plan, reading.source, reading)
    if reading.status in NO_INCIDENT:
        outcome = alerts.IGNORED
    else:
        outcome = alerts.MATCHED if rule else alerts.UNMATCHED
    row, news = alerts.keep(
        session, reading, body, outcome=outcome, now=now, content_type=content_type
    )
    if not news:
        accepted.repeated += 1
    elif outcome == alerts.IGNORED:
        accepted.ignored.append(f"{reading.title}: {reading.reason or _said(reading)}")
    elif rule is None:
        accepted.unmatched.append(reading.title)
    elif reading.status == "firing":
        row.incident = _firing(session, plan, rule, reading, accepted, now)
    else:
        row.incident = _resolved(session, reading.source, rule, row.incident, accepted, now)


def _said(reading: Reading) -> str:
    return "state not known" if reading.status == "unknown" else reading.status


def rule_for(plan: Plan, source: str, alert: Reading | Alert) -> MonitoringRule | None:
    """The first rule of the source that fits: its labels, or title, severity and dedup_key."""
    known = {"title": alert.title, "severity": alert.severity, "dedup_key": alert.dedup_key}
    values = {name: value for name, value in known.items() if value} | alert.labels
    rules = (r for r in plan.monitoring.rules if r.source == source)
    return next((rule for rule in rules if rule.matches(values)), None)


def _firing(
    session: Session,
    plan: Plan,
    rule: MonitoringRule,
    reading: Reading,
    accepted: Accepted,
    now: datetime,
) -> str:
    source = reading.source
    home = alerts.split_home(session, source, reading.dedup_key)
    if home is not None:
        note_report(session, home, seen(source, rule, reading), new=False, now=now)
        _look(session, rule, reading, home, now)
        accepted.joined.append(home)
        return home
    if rule.system is None:
        opened = open_general(session, plan, seen(source, rule, reading), now=now)
        (accepted.opened if opened.new else accepted.joined).append(opened.incident.number)
        return opened.incident.number
    opened = open_or_join(
        session,
        plan,
        rule.system,
        reported_by=f"monitor {source}",
        seen=reading.title,
        cause_at=reading.started_at,
        priority=rule.priority,
        now=now,
    )
    number = opened.incident.number
    _look(session, rule, reading, number, now)
    (accepted.opened if opened.new else accepted.joined).append(number)
    return number


def _look(
    session: Session, rule: MonitoringRule, reading: Reading, incident: str, now: datetime
) -> None:
    if rule.system is not None:
        observations.add(
            session, rule.system, "down", f"alert {reading.source}", reading.title,
            now=min(reading.started_at or now, now), incident=incident,
        )  # fmt: skip


def seen(
    source: str, rule: MonitoringRule, alert: Reading | Alert, cause: str | None = None
) -> Seen:
    """What an alert says, in the words of a report; one rule is one cause, else ``cause`` (E33)."""
    queues = f" (queues: {', '.join(rule.queues)})" if rule.queues else ""
    return Seen(
        seen=f"{alert.title}{queues}",
        reported_by=f"monitor {source}",
        projects=rule.all_projects,
        cause_at=alert.started_at,
        priority=rule.priority,
        cause=cause or rule.id,
    )


def _resolved(
    session: Session,
    source: str,
    rule: MonitoringRule,
    incident: str | None,
    accepted: Accepted,
    now: datetime,
) -> str | None:
    if incident is None:
        accepted.ignored.append("a resolve without an earlier firing")
        return None
    if rule.system is not None:
        observations.add(
            session, rule.system, "up", f"alert {source}", "resolved", now=now, incident=incident
        )
    timeline.append(
        session,
        incident,
        "monitor resolved",
        f"monitor {source} says it is over; Kitart goes by its own looks and by people",
        now=now,
        author=f"monitor {source}",
        source="monitor",
    )
    accepted.resolved.append(incident)
    return incident


def summary(accepted: Accepted) -> dict[str, Any]:
    """What the sender is told."""
    return {name: value for name, value in vars(accepted).items() if value}
