"""Who is on shift, who is on standby, and how many seats a queue needs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from kitart.plan.loading import load_plan
from kitart.plan.people import Agent, Leave
from kitart.plan.schema import Plan
from kitart.rules.rosters import agents_on_shift, on_shift, on_standby, seats_needed

AGENT = Agent.model_validate(
    {
        "id": "AG-047",
        "queue": "CHARLIE/pl",
        "country": "PL",
        "area": "PL-24",
        "time_zone": "Europe/Warsaw",
        "languages": {"pl": "native"},
        "projects": ["CHARLIE"],
        "shift": ["Mon-Fri 06:00-14:00"],
        "standby": ["Mon-Fri 09:00-20:00"],
        "standby_queues": ["CHARLIE/pl"],
    }
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(Path(__file__).resolve().parents[3] / "config")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "shift", "standby"),
    [
        ("2026-11-19T05:59+01:00", False, False),
        ("2026-11-19T06:00+01:00", True, False),
        ("2026-11-19T10:00+01:00", True, False),  # both by the roster: the shift counts
        ("2026-11-19T14:00+01:00", False, True),
        ("2026-11-19T20:00+01:00", False, False),
        ("2026-11-21T10:00+01:00", False, False),
    ],
)
def test_an_agent_on_shift_is_not_on_standby_too(moment: str, shift: bool, standby: bool) -> None:
    assert (on_shift(AGENT, at(moment)), on_standby(AGENT, at(moment))) == (shift, standby)


def test_leave_takes_an_agent_out_of_both_by_the_agents_own_calendar() -> None:
    away = AGENT.model_copy(
        update={"leave": (Leave(first=date(2026, 11, 19), last=date(2026, 11, 19)),)}
    )
    assert not on_shift(away, at("2026-11-19T10:00+01:00"))
    assert not on_standby(away, at("2026-11-19T15:00+01:00"))
    assert on_shift(away, at("2026-11-20T10:00+01:00"))


def test_the_clock_of_the_agent_decides_not_that_of_the_company(plan: Plan) -> None:
    malaysian = plan.agent("AG-017")
    assert on_shift(malaysian, at("2026-11-19T06:00+08:00"))
    assert not on_shift(malaysian, at("2026-11-19T09:00+01:00"))  # four in the afternoon there


@pytest.mark.covers("D11")
@pytest.mark.parametrize(
    ("project", "lang", "moment", "seats"),
    [
        ("BRAVO", "de", "2026-11-19T10:02+01:00", 3),
        ("BRAVO", "de", "2026-11-19T03:00+00:00", 1),
        ("BRAVO", "es", "2026-11-22T02:40+00:00", 1),
        ("CHARLIE", "hu", "2026-11-17T09:12+01:00", 2),
        ("CHARLIE", "ro", "2026-11-17T17:00+01:00", 1),
    ],
)
def test_the_window_of_the_moment_says_how_many_seats_are_needed(
    plan: Plan, project: str, lang: str, moment: str, seats: int
) -> None:
    assert seats_needed(plan, project, lang, at(moment)) == seats


def test_an_unknown_queue_is_refused(plan: Plan) -> None:
    with pytest.raises(KeyError, match="BRAVO has no queue 'hu'"):
        seats_needed(plan, "BRAVO", "hu", at("2026-11-19T10:00+01:00"))


@pytest.mark.covers("E14")
def test_the_german_queue_of_bravo_has_four_by_day_and_one_by_night(plan: Plan) -> None:
    def german(moment: str) -> list[str]:
        return [a.id for a in agents_on_shift(plan, at(moment)) if a.queue == "BRAVO/de"]

    assert len(german("2026-11-19T10:02+01:00")) == 4
    assert len(german("2026-11-19T03:00+01:00")) == 1
