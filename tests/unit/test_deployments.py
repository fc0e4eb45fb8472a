"""``prefect.yaml`` names flows that are there, with parameters they take (R50, R51)."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from cronsim import CronSim

from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from tasks.contact import ContactTest

DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((HOUSE / "prefect.yaml").read_text())[
    "deployments"
]
BY_NAME = {each["name"]: each for each in DEPLOYMENTS}


def days(name: str, year: int = 2027) -> list[datetime]:
    """When a deployment's schedules begin it in a year."""
    found = []
    for schedule in BY_NAME[name]["schedules"]:
        moments = CronSim(schedule["cron"], datetime(year, 1, 1, tzinfo=UTC))
        while (moment := next(moments)).year == year:
            found.append(moment)
    return sorted(found)


@pytest.mark.parametrize("name", BY_NAME)
def test_each_deployment_names_a_flow_that_is_there(name: str) -> None:
    module, _, flow = BY_NAME[name]["entrypoint"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), flow))


@pytest.mark.covers("R50", "R51")
def test_the_ert_and_the_crisis_team_are_tested_each_month_and_everybody_each_quarter() -> None:
    everybody, few = days("contact-list"), days("contact-list-ert-cmt")
    assert sorted(each.month for each in everybody) == [2, 5, 8, 11]
    assert sorted(each.month for each in [*everybody, *few]) == list(range(1, 13))


@pytest.mark.covers("R50")
def test_the_monthly_test_asks_roles_that_the_plan_has() -> None:
    test = ContactTest(**BY_NAME["contact-list-ert-cmt"]["parameters"]["test"])
    kinds = {person.kind for person in load_plan(HOUSE / "config").people}
    assert set(test.roles or ()) == {"ert", "cmt_lead", "cmt"} <= kinds


@pytest.mark.covers("R51", "A25")
def test_the_plans_review_is_looked_at_each_hour_of_the_day_and_wakes_nobody() -> None:
    watch = BY_NAME["plan-review"]
    hours = {moment.hour for moment in days("plan-review")[:24]}
    assert (min(hours), max(hours)) == (7, 18)
    assert watch["work_pool"]["work_queue_name"] == "watch"
    assert watch["concurrency_limit"]["collision_strategy"] == "CANCEL_NEW"
