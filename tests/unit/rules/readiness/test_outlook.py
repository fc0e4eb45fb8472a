"""Which rung would hold in each hour: the same as the rules of cover say, asked one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitart.plan.schema import Plan
from kitart.rules.cover.proposal import propose
from kitart.rules.readiness.outlook import NOBODY, Model, Outlook, open_hours, outlook
from kitart.rules.readiness.scenarios import Scenario, scenarios
from kitart.rules.readiness.seats import CLOSED, OWN
from kitart.rules.readiness.situations import HOURS_AHEAD, hours_from
from tests.unit.rules.readiness.companies import FIRST_DAY, plans, sample

BEGIN = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)


def asked(plan: Plan, scenario: Scenario, at: datetime) -> dict[str, str]:
    """By queue what the rules of cover answer for one moment."""
    return {
        queue.need.key: CLOSED if not queue.need.needed else str(queue.level or OWN)
        for queue in propose(plan, scenario.facts(at)).queues
    }


@pytest.mark.covers("D27", "R18", "E6", "E14", "E38")
@settings(max_examples=60, deadline=None)
@given(plans(), st.integers(0, 6 * 24))
def test_every_hour_is_that_of_the_rules_of_cover(plan: Plan, begin: int) -> None:
    hours = hours_from(BEGIN + begin * timedelta(hours=1), 20)
    found = outlook(Model(plan, hours))
    for scenario in scenarios(plan):
        for place, at in enumerate(hours):
            expected = asked(plan, scenario, at)
            got = {queue: found.of(scenario.key, queue)[place] for queue in found.queues}
            assert got == expected, (scenario.key, at)


@pytest.mark.covers("D27")
@settings(max_examples=40, deadline=None)
@given(st.integers(0, HOURS_AHEAD - 1), st.integers(0, 49))
def test_the_sample_company_is_exact_too(place: int, which: int) -> None:
    plan = sample()
    (at,) = hours_from(BEGIN + place * timedelta(hours=1), 1)
    every = scenarios(plan)
    scenario = every[which % len(every)]
    found = outlook(Model(plan, (at,)))
    got = {queue: found.of(scenario.key, queue) for queue in found.queues}
    assert got == asked(plan, scenario, at)


def test_thirty_days_are_looked_at_from_the_hour_that_runs(found: Outlook) -> None:
    assert found.first == datetime(2026, 11, 26, 5, 0, tzinfo=UTC)
    assert found.hours == HOURS_AHEAD
    assert all(len(found.of(NOBODY, queue)) == HOURS_AHEAD for queue in found.queues)


@pytest.mark.covers("E15", "D27")
def test_romanian_is_lost_in_each_of_its_hours_when_iasi_is_out(found: Outlook) -> None:
    letters = found.of("area:RO-IS", "CHARLIE/ro")
    assert letters.count("4") == open_hours(letters) > 100
    assert found.of("area:HU-05", "CHARLIE/ro") == found.of(NOBODY, "CHARLIE/ro")


@pytest.mark.covers("D27")
def test_a_clients_people_out_leave_its_queues_to_the_others(found: Outlook) -> None:
    letters = found.of("client:CL-3", "CHARLIE/hu")
    assert set(letters) == {CLOSED, "4"}, "nobody else is cleared for CHARLIE"
    assert found.of("client:CL-3", "BRAVO/de") == found.of(NOBODY, "BRAVO/de")


@pytest.mark.covers("D14", "D27")
def test_an_operator_takes_the_backups_who_are_called_over_it_alone(plan: Plan) -> None:
    """AG-060 is the Italian reserve of the night; its numbers hang on one operator."""
    (operator,) = [s for s in scenarios(plan) if s.key == "operator:OPERATOR-1"]
    assert "AG-060" in operator.unheard
    assert not operator.out, "nobody of the sample works over a mobile operator"
    second = [
        agent.model_copy(update={"channels": (
            *agent.channels[:1],
            agent.channels[1].model_copy(update={"depends_on": ("OPERATOR-2",)}),
        )}) if agent.id == "AG-060" else agent
        for agent in plan.agents
    ]  # fmt: skip
    mended = plan.model_copy(update={"agents": tuple(second)})
    (operator,) = [s for s in scenarios(mended) if s.key == "operator:OPERATOR-1"]
    assert "AG-060" not in operator.unheard


def test_the_worst_of_all_areas_is_asked_for_hour_by_hour(found: Outlook) -> None:
    worst = found.worst("CHARLIE/ro")
    assert worst == found.of("area:RO-IS", "CHARLIE/ro")
    for queue in found.queues:
        rows = [found.of(key, queue) for key in found.levels if key.startswith(("nob", "area"))]
        assert found.worst(queue) == "".join(map(max, zip(*rows, strict=True)))
