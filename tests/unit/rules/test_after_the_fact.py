"""What may be written, when the report is due, and the rest owed: plain values (D29, E19)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.plan.schema import Agent
from kitart.rules.after_action import times
from kitart.rules.rest import rest_after
from kitart.rules.write_up import (
    BY_ID,
    EXERCISE_PARTS,
    EXERCISE_SECTIONS,
    PARTS,
    SECTIONS,
    ActionForm,
    both_ways,
    missing_in,
    of_section,
    overdue,
)
from kitart.settings import HOUSE

PLAN = load_plan(HOUSE / "config")
WHOLE: dict[str, Any] = {
    "finding": "Both backups live in one area", "action": "Hire in a second area",
    "owner": "it_manager", "due": date(2026, 12, 15), "check": "The area report",
}  # fmt: skip


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def agent(**changes: Any) -> Agent:
    values = {
        "id": "AG-901", "queue": "BRAVO/es", "country": "ES", "area": "ES-1",
        "time_zone": "Europe/Madrid", "languages": {"es": "native"}, "projects": ["BRAVO"],
        "shift": ["Mon-Fri 09:00-17:00"], "rest_hours": 11,
    }  # fmt: skip
    return Agent.model_validate(values | changes)


def test_every_part_stands_in_one_section_and_what_is_internal_is_for_no_client() -> None:
    assert len(BY_ID) == len(PARTS) + len(EXERCISE_PARTS)
    assert [part for section in SECTIONS for part in of_section(section)] == list(PARTS)
    of_exercises = [part for each in EXERCISE_SECTIONS for part in of_section(each)]
    assert of_exercises == list(EXERCISE_PARTS)
    assert not any(part.for_clients for part in of_exercises)
    internal = {part.section for part in PARTS} - {p.section for p in PARTS if p.for_clients}
    assert internal == {"detection", "people", "lessons"}
    assert not BY_ID["luck"].for_clients


def test_a_cause_is_known_or_not_established_never_both() -> None:
    assert both_ways(["cause-direct", "cause-open"])
    assert not both_ways(["cause-open"])
    assert not both_ways(["cause-direct", "cause-root"])


@pytest.mark.covers("D29")
@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, None),
        ({"finding": " "}, "finding"),
        ({"owner": ""}, "owner"),
        ({"check": ""}, "check"),
        ({"status": "nonsense"}, "status"),
        ({"status": "done"}, "evidence"),
        ({"status": "done", "evidence": "A letter"}, None),
        ({"status": "works", "evidence": "A letter"}, "effect"),
        ({"status": "works", "evidence": "A letter", "effect": "Seen twice"}, None),
        ({"status": "dropped"}, "effect"),
    ],
)
def test_an_action_is_whole_only_with_owner_check_evidence_and_effect(changes, missing) -> None:
    assert missing_in(ActionForm(**WHOLE | changes)) == missing


def test_an_action_is_overdue_until_it_is_done() -> None:
    due, later = date(2026, 12, 15), date(2026, 12, 16)
    assert overdue("open", due, later)
    assert not overdue("open", due, due)
    assert not overdue("done", due, later)
    assert overdue("does not work", due, later)


def test_the_report_is_due_on_the_tenth_business_day_of_the_company() -> None:
    found = times(PLAN, utc(24, 9, 15))  # a Tuesday
    assert found.remind_at == utc(30, 8)  # 09:00 in Budapest, on the fourth day
    assert found.draft_at == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert found.due_at == datetime(2026, 12, 8, 16, tzinfo=UTC)


def test_holidays_of_the_company_do_not_count() -> None:
    found = times(PLAN, datetime(2026, 12, 18, 9, tzinfo=UTC))
    # 24 and 25 December and 1 January are holidays in Hungary, none on a weekend.
    assert found.due_at == datetime(2027, 1, 6, 16, tzinfo=UTC)


def test_without_a_calendar_the_company_works_from_monday_to_friday() -> None:
    plain = PLAN.model_copy(
        update={"company": PLAN.company.model_copy(update={"business_calendar": None})}
    )
    assert times(plain, utc(24, 9, 15)) == times(PLAN, utc(24, 9, 15))


@pytest.mark.covers("E19")
def test_a_night_call_out_moves_the_next_shift() -> None:
    # Live from 01:00 to 04:30 in Madrid; the shift begins at 09:00, the rest ends at 15:30.
    rest = rest_after(agent(), utc(24, 0), utc(24, 3, 30))
    assert rest is not None
    assert rest.outside_minutes == 210
    assert rest.rest_until == utc(24, 14, 30)
    assert rest.next_shift == utc(24, 8)
    assert rest.short_minutes == 390


@pytest.mark.covers("E19")
@pytest.mark.parametrize(
    ("began", "ended", "outside", "short"),
    [
        (utc(24, 9), utc(24, 12), None, None),  # all of it in the own shift
        (utc(24, 15), utc(24, 18), 120, 0),  # two hours after the shift; rest fits before the next
        (utc(24, 15), utc(24, 23), 420, 120),  # until midnight: two hours are missing
        (utc(27, 18), utc(27, 23), 300, 0),  # Friday evening: the weekend is longer
        (utc(24, 6), utc(24, 9), 120, 0),  # before the shift: it ends with the shift
    ],
)
def test_the_rest_owed_by_when_somebody_worked(began, ended, outside, short) -> None:
    rest = rest_after(agent(), began, ended)
    assert (rest and rest.outside_minutes, rest and rest.short_minutes) == (outside, short)


@pytest.mark.covers("E19")
def test_a_standby_agent_without_a_shift_owes_nothing_to_one() -> None:
    rest = rest_after(agent(shift=[]), utc(24, 9), utc(24, 12))
    assert rest is not None
    assert (rest.outside_minutes, rest.next_shift, rest.short_minutes) == (180, None, 0)


@given(st.integers(0, 10_000), st.integers(0, 1_500))
def test_rest_is_never_negative_and_never_longer_than_the_contract(start: int, length: int) -> None:
    began = utc(16, 0) + timedelta(minutes=start)
    ended = began + timedelta(minutes=length)
    rest = rest_after(agent(), began, ended)
    if rest is not None:
        assert 0 < rest.outside_minutes <= length
        assert 0 <= rest.short_minutes <= 11 * 60
        assert rest.rest_until >= ended + timedelta(hours=11)
        assert rest.next_shift is None or rest.next_shift >= ended
