"""Posts are read again with today's readers and rules: what could not be read, what fitted none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.intake import KEPT_OF_UNREADABLE, UNREADABLE_KEY, Accepted, take
from kitart.alerts.readers import UnreadablePost, kind_of, known_kinds, read_post
from kitart.journal import alerts, incidents
from kitart.journal.database import Journal
from kitart.journal.tables import Alert
from kitart.plan.schema import MonitoringSource, Plan

MAY_BE = (alerts.UNREADABLE, alerts.UNMATCHED, alerts.PUT_ASIDE)


@dataclass(frozen=True)
class Replayed:
    """One kept post: what became of it, or why nothing could."""

    alert: int
    source: str
    accepted: Accepted | None = None
    trouble: str = ""


def replay(
    journal: Journal, plan: Plan, ids: Collection[int] = (), *, now: datetime
) -> list[Replayed]:
    """Read kept posts again and do with them what the webhook would have done.

    ``ids`` are the alerts' numbers, also of alerts that fitted no rule; none for all that were
    never read. A post is read with success once. Raises ``LookupError`` for
    a number that there isn't; nothing is done then.
    """
    with journal.read() as session:
        rows = [alerts.get(session, each) for each in ids] if ids else alerts.unreadable(session)
        chosen = [row.id for row in rows]
    return [_one(journal, plan, each, now) for each in dict.fromkeys(chosen)]


def _one(journal: Journal, plan: Plan, alert: int, now: datetime) -> Replayed:
    with journal.write() as session:
        incidents.one_at_a_time(session)
        row = alerts.get(session, alert)
        if row.outcome not in MAY_BE:
            return Replayed(alert, row.source, trouble=f"nothing to do: it is {row.outcome}")
        source = next((s for s in plan.monitoring.sources if s.name == row.source), None)
        if source is None or kind_of(source) not in known_kinds():
            return Replayed(alert, row.source, trouble="the plan has no such source any more")
        return _again(session, plan, source, row, now)


def _again(
    session: Session, plan: Plan, source: MonitoringSource, row: Alert, now: datetime
) -> Replayed:
    kind = (row.content_type or "").partition("charset=")[0]  # it is kept as UTF-8
    try:
        readings = read_post(source, row.body.encode(), kind)
    except UnreadablePost as error:
        cut = len(row.body) >= KEPT_OF_UNREADABLE
        why = f"; only its first {KEPT_OF_UNREADABLE:,} letters were kept" if cut else ""
        return Replayed(row.id, row.source, trouble=f"still can't be read: {error}{why}")
    accepted = take(session, plan, readings, row.body, row.content_type or "", now=now)
    if row.dedup_key.startswith(UNREADABLE_KEY):
        row.outcome = alerts.REPLAYED
    elif row.outcome in MAY_BE:
        return Replayed(row.id, row.source, trouble="still fits no rule of config/monitoring.yaml")
    return Replayed(row.id, row.source, accepted)
