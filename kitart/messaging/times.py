"""Moments and numbers as a person reads them: in the person's language, moments in the zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from kitart.language import Phrase, in_all_languages

# The locale, and the day with its clock time; without the year where it only tells UTC's day.
PATTERNS = {
    "en": ("en_GB", "EEE d MMM y, HH:mm", "d MMM, HH:mm"),
    "hu": ("hu", "y. MMM d., HH:mm", "MMM d., HH:mm"),
}


def clock(moment: datetime, zone: str) -> str:
    """ "14:05 GMT"; the zone's letters also tell the two 02:30 of autumn apart (E38)."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} {_letters(local)}"


def clock_and_utc(moment: datetime, zone: str) -> str:
    """ "15:05 CET (14:05 UTC)"."""
    shown = clock(moment, zone)
    return shown if shown.endswith(" UTC") else f"{shown} ({moment.astimezone(UTC):%H:%M} UTC)"


def moment_text(moment: datetime, zone: str, language: str) -> str:
    """ "Mon 23 Nov 2026, 15:05 CET (14:05 UTC)", in Hungarian "2026. nov. 23., 15:05 CET
    (14:05 UTC)"; UTC with its date if that differs."""
    locale, day, short = PATTERNS[language]
    local, utc = moment.astimezone(ZoneInfo(zone)), moment.astimezone(UTC)
    shown = f"{format_datetime(local, day, locale=locale)} {_letters(local)}"
    if shown.endswith(" UTC"):
        return shown
    if local.date() == utc.date():
        return f"{shown} ({utc:%H:%M} UTC)"
    return f"{shown} ({format_datetime(utc, short, locale=locale)} UTC)"


def number_text(number: int) -> Phrase:
    """ "3,200", in Hungarian "3200": thousands are set apart there from five digits on."""

    def shown(language: str) -> str:
        apart = language != "hu" or abs(number) >= 10_000
        return format_decimal(number, locale=PATTERNS[language][0], group_separator=apart)

    return in_all_languages(shown)


def _letters(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name
