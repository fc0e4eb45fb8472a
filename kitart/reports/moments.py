"""Times and numbers for readers.

A moment is shown in the reader's zone first, then in UTC; in a document never without its date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from kitart.language import Phrase, in_all_languages

# A language's locale, and its way to write a day, a day and time, and a day without its year.
_PATTERNS = {
    "en": ("en_GB", "EEE d MMM y", "EEE d MMM y, HH:mm", "d MMM, HH:mm"),
    "hu": ("hu", "y. MMMM d.", "y. MMMM d., HH:mm", "MMMM d., HH:mm"),
}
_SHORT_DAYS = {"en": "EEE d MMM", "hu": "MMM d."}
# From which number on a language sets thousands apart.
_GROUPED_FROM = {"en": 1_000, "hu": 10_000}


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


def clock_and_utc(moment: datetime, zone: str) -> str:
    """ "15:05 CET (14:05 UTC)"."""
    shown = clock(moment, zone)
    return shown if shown.endswith(" UTC") else f"{shown} ({moment.astimezone(UTC):%H:%M} UTC)"


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


def moment_phrase(moment: datetime, zone: str) -> Phrase:
    """``moment_text`` in all languages."""
    return in_all_languages(lambda language: moment_text(moment, zone, language))


def day_text(day: date, language: str = "en") -> str:
    """ "Mon 30 Nov 2026"."""
    locale, pattern, *_ = _PATTERNS[language]
    return format_date(day, pattern, locale=locale)


def day_phrase(day: date) -> Phrase:
    """A day with its name, in each reader's language."""
    return in_all_languages(lambda language: day_text(day, language))


def short_day(moment: datetime, zone: str, language: str = "en") -> str:
    """ "Mon 30 Nov": the day of a moment in a zone."""
    local = moment.astimezone(zone_of(zone))
    return format_date(local.date(), _SHORT_DAYS[language], locale=locale_of(language))


def hours_minutes(length: timedelta) -> tuple[str, int]:
    """Hours and minutes as "h:mm", and the seconds over: ("0:11", 0). Of a span's length alone."""
    seconds = int(abs(length).total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02d}", seconds


def number_text(number: float, language: str = "en") -> str:
    """A number without its unit: 0.5 is "0.5", in Hungarian "0,5"; 3200 is "3,200" and "3200"."""
    apart = abs(number) >= _GROUPED_FROM[language]
    return str(format_decimal(number, locale=locale_of(language), group_separator=apart))


def percent_text(share: int, language: str = "en") -> str:
    """Whole percent: 26 is "26%"."""
    return str(format_percent(share / 100, locale=locale_of(language)))


def _letters(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name
