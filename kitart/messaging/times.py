"""Clock times and numbers as a person reads them; moments with a date are the reports' own."""

from __future__ import annotations

from datetime import UTC, datetime

from babel.numbers import format_decimal

from kitart.language import Phrase, in_all_languages
from kitart.reports.moments import clock, locale_of

GROUPED_FROM = 10_000
"""In Hungarian thousands are set apart from five digits on."""


def clock_and_utc(moment: datetime, zone: str) -> str:
    """ "15:05 CET (14:05 UTC)"."""
    shown = clock(moment, zone)
    return shown if shown.endswith(" UTC") else f"{shown} ({moment.astimezone(UTC):%H:%M} UTC)"


def number_text(number: int) -> Phrase:
    """ "3,200", in Hungarian "3200"."""

    def shown(language: str) -> str:
        apart = language != "hu" or abs(number) >= GROUPED_FROM
        return format_decimal(number, locale=locale_of(language), group_separator=apart)

    return in_all_languages(shown)
