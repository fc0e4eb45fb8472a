"""From a monitoring tool's post to the journal: nothing accepted is ever lost."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.alerts.general import Seen, open_general
from kitart.alerts.opening import open_or_join
from kitart.alerts.readers import READERS
from kitart.journal import alerts, incidents, observations, timeline
from kitart.journal.alerts import Reading
from kitart.journal.database import Journal
from kitart.journal.words import storable
from kitart.plan.schema import MonitoringRule, Plan

KEPT_OF_UNREADABLE = 64_000


class UnreadablePost(ValueError):
    """The post can't be read; it is kept, and the message says what would be right."""


@dataclass
class Accepted:
    """What became of a post."""

    opened: list[str] = field(default_factory=list)
    joined: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    repeated: int = 0
    unmatched: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def accept(
    journal: Journal, plan: Plan, source: str, kind: str, raw: bytes, *, now: datetime
) -> Accepted:
    """Take a post into the journal in one transaction and open or join its incidents.

    Raises ``UnreadablePost`` after keeping the body, so that it can be replayed.
    """
    try:
        readings = [replace(r, source=source) for r in READERS[kind](json.loads(raw))]
    except (ValueError, RecursionError) as error:
        keep_unreadable(journal, source, raw, str(error), now=now)
        raise UnreadablePost(_plain(error)) from error
    accepted = Accepted()
    text = storable(raw.decode("utf-8", "replace"))
    with journal.write() as session:
        incidents.one_at_a_time(session)
        for reading in readings:
            _take(session, plan, source, reading, text, accepted, now)
    return accepted


def keep_unreadable(
    journal: Journal, source: str, raw: bytes, reason: str, *, now: datetime
) -> None:
    """Keep the beginning of a post that can't be read, for the operator and for replay."""
    with journal.write() as session:
        incidents.one_at_a_time(session)
        key = f"unreadable-{hashlib.sha256(raw).hexdigest()[:32]}"
        reading = Reading(source, key, "unknown", "unreadable", reason=storable(reason)[:500])
        text = storable(raw[:KEPT_OF_UNREADABLE].decode("utf-8", "replace"))
        alerts.keep(session, reading, text, outcome="unreadable", now=now)


def _take(
    session: Session,
    plan: Plan,
    source: str,
    reading: Reading,
    body: str,
    accepted: Accepted,
    now: datetime,
) -> None:
    rule = _rule_for(plan, source, reading)
    if reading.status in ("ignored", "unknown"):
        outcome = "ignored"
    else:
        outcome = "matched" if rule else "unmatched"
    row, news = alerts.keep(session, reading, body, outcome=outcome, now=now)
    if not news:
        accepted.repeated += 1
    elif outcome == "ignored":
        accepted.ignored.append(f"{reading.title}: {reading.reason or 'state not known'}")
    elif rule is None:
        accepted.unmatched.append(reading.title)
    elif reading.status == "firing":
        row.incident = _firing(session, plan, source, rule, reading, accepted, now)
    else:
        row.incident = _resolved(session, source, rule, row.incident, accepted, now)


def _rule_for(plan: Plan, source: str, reading: Reading) -> MonitoringRule | None:
    rules = (r for r in plan.monitoring.rules if r.source == source)
    return next((rule for rule in rules if rule.matches(reading.labels)), None)


def _firing(
    session: Session,
    plan: Plan,
    source: str,
    rule: MonitoringRule,
    reading: Reading,
    accepted: Accepted,
    now: datetime,
) -> str:
    if rule.system is None:
        opened = open_general(session, plan, _seen(source, rule, reading), now=now)
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
    observations.add(
        session,
        rule.system,
        "down",
        f"alert {source}",
        reading.title,
        now=min(reading.started_at or now, now),
        incident=number,
    )
    (accepted.opened if opened.new else accepted.joined).append(number)
    return number


def _seen(source: str, rule: MonitoringRule, reading: Reading) -> Seen:
    """An alert that names no system: one rule is one cause (E33)."""
    return Seen(
        seen=reading.title,
        reported_by=f"monitor {source}",
        projects=rule.projects,
        cause_at=reading.started_at,
        priority=rule.priority,
        cause=rule.id,
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


def _plain(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"the body is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
    if isinstance(error, UnicodeDecodeError):
        return "the body is not text in UTF-8; right would be JSON"
    if isinstance(error, RecursionError):
        return "the body is nested too deeply; right would be an alert as the monitor sends it"
    return str(error)


def summary(accepted: Accepted) -> dict[str, Any]:
    """What the sender is told."""
    return {name: value for name, value in vars(accepted).items() if value}
