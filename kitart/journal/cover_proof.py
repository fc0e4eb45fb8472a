"""Is it proved that a queue's callers are answered? By the phone system, or a person's word.

Cover is never assumed to work because somebody is logged in (R23, R24, R29, R35).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import (
    cover_now,
    incidents,
    levels,
    looks,
    outage_reports,
    roll_calls,
    routing_state,
    timeline,
)
from kitart.plan.schema import Plan

PROVED, FAILED = "success factor proved", "success factor failed"
CALLS_REACH_VCC = "calls reach VCC"
ANSWERED = {
    "native": "calls answered by native speakers",
    "non_native": "calls answered in the language",
    "english_only": "calls answered in English",
}
"""The success factor of each rung of the ladder (R24, R29, R35)."""


def full_since(session: Session, incident: str, queue: str) -> datetime | None:
    """Since when every seat of a queue has been filled, by its own agents alone or with cover;
    ``None`` while one is not, and for a line that is closed. That cover answers proves nothing of
    the own agents, so the time begins anew when they are back."""
    since: datetime | None = None
    by_own = False
    for entry in timeline.entries(session, incident, cover_now.SEATS):
        if entry.data["queue"] != queue:
            continue
        full = entry.data["needed"] > 0 and entry.data["filled"] >= entry.data["needed"]
        own = own_agents_answer(entry.data)
        if not full:
            since = None
        elif since is None or own != by_own:
            since = entry.occurred_at
        by_own = own
    return since


def own_agents_answer(told: Mapping[str, Any]) -> bool:
    """Whether a queue's own agents fill all its seats, as the timeline tells of them."""
    return bool(told) and 0 < told["needed"] <= told["own"]


def queues(session: Session, incident: str) -> tuple[str, ...]:
    """The queues that the incident touches, in the order in which they were hit."""
    return tuple(cover_now.seats_as_told(session, incident))


def proved(session: Session, incident: str, queue: str, since: datetime) -> bool:
    """Whether it was proved that the queue is answered, since it is fully staffed."""
    return any(
        entry.data.get("queue") == queue and entry.occurred_at >= since
        for entry in timeline.entries(session, incident, PROVED)
    )


def to_prove(session: Session, incident: str) -> dict[str, datetime]:
    """The queues that are fully staffed and not proved yet, with the time since when.

    A line that is off its normal way is left out: a caller would meet voicemail. It is proved once
    it is switched back.
    """
    found = {}
    off = {line.queue for line in routing_state.on_emergency(session, incident)}
    for queue in queues(session, incident):
        if queue in off:
            continue
        since = full_since(session, incident, queue)
        if since is not None and not proved(session, incident, queue, since):
            found[queue] = since
    return found


def normal_since(session: Session, plan: Plan, incident: str, now: datetime) -> datetime | None:
    """Since when the queues' own agents answer again, with no level in force, proved on each queue
    that is open; ``None`` while it is not so.

    Where nobody was ever missed in a seat, since the last one who was out is back (E36).
    """
    seen = looks.system_picture(session, plan, incident, now)
    since = seen.up_since
    if since is None:
        return None
    if not seen.spans:
        back = _all_back_since(session, incident)
        if back is None:
            return None
        since = max(since, back)
    if levels.of_incident(session, incident).highest or to_prove(session, incident):
        return None
    if routing_state.on_emergency(session, incident):
        return None
    if incidents.get(session, incident).priority is None:
        return None
    return since


def _all_back_since(session: Session, incident: str) -> datetime | None:
    """Since when all who reported are back; ``None`` while one is out or may be."""
    reports = outage_reports.of_incident(session, incident)
    asked = [row for row in roll_calls.of_incident(session, incident) if row.open_key]
    if asked or not reports or any(report.ended_at is None for report in reports):
        return None
    return max(report.ended_at for report in reports if report.ended_at is not None)
