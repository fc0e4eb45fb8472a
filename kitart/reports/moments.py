"""Times for readers: the client's zone first, then UTC; never without a date and a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

# A language's locale, and its way to write a day, a day and time, and a day without its year.
_PATTERNS = {
    "en": ("en_GB", "EEE d MMM y", "EEE d MMM y, HH:mm", "d MMM, HH:mm"),
    "hu": ("hu", "y. MMMM d.", "y. MMMM d., HH:mm", "MMMM d., HH:mm"),
}


def locale_of(language: str) -> str:
    """The locale whose dates, numbers and lists a language is written with."""
    return _PATTERNS[language][0]


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


def moment_text(moment: datetime, zone: str, language: str = "en") -> str:
    """ "Mon 23 Nov 2026, 15:00 CET (14:00 UTC)"; UTC with its date if that differs."""
    locale, _, day_and_time, short = _PATTERNS[language]
    local = moment.astimezone(zone_of(zone))
    utc = moment.astimezone(UTC)
    shown = f"{format_datetime(local, day_and_time, locale=locale)} {_letters(local)}"
    if shown.endswith(" UTC"):
        return shown
    if local.date() == utc.date():
        return f"{shown} ({utc:%H:%M} UTC)"
    return f"{shown} ({format_datetime(utc, short, locale=locale)} UTC)"


def day_text(day: date, language: str = "en") -> str:
    """ "Mon 30 Nov 2026"."""
    locale, pattern, *_ = _PATTERNS[language]
    return format_date(day, pattern, locale=locale)


def hours_minutes(length: timedelta) -> tuple[str, int]:
    """Hours and minutes as "h:mm", and the seconds over: ("0:11", 0). Of a span's length alone."""
    seconds = int(abs(length).total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}", seconds


def _letters(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name
