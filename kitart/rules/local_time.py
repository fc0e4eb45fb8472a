"""What a clock on the wall shows, as a moment: not always one (E38, E39). Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

EARLIEST_BEFORE = timedelta(days=1)
"""How long before an incident something may have happened that belongs to its record."""


def moments_of(day: date, at: time, zone: str) -> tuple[datetime, ...]:
    """The moments in UTC at which a clock in ``zone`` shows this, in their order.

    None in the hour that is left out in spring, two in the hour that comes twice in autumn (E38).
    """
    wall = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    found = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    shows = wall.replace(tzinfo=None)
    return tuple(
        sorted(m for m in found if m.astimezone(wall.tzinfo).replace(tzinfo=None) == shows)
    )


def untimely(
    moment: datetime, begins_at: datetime, now: datetime
) -> Literal["future", "too early"] | None:
    """Why something can't have happened then in an incident that began at ``begins_at`` (E39)."""
    if moment > now:
        return "future"
    return "too early" if moment < begins_at - EARLIEST_BEFORE else None
