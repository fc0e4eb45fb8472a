"""The rest that is owed to a backup who was called out, from the times worked (E19). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kitart.plan.hours import in_utc, spans
from kitart.plan.schema import Agent

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rest:
    """What a call-out took, and the rest that has to follow it.

    ``outside_minutes`` were worked outside the agent's own shift. ``short_minutes`` is by how much
    the next shift comes too early: so much rest is owed, the shift must begin later.
    """

    began: datetime
    ended: datetime
    outside_minutes: int
    rest_until: datetime
    next_shift: datetime | None
    short_minutes: int


def rest_after(agent: Agent, began: datetime, ended: datetime) -> Rest | None:
    """The rest after working from ``began`` to ``ended`` (aware); ``None`` where all of it lay in
    the agent's own shift."""
    began, ended = in_utc(began), max(in_utc(began), in_utc(ended))
    shifts = _shifts(agent, began, ended)
    worked = [(max(began, start), min(ended, over)) for start, over in shifts]
    inside = sum((over - start for start, over in worked if over > start), timedelta(0))
    outside = ended - began - inside
    if outside < MINUTE:
        return None
    # Work that goes over into the agent's own shift ends with that.
    work_ends = max([ended, *(over for start, over in shifts if start <= ended < over)])
    rest_until = work_ends + timedelta(hours=agent.rest_hours)
    following = min((start for start, _ in shifts if start >= work_ends), default=None)
    short = max(timedelta(0), rest_until - following) if following else timedelta(0)
    return Rest(
        began, ended, _minutes(outside), rest_until, following, _minutes(short)
    )  # fmt: skip


def _shifts(agent: Agent, began: datetime, ended: datetime) -> list[tuple[datetime, datetime]]:
    """The agent's shifts around the work, where one follows on another joined to one."""
    zone = ZoneInfo(agent.time_zone)
    first, last = (began - DAY).astimezone(zone).date(), (ended + 7 * DAY).astimezone(zone).date()
    joined: list[tuple[datetime, datetime]] = []
    for start, over in sorted(spans(agent.shift, agent.time_zone, first, last)):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(over, joined[-1][1])
        else:
            joined.append((start, over))
    return joined


def _minutes(length: timedelta) -> int:
    return round(length / MINUTE)
