"""What the look at Prefect expects is what ``prefect.yaml`` deploys; clocks are compared fairly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module
from typing import Any

import pytest
import yaml

from kitart import prefect_look
from kitart.prefect_look import EXPECTED, INCIDENTS, WATCH, WATCHES
from kitart.settings import HOUSE

NOW = datetime(2026, 11, 24, 2, 12, 0, 400_000, tzinfo=UTC)
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((HOUSE / "prefect.yaml").read_text())[
    "deployments"
]


def full_name(deployment: dict[str, Any]) -> str:
    module, _, flow = deployment["entrypoint"].rpartition(".")
    return f"{getattr(import_module(module), flow).name}/{deployment['name']}"


def test_each_deployment_of_ours_is_expected_and_no_other() -> None:
    assert sorted(EXPECTED) == sorted(full_name(each) for each in DEPLOYMENTS)


def test_what_lies_on_the_queue_of_the_watch_is_a_watch() -> None:
    queues = {full_name(each): each["work_pool"]["work_queue_name"] for each in DEPLOYMENTS}
    assert set(queues.values()) == {INCIDENTS, WATCH}
    assert sorted(WATCHES) == sorted(name for name, queue in queues.items() if queue == WATCH)


@pytest.mark.parametrize(
    ("off_s", "ahead_s"), [(0, 0), (0.5, 0), (-1.2, 0), (10, 9), (-10, -8)], ids=str
)
def test_a_date_without_parts_of_a_second_accuses_no_clock_of_less(
    off_s: float, ahead_s: float
) -> None:
    theirs = NOW + timedelta(seconds=off_s)
    found = prefect_look._ahead(
        format_datetime(theirs, usegmt=True), NOW, NOW + timedelta(seconds=0.1)
    )
    assert abs(found.total_seconds() - ahead_s) <= 1
    if abs(off_s) < 2:
        assert found == timedelta(0)


@pytest.mark.parametrize("date", [None, "", "soon"])
def test_a_server_that_says_no_date_is_not_accused(date: str | None) -> None:
    assert prefect_look._ahead(date, NOW, NOW) == timedelta(0)
