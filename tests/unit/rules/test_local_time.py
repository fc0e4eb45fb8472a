"""A clock on the wall, as a moment; and what can't have happened then (E38, E39)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kitart.rules.local_time import moments_of, untimely

BUDAPEST = "Europe/Budapest"


@pytest.mark.covers("E38", "E39")
@pytest.mark.parametrize(
    ("day", "at", "moments"),
    [
        (date(2026, 11, 24), time(10, 7), ["2026-11-24T09:07"]),
        (date(2026, 7, 1), time(10, 7), ["2026-07-01T08:07"]),
        # Clocks went back at 03:00: 02:30 came twice; they go forward at 02:00: 02:30 is left out.
        (date(2026, 10, 25), time(2, 30), ["2026-10-25T00:30", "2026-10-25T01:30"]),
        (date(2026, 3, 29), time(2, 30), []),
    ],
)
def test_the_moments_of_a_wall_clock(day: date, at: time, moments: list[str]) -> None:
    found = moments_of(day, at, BUDAPEST)
    assert list(found) == [datetime.fromisoformat(m).replace(tzinfo=UTC) for m in moments]


@pytest.mark.covers("E39")
@pytest.mark.parametrize(
    ("hours", "why"),
    [(0, None), (-1, None), (-25, None), (-26.1, "too early"), (0.01, "future")],
)
def test_what_happened_lies_between_a_day_before_the_incident_and_now(
    hours: float, why: str | None
) -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    began = now - timedelta(hours=2)
    assert untimely(now + timedelta(hours=hours), began, now) == why
