"""What a load asks for, and the company that it is asked of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kitart.plan.loading import load_plan
from sandbox.load import company
from sandbox.load.size import size_of


def test_the_whole_load_is_what_was_promised() -> None:
    size = size_of(15, 1)
    assert (size.incidents, size.alerts, size.people, size.pages) == (50, 10_000, 2_000, 500)


def test_a_shorter_one_asks_as_much_of_each_minute_and_a_smaller_one_less() -> None:
    short, small = size_of(3, 1), size_of(15, 0.1)
    assert (short.incidents, short.alerts, short.people, short.pages) == (50, 2_000, 400, 500)
    assert (small.incidents, small.alerts, small.people, small.pages) == (5, 1_000, 200, 50)


@pytest.mark.parametrize(("minutes", "scale"), [(0.5, 1), (15, 0), (15, 2)])
def test_what_is_no_load_is_refused(minutes: float, scale: float) -> None:
    with pytest.raises(ValueError, match="right would be"):
        size_of(minutes, scale)


def test_its_company_has_a_phone_for_each_agent_and_a_rule_for_each_problem(tmp_path: Path) -> None:
    size = size_of(15, 1)
    plan = load_plan(company.company_for(size, tmp_path))
    phones = [c.address for each in (*plan.agents, *plan.people) for c in each.channels
              if c.kind == "sms"]  # fmt: skip
    assert len(phones) == len(set(phones))
    assert set(company.agents(size)) <= {agent.id for agent in plan.agents}
    assert set(company.viewers(size)) <= {person.id for person in plan.people}
    for source in company.SOURCES:
        labels = [rule.match for rule in plan.monitoring.rules if rule.source == source]
        assert all({"service": company.service(n)} in labels for n in range(size.problems))
    assert json.dumps(company._agent(1))
