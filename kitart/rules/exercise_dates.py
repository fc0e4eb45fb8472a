"""When the next exercise is due: months after the last one that counts (R52, D28)."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta

from kitart.rules.local_time import moments_of

WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the last day of a shorter month."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def next_due(last_ended_at: datetime | None, every_months: int) -> datetime | None:
    """The moment (UTC) by which the next one has to be; ``None`` while none has counted: then it
    is due at once."""
    return None if last_ended_at is None else months_after(last_ended_at, every_months)


def is_late(starts_at: datetime, now: datetime, allowed_minutes: int) -> bool:
    """Whether an exercise that has not begun would begin so late that the coordinators have to be
    asked again."""
    return now > starts_at + timedelta(minutes=allowed_minutes)


def read_date(text: str, zone: str) -> datetime:
    """``2026-12-08 10:00`` as a clock in ``zone`` shows it, in UTC; words may follow.

    Raises ``ValueError`` saying what would be right, also for a time that the clock leaves out or
    shows twice that day.
    """
    try:
        wall = datetime.fromisoformat(text.strip()[:16])
        if not WRITTEN.match(text.strip()):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"{text.strip()[:40]!r} does not begin with a date and a time; right would be "
            "2026-12-08 10:00"
        ) from None
    found = moments_of(wall.date(), wall.time(), zone)
    if len(found) != 1:
        shows = "never" if not found else "twice"
        raise ValueError(f"{wall:%Y-%m-%d %H:%M} is shown {shows} in {zone}; take another time")
    return found[0]
