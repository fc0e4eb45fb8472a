"""Times for readers: the client's zone first, then UTC; never without a date and a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; ``ValueError`` if the tz database has none such."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"zone is {name!r}: it must be a name of the tz database, like 'Europe/London'"
        ) from error


def clock(moment: datetime, zone: str) -> str:
    """ "14:05 GMT"; the zone's letters also tell the two 02:30 of autumn apart (E38)."""
    local = moment.astimezone(zone_of(zone))
    return f"{local:%H:%M} {_letters(local)}"


def moment_text(moment: datetime, zone: str, locale: str = "en_GB") -> str:
    """ "Mon 23 Nov 2026, 15:00 CET (14:00 UTC)"; UTC with its date if that differs."""
    local = moment.astimezone(zone_of(zone))
    utc = moment.astimezone(UTC)
    day = format_datetime(local, "EEE d MMM y, HH:mm", locale=locale)
    if local.date() == utc.date():
        return f"{day} {_letters(local)} ({utc:%H:%M} UTC)"
    return f"{day} {_letters(local)} ({format_datetime(utc, 'd MMM, HH:mm', locale=locale)} UTC)"


def day_text(day: date, locale: str = "en_GB") -> str:
    """ "Mon 30 Nov 2026"."""
    return format_date(day, "EEE d MMM y", locale=locale)


def duration_text(length: timedelta) -> str:
    """Hours and minutes as h:mm, with seconds only where there are some: "0:11 h"."""
    seconds = int(abs(length).total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d} h" + (f" {seconds} s" if seconds else "")


def _letters(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name
