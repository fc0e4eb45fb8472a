"""How soon and how often a client is told; its contract wins over the suggestions (A23)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitart.plan.clients import ClientReport
from kitart.plan.limits import Limits
from kitart.plan.loading import load_plan
from kitart.rules.reporting import rhythm

HOUSE = Path(__file__).parents[3]
REPORT = load_plan(HOUSE / "config").clients[0].report
PRIORITIES = st.sampled_from(["P1", "P2", "P3", "P4"])
MINUTES = st.none() | st.integers(1, 240)


def with_contract(first: int | None, update: int | None) -> ClientReport:
    return REPORT.model_copy(update={"first_notice_minutes": first, "update_minutes": update})


@pytest.mark.covers("A23")
def test_without_a_word_in_the_contract_the_limits_count() -> None:
    urgent = rhythm(with_contract(None, None), Limits(), "P1")
    assert (urgent.first, urgent.update) == (timedelta(minutes=15), timedelta(minutes=30))
    calm = rhythm(with_contract(None, None), Limits(), "P3")
    assert (calm.first, calm.update) == (timedelta(minutes=30), timedelta(minutes=60))


@pytest.mark.covers("A23")
@given(MINUTES, MINUTES, PRIORITIES)
def test_the_contract_wins(first: int | None, update: int | None, priority: str) -> None:
    found = rhythm(with_contract(first, update), Limits(), priority)
    suggested = rhythm(with_contract(None, None), Limits(), priority)
    assert found.first == (timedelta(minutes=first) if first else suggested.first)
    assert found.update == (timedelta(minutes=update) if update else suggested.update)


@given(MINUTES, MINUTES, PRIORITIES)
def test_a_draft_is_made_after_the_last_update_and_before_the_next(
    first: int | None, update: int | None, priority: str
) -> None:
    found = rhythm(with_contract(first, update), Limits(), priority)
    assert timedelta() < found.draft_ahead <= found.update / 2
    assert found.news == timedelta(minutes=15)
