"""What people type into forms: a clock time of today, a day, a form's own number."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORM_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


def new_form_id() -> str:
    """A number of its own for a form, so that what is sent twice is taken once."""
    return secrets.token_urlsafe(12)


def form_id(text: str) -> str:
    """The form's own number as it came back; a new one for a form without a readable one."""
    return text if FORM_ID.fullmatch(text) else new_form_id()


def last_time(text: str, now: datetime, zone: str) -> datetime:
    """The last moment (UTC) at which the clock in ``zone`` showed "HH:MM"; ``now`` for "".

    Raises ``ValueError`` for what is no time.
    """
    if not text:
        return now
    return max(m for m in _near(_clock(text), now, zone) if m <= now)


def next_time(text: str, now: datetime, zone: str) -> datetime | None:
    """The next moment (UTC) at which it will; ``None`` for ""; ``ValueError`` as above."""
    if not text:
        return None
    return min(m for m in _near(_clock(text), now, zone) if m > now)


def moment_on(day: str, clock: str, zone: str) -> datetime:
    """A day and a clock time in a zone, in UTC; raises ``ValueError`` for what is neither."""
    return datetime.combine(date.fromisoformat(day), _clock(clock), ZoneInfo(zone)).astimezone(UTC)


def _clock(text: str) -> time:
    if not re.fullmatch(r"\d{2}:\d{2}(:\d{2})?", text):
        raise ValueError(f"{text!r} is no time; right would be 14:05")
    return time.fromisoformat(text)


def _near(clock: time, now: datetime, zone: str) -> list[datetime]:
    """That clock time on the days around now; in the hour that comes twice, both."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    days = [today + timedelta(days=n) for n in (-1, 0, 1)]
    return [
        datetime.combine(day, clock.replace(fold=fold), here).astimezone(UTC)
        for day in days
        for fold in (0, 1)
    ]
