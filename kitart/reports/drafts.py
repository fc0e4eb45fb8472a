"""A client's reports in the making: what was said, what is wanted, whether a draft still fits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kitart.journal import approvals, documents, incidents, leading, looks, timeline, write_up
from kitart.journal.tables import Document, TimelineEntry
from kitart.plan.schema import Plan
from kitart.reports.facts import IncidentFacts
from kitart.reports.facts.record import FIRST_WORDS
from kitart.reports.fingerprint import report_fingerprint
from kitart.reports.gathering import gather
from kitart.rules.calendars import add_business_days
from kitart.rules.deadlines import effect_start
from kitart.rules.reporting import Rhythm, rhythm


def still_fits(session: Session, plan: Plan, document_id: int, now: datetime) -> bool:
    """Whether the facts are still those that the draft was made of (D6)."""
    document = documents.get(session, document_id)
    return fits(document, gather(session, plan, document.incident, now))


def last_sent_fits(session: Session, facts: IncidentFacts, client: str) -> bool:
    """Whether what the client was told last is still so."""
    told_last = documents.sent(session, facts.number, client)
    return not told_last or fits(told_last[-1], facts)


def fits(document: Document, facts: IncidentFacts) -> bool:
    """Whether a document says what the facts are."""
    return report_fingerprint(facts, document.client, document.type) == document.fingerprint


def told(session: Session, incident: str, client: str) -> bool:
    """Whether the client was sent its first word."""
    return any(d.type in FIRST_WORDS for d in documents.sent(session, incident, client))


def was_sent(session: Session, incident: str, client: str, kind: str) -> bool:
    """Whether a report of this kind was ever sent."""
    return any(d.type == kind for d in documents.sent(session, incident, client))


def sent_since_recovery(session: Session, incident: str, client: str, kind: str) -> bool:
    """Whether a report of this kind was sent about the recovery that holds (E35)."""
    declared = looks.declared_at(session, incident)
    return declared is not None and any(
        d.type == kind and d.sent_at is not None and d.created_at >= declared
        for d in documents.sent(session, incident, client)
    )


def next_number(session: Session, incident: str, client: str, kind: str) -> int:
    """The running number of the next report of a kind."""
    return 1 + sum(d.type == kind for d in documents.sent(session, incident, client))


def promised(session: Session, incident: str, client: str) -> tuple[datetime, int]:
    """When the client was promised its next news, and the number of that update."""
    last = documents.sent(session, incident, client)[-1]
    when = last.next_update_at or last.sent_at or last.created_at
    return when, next_number(session, incident, client, "status-update")


def system_up(session: Session, plan: Plan, incident: str, now: datetime) -> bool:
    """Whether the system is seen working after it had failed."""
    seen = looks.system_picture(session, plan, incident, now)
    return bool(seen.spans) and seen.up_since is not None


def tested(session: Session, incident: str) -> bool:
    """Whether a call has proved anything yet."""
    return bool(timeline.entries(session, incident, looks.PROVED))


def findings_settled(session: Session, incident: str) -> bool:
    """Whether people have said what the cause was, and whether personal data were hit."""
    asked = [
        approvals.with_key(session, f"{incident}:{what}")
        for what in ("findings", "data-protection")
    ]
    return all(row is not None and row.state != "open" for row in asked)


def served_key(session: Session, incident: str, client: str) -> str | None:
    """The key of "this client was told all of the recovery that holds"; none while none holds."""
    declared = looks.declared_at(session, incident)
    return f"served:{client}:{declared.isoformat()}" if declared else None


def all_served(session: Session, incident: str, clients: Iterable[str]) -> bool:
    """Whether every client was told all of the recovery that holds, or felt nothing (E35, E36)."""
    return all(
        felt_nothing(session, incident, client)
        or ((key := served_key(session, incident, client)) and timeline.has(session, incident, key))
        for client in clients
    )


def felt_nothing(session: Session, incident: str, client: str) -> bool:
    """Whether it is on record that it was over before this client felt it, and nothing has been
    drafted for it since, as after a relapse. A run that is begun anew finds the same as the one
    before, whatever became known meanwhile."""
    if documents.any_for(session, incident, client):
        return False
    return timeline.has(session, incident, f"no-effect:{client}")


def divert_active(session: Session, incident: str) -> bool:
    """Whether a divert was made and not ended since, or calls of a line still go to voicemail."""
    course = timeline.entries(session, incident, "routing executed", "routing ended")
    by_line = {e.data["line"]: e for e in course if e.data.get("line")}
    if by_line:
        return any(_sends_away(last) for last in by_line.values())
    return bool(course) and all(e.type == "routing executed" for e in course)


def _sends_away(entry: TimelineEntry) -> bool:
    return entry.type == "routing executed" and entry.data.get("mode") != "normal"


def rhythm_of(session: Session, plan: Plan, incident: str, client: str) -> Rhythm:
    """How soon and how often the client is told, at the priority in force."""
    priority = leading.priority_in_force(session, incident)
    return rhythm(plan.client(client).report, plan.limits, priority)


def effect_start_of(session: Session, plan: Plan, incident: str, client: str) -> datetime | None:
    """When the first of the client's projects feels it; ``None`` if none is open any more (E36)."""
    row = incidents.get(session, incident)
    starts = [
        effect_start(plan.calendar_of(project.id), row.cause_at)
        for project in plan.projects_affected_by(row.system_id)
        if project.client == client
    ]
    return min((start for start in starts if start is not None), default=None)


def warning_moment(session: Session, plan: Plan, incident: str, share: float) -> datetime:
    """When this share of the recovery time has gone by for the first project that feels it."""
    row = incidents.get(session, incident)
    clients = dict.fromkeys(p.client for p in plan.projects_affected_by(row.system_id))
    starts = [effect_start_of(session, plan, incident, client) for client in clients]
    first = min((start for start in starts if start is not None), default=row.cause_at)
    return first + share * timedelta(minutes=plan.limits.rto[1])


def closing_due(session: Session, plan: Plan, incident: str, client: str) -> datetime:
    """The end of the last of the business days that the client's contract gives (c)."""
    days = plan.client(client).report.final_business_days
    return _end_of_business_day(session, plan, incident, client, days)


def preliminary_due(session: Session, plan: Plan, incident: str, client: str) -> datetime:
    """The end of the client's next business day after the recovery (reports §4)."""
    return _end_of_business_day(session, plan, incident, client, 1)


def all_written(session: Session, incident: str, client: str) -> bool:
    """Whether people said that all is written which this client's closing report wants."""
    return write_up.is_complete(timeline.entries(session, incident), client)


def _end_of_business_day(
    session: Session, plan: Plan, incident: str, client: str, days: int
) -> datetime:
    known = plan.client(client)
    recovered = incidents.get(session, incident).recovered_at
    if recovered is None:
        raise LookupError(f"{incident} is not recovered: no closing report is due")
    zone = ZoneInfo(known.contract_zone)
    calendar = plan.calendar(known.business_calendar)
    day = add_business_days(calendar, recovered.astimezone(zone).date(), days)
    return datetime(day.year, day.month, day.day, 17, tzinfo=zone)
