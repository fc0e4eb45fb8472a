"""Who should take over at a change of shift (E26)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.relief import LONGEST_SHIFT, ert_relief, manager_relief
from kitart.settings import HOUSE

PLAN = load_plan(HOUSE / "config")
TUESDAY = datetime.fromisoformat("2026-11-24T00:00+01:00")


def at(hour: int, minute: int = 0) -> datetime:
    return TUESDAY.replace(hour=hour, minute=minute)


def with_hours(code: str, hours: list[str], leave: list[dict[str, str]] | None = None) -> Plan:
    raw = PLAN.snapshot()
    for person in raw["people"]:
        if person["id"] == code:
            person["hours"], person["leave"] = hours, leave or []
    return Plan.from_snapshot(raw)


@pytest.mark.covers("E26", "A20")
@pytest.mark.parametrize(
    ("lead", "since", "now", "relief"),
    [
        ("ERT-1", at(9), at(15, 59), None),
        ("ERT-1", at(9), at(16), "ERT-2"),
        ("ERT-3", at(9), at(15, 59), None),  # took it out of turn: no change of shift, no relief
        ("ERT-2", at(9), at(16), None),  # the next shift's own member leads already
        ("ERT-5", at(15, 59), at(16), "ERT-2"),
    ],
)
def test_the_rotas_next_member_relieves_the_lead_when_the_shift_changes(
    lead, since, now, relief
) -> None:
    assert ert_relief(PLAN, lead, since, now) == relief


@pytest.mark.covers("E26", "E23")
def test_somebody_on_leave_relieves_nobody() -> None:
    plan = with_hours("ERT-2", ["24/7"], [{"first": "2026-11-24", "last": "2026-11-24"}])
    assert ert_relief(plan, "ERT-3", at(9), at(16)) is None


@pytest.mark.covers("E26")
@given(
    lead=st.sampled_from(["ERT-1", "ERT-2", "ERT-3", "ERT-4", "ERT-5"]),
    since=st.integers(0, 60 * 24 * 7),
    later=st.integers(0, 60 * 48),
)
def test_nobody_relieves_themselves_and_nobody_leads_for_longer_than_a_shift(
    lead, since, later
) -> None:
    began = TUESDAY + timedelta(minutes=since)
    now = began + timedelta(minutes=later)
    relief = ert_relief(PLAN, lead, began, now)
    assert relief != lead
    on_duty = PLAN.ert_order(now)[0].id
    assert relief in (None, on_duty)
    if timedelta(minutes=later) >= LONGEST_SHIFT and on_duty != lead:
        assert relief == on_duty


@pytest.mark.covers("E26", "E21")
def test_an_account_manager_whose_hours_end_is_relieved_by_the_first_at_work() -> None:
    plan = with_hours("AM-1", ["Mon-Fri 08:00-16:00"])
    assert manager_relief(plan, "AM-1", "AM-1", at(9), at(15)) is None
    assert manager_relief(plan, "AM-1", "AM-1", at(9), at(16)) == "AM-2"
    # Who took it outside their hours is not sent home by the clock.
    assert manager_relief(plan, "AM-1", "AM-1", at(17), at(18)) is None
    assert manager_relief(plan, "AM-1", "AM-2", at(9), at(18)) is None
