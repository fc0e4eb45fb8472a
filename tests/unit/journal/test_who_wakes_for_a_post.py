"""A monitor that repeats itself wakes no run; what it says anew wakes that of its incident."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime

import pytest

from kitart.alerts.intake import Post, accept_all
from kitart.journal.database import Journal, JournalWatch
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from tests.unit.journal.hearing import heard

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN = load_plan(HOUSE / "config")
MONITOR = next(source for source in PLAN.monitoring.sources if source.name == "alertmanager")


def post(journal: Journal, service: str, status: str = "firing") -> None:
    alert = {
        "status": status,
        "labels": {"alertname": "Down", "service": service},
        "annotations": {"summary": f"{service} is down"},
        "startsAt": NOW.isoformat(),
        "endsAt": NOW.isoformat() if status == "resolved" else "0001-01-01T00:00:00Z",
        "fingerprint": service,
    }
    body = json.dumps({"version": "4", "alerts": [alert]}).encode()
    (became,) = accept_all(journal, [Post(PLAN, MONITOR, body)], now=NOW)
    assert not isinstance(became, Exception)


@contextmanager
def listening(journal: Journal, *about: str | None) -> Iterator[list[JournalWatch]]:
    with ExitStack() as open_ones:
        watches = [open_ones.enter_context(closing(journal.watch(each))) for each in about]
        for each in watches:
            heard(each, within_s=0.3)
        yield watches


@pytest.mark.covers("E33")
def test_a_repeated_alert_wakes_no_run(journal: Journal) -> None:
    post(journal, "vcc")
    with listening(journal, "INC-0001", "INC-0002", None) as (own, other, board):
        post(journal, "vcc")
        assert heard(board)
        assert not heard(own, within_s=0.3)
        assert not heard(other, within_s=0.1)


def test_an_alert_that_nobody_has_a_rule_for_wakes_no_run_and_the_board(journal: Journal) -> None:
    post(journal, "vcc")
    with listening(journal, "INC-0001", None) as (run, board):
        post(journal, "nobody-knows-it")
        assert heard(board)
        assert not heard(run, within_s=0.3)


def test_what_a_monitor_says_anew_wakes_the_run_of_its_incident(journal: Journal) -> None:
    post(journal, "vcc")
    post(journal, "client-crm-2")
    with listening(journal, "INC-0001", "INC-0002") as (own, other):
        post(journal, "vcc", "resolved")
        assert heard(own)
        assert not heard(other, within_s=0.3)
