"""What holds for every proposal, whoever is out at whatever moment of a week."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.cli_cover import as_data
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts, Out
from kitart.rules.cover.proposal import propose

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


@cache
def sample() -> Plan:
    return load_plan(Path(__file__).resolve().parents[4] / "config")


codes = st.sampled_from([f"AG-{n:03d}" for n in range(1, 61)])
moments = st.integers(0, 7 * 24 * 4 - 1).map(lambda n: MONDAY + n * timedelta(minutes=15))


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    at = draw(moments)
    forecast = st.none() | st.integers(1, 60).map(lambda n: at + timedelta(minutes=n))
    out = st.builds(Out, codes, live_again_at=forecast, hits_area=st.booleans())
    return Facts(
        at=at,
        out=tuple(draw(st.lists(out, max_size=12, unique_by=lambda each: each.agent))),
        willing=frozenset(draw(st.sets(codes, max_size=6))),
        said_no=frozenset(draw(st.sets(codes, max_size=3))),
    )


@pytest.mark.covers("D8", "D10", "D11", "E1")
@settings(max_examples=150, deadline=None)
@given(facts())
def test_nobody_sits_twice_all_are_fit_and_no_empty_seat_disappears(known: Facts) -> None:
    found = propose(sample(), known)
    sitting = Counter(code for queue in found.queues for code in queue.assigned)
    assert not [code for code, seats in sitting.items() if seats > 1]
    for queue in found.queues:
        fit = {each.agent for each in queue.candidates if each.eligible}
        assert set(queue.assigned) <= fit
        need = queue.need
        assert queue.uncovered == max(0, need.needed - len(need.live) - len(queue.assigned))
        assert len(need.live) + len(queue.assigned) <= max(need.needed, len(need.live))
        if queue.uncovered:
            assert fit <= sitting.keys(), "somebody fit sits nowhere while a seat is empty"
            assert (queue.level, queue.next_step is not None) == (4, True)
        if not need.short:
            assert queue.level is None


@pytest.mark.covers("A8")
@settings(max_examples=150, deadline=None)
@given(facts(), codes, st.booleans())
def test_one_more_agent_out_never_lowers_the_level(known: Facts, code: str, area: bool) -> None:
    """Of the incident: a single queue's may fall, when its better cover goes where more is lost."""
    if code in {each.agent for each in known.out}:
        return
    worse = replace(known, out=(*known.out, Out(code, hits_area=area)))
    before, after = propose(sample(), known), propose(sample(), worse)
    assert (after.level or 0) >= (before.level or 0)
    assert sum(q.uncovered for q in after.queues) >= sum(q.uncovered for q in before.queues)


@settings(max_examples=80, deadline=None)
@given(facts(), st.integers())
def test_the_order_of_the_inputs_changes_nothing(known: Facts, seed: int) -> None:
    random, plan = Random(seed), sample()
    agents, out = list(plan.agents), list(known.out)
    random.shuffle(agents)
    random.shuffle(out)
    mixed = plan.model_copy(update={"agents": tuple(agents)})
    again = propose(mixed, replace(known, out=tuple(out)))
    assert again == propose(plan, known)
    assert as_data(again) == as_data(propose(plan, known))
