"""Taking an alert out of an incident that it does not belong to: a wrong merge undone (E33)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.general import open_general
from kitart.alerts.intake import rule_for, seen
from kitart.alerts.opening import open_or_join
from kitart.journal import alerts, incidents, observations, timeline
from kitart.journal.tables import Alert, Incident
from kitart.plan.schema import MonitoringRule, Plan
from kitart.rules.wrong_merge import start_without

REPORTS = ("report", "duplicate added")


class NotSplit(Exception):
    """Nothing was changed; the message says why."""


def split(session: Session, plan: Plan, alert: int, *, by: str, now: datetime) -> Incident:
    """Give the alert an incident of its own, which began when the alert came; the other one's
    record keeps what it said and says who took it out.

    ``by`` is a role, never a name. Later firings of the same problem go to the new incident while
    that is open. Raises ``LookupError`` for an alert that there isn't, ``NotSplit``.
    """
    incidents.one_at_a_time(session)
    row = alerts.get(session, alert)
    rule = _may_be_split(session, plan, row)
    assert row.incident is not None
    old = incidents.held(session, row.incident)
    made = _opened(session, plan, rule, row, now)
    if rule.system is not None:
        observations.move(
            session, old.number, made.number, rule.system, f"alert {row.source}", row.title
        )
    _earlier_start_goes(session, old, row)
    row.incident, row.outcome = made.number, alerts.SPLIT
    timeline.append(
        session, old.number, "alert taken out",
        f"Another problem, says the {by}: \"{row.title}\" of monitor {row.source} is "
        f"{made.number} now",
        now=now, author=by, source="person", data={"alert": row.id, "number": made.number},
        key=f"alert-taken-out:{row.id}",
    )  # fmt: skip
    return made


def _may_be_split(session: Session, plan: Plan, row: Alert) -> MonitoringRule:
    if row.incident is None:
        raise NotSplit(f"alert {row.id} belongs to no incident")
    if incidents.get(session, row.incident).closed_at is not None:
        raise NotSplit(f"{row.incident} is closed; right would be a new report")
    if not timeline.entries(session, row.incident, "duplicate added"):
        raise NotSplit(
            f"{row.incident} stands on this alert alone; right would be to end it as a false alarm"
        )
    rule = rule_for(plan, row.source, row)
    if rule is None:
        raise NotSplit(f"no rule of config/monitoring.yaml fits alert {row.id} any more")
    return rule


def _opened(
    session: Session, plan: Plan, rule: MonitoringRule, row: Alert, now: datetime
) -> Incident:
    cause = f"alert-{row.id}"
    if rule.system is None:
        report = seen(row.source, rule, row, cause=cause)
        return open_general(session, plan, report, now=now).incident
    return open_or_join(
        session, plan, rule.system, reported_by=f"monitor {row.source}", seen=row.title,
        cause_at=row.started_at or row.received_at, priority=rule.priority, now=now,
        reported_at=row.received_at, cause=f"{rule.system}:{cause}",
    ).incident  # fmt: skip


def _earlier_start_goes(session: Session, old: Incident, row: Alert) -> None:
    """Where only this alert made the old incident begin earlier, it begins later again."""
    reports = [
        (entry.occurred_at, entry.author == f"monitor {row.source}" and row.title in entry.text)
        for entry in timeline.entries(session, old.number, *REPORTS)
    ]
    old.cause_at = start_without(old.cause_at, reports)
