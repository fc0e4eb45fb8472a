"""Ports chosen for later, scenarios as data, and the sandbox's own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitart.alerts.readers import READERS
from kitart.plan.loading import load_plan
from kitart.rules.calendars import is_open
from kitart.settings import HOUSE
from sandbox.characters import Characters
from sandbox.demo import scenario
from sandbox.ports import Ports

PLAN = load_plan(HOUSE / "config")


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_free_preferred_port_is_taken_and_nothing_is_said() -> None:
    ports, wanted = Ports(), _any_port()
    assert ports.choose("the gateway", wanted) == wanted
    assert ports.notes == []
    ports.release()


def test_a_port_that_listens_already_is_left_alone_and_it_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports, wanted = Ports(), taken.getsockname()[1]
        chosen = ports.choose("the gateway", wanted)
    assert chosen != wanted
    assert ports.notes == [f"Port {wanted} is taken: the gateway listens on {chosen}."]
    ports.release()


def test_two_stacks_that_start_at_once_do_not_choose_the_same_port() -> None:
    one, other, wanted = Ports(), Ports(), _any_port()
    assert one.choose("the gateway", wanted) == wanted
    assert other.choose("the gateway", wanted) != wanted
    one.release()
    other.release()
    assert Ports().choose("the gateway", wanted) == wanted


@pytest.mark.parametrize("name", scenario.names())
def test_every_scenario_fits_the_plan_and_its_alert_can_be_read(name: str) -> None:
    story = scenario.load(name)
    Characters(story.people)
    system = PLAN.system(story.system)
    for code in [*story.people, *(event.person for event in story.events)]:
        assert code in ("", "default") or PLAN.person(code)
    for event in story.events:
        Characters({event.person or "x": event.character})
        assert not event.line or PLAN.line(event.line)
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert len(READERS["alertmanager"](story.alert_body(at))) == 1
    rules = [r for r in PLAN.monitoring.rules if r.source == "alertmanager"]
    meant = [r.system for r in rules if r.match.items() <= story.alert["labels"].items()]
    assert meant[0] == system.id


@pytest.mark.parametrize("today", ["2026-11-23T08:00", "2026-12-30T08:00", "2027-01-02T23:59"])
def test_the_story_begins_on_a_past_tuesday_with_every_line_open(today: str) -> None:
    now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    start = scenario.a_tuesday(PLAN, "VCC", now)
    assert (start.weekday(), start.hour) == (1, 9)
    assert start.date() <= now.date()
    assert all(is_open(PLAN.calendar_of(p.id), start) for p in PLAN.projects)


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="right would be one of client-crm, sharepoint, vcc"):
        scenario.load("volcano")


def test_the_sandbox_process_refuses_to_stand_in_for_production(tmp_path: Path) -> None:
    ready = tmp_path / "world.json"
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox", "--ready", str(ready)],
        env={**os.environ, "KITART_MODE": "production", "KITART_DATA_DIR": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "the sandbox runs only with KITART_MODE=sandbox" in ended.stderr
    assert not ready.exists()
