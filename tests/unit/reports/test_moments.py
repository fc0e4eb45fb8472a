"""Numbers and clock times as a reader of each language writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kitart.reports.moments import clock_and_utc, number_text


@pytest.mark.covers("D26")
@pytest.mark.parametrize(
    ("number", "english", "hungarian"),
    [
        (0.5, "0.5", "0,5"),
        (8.0, "8", "8"),
        (999, "999", "999"),
        (3200, "3,200", "3200"),
        (9_999, "9,999", "9999"),
        (12_500, "12,500", "12\N{NO-BREAK SPACE}500"),
        (-12_500, "-12,500", "-12\N{NO-BREAK SPACE}500"),
    ],
)
def test_hungarian_sets_thousands_apart_from_five_digits_on(
    number: float, english: str, hungarian: str
) -> None:
    assert (number_text(number), number_text(number, "hu")) == (english, hungarian)


@pytest.mark.covers("D2")
def test_utc_is_said_once() -> None:
    moment = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
    assert clock_and_utc(moment, "Europe/Budapest") == "15:05 CET (14:05 UTC)"
    assert clock_and_utc(moment, "UTC") == "14:05 UTC"
