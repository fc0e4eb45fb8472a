"""Ports chosen for later, scenarios as data, and the sandbox's own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from kitart.alerts.readers import READERS
from kitart.plan.loading import load_plan
from kitart.rules.calendars import is_open
from kitart.rules.rosters import on_shift
from kitart.settings import HOUSE
from sandbox.characters import Characters
from sandbox.demo import scenario
from sandbox.demo.schedule import DEPLOYMENT
from sandbox.ports import Ports
from tasks.inputs import InputMissing
from tasks.reporting import GeneralReport

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


SYSTEMS = [name for name in scenario.names() if scenario.load(name).system]
COVER = [name for name in scenario.names() if scenario.load(name).cover]


@pytest.mark.parametrize("name", scenario.names())
def test_every_scenario_fits_the_plan(name: str) -> None:
    story = scenario.load(name)
    Characters(story.people)
    known = {person.id for person in PLAN.people} | {agent.id for agent in PLAN.agents}
    assert set(story.people) - {"default", "agents"} <= known
    for event in story.events:
        Characters({event.person or "x": event.character})
        assert not event.person or PLAN.person(event.person)
        assert not event.line or PLAN.line(event.line)
        assert {*event.agents, *event.meets} - {"voicemail", "nobody"} <= known
    assert set(story.cover.called_in if story.cover else ()) <= known


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_alert_of_a_scenario_can_be_read(name: str) -> None:
    story = scenario.load(name)
    at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert len(READERS["alertmanager"](story.alert_body(at))) == 1
    rules = [r for r in PLAN.monitoring.rules if r.source == "alertmanager"]
    meant = [r.system for r in rules if r.match.items() <= story.alert["labels"].items()]
    assert meant[0] == PLAN.system(story.system).id


@pytest.mark.parametrize("name", COVER)
def test_who_is_out_comes_back_and_who_is_called_in_says_yes(name: str) -> None:
    story = scenario.load(name)
    assert story.cover is not None
    back = {code for event in story.events if event.do == "log_in" for code in event.agents}
    assert set(story.out) == back
    people = Characters(story.people)
    for code in story.cover.called_in:
        assert people.of(code).answer_to("cover") == "yes"
        assert people.of(code).logs_in_s is not None


EXERCISES = [name for name in scenario.names() if scenario.load(name).exercise]


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_has_a_schedule_that_can_be_moved_to_now(name: str) -> None:
    story = scenario.load(name)
    deployed = yaml.safe_load((HOUSE / "prefect.yaml").read_text("utf-8"))["deployments"]
    (deployment,) = [each for each in deployed if each["name"] == DEPLOYMENT]
    entries = [each["parameters"]["exercise"]["exercise"] for each in deployment["schedules"]]
    assert entries.count(story.exercise) == 1
    assert story.write_up is not None
    assert story.write_up.by in PLAN.exercise(story.exercise).coordinators


TODAYS = ["2026-11-23T08:00", "2026-12-30T08:00", "2027-01-02T23:59", "2026-07-08T12:00"]


@pytest.mark.parametrize("today", TODAYS)
def test_the_story_begins_on_a_past_tuesday_with_every_line_open(today: str) -> None:
    now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    start = scenario.beginning(PLAN, scenario.load("vcc"), now)
    assert (start.weekday(), start.hour) == (1, 9)
    assert start.date() <= now.date()
    assert all(is_open(PLAN.calendar_of(p.id), start) for p in PLAN.projects)


@pytest.mark.covers("D9")
@pytest.mark.parametrize("today", TODAYS)
@pytest.mark.parametrize("name", COVER)
def test_who_will_be_out_is_at_work_at_the_beginning_in_summer_and_winter(
    name: str, today: str
) -> None:
    story = scenario.load(name)
    start = scenario.beginning(PLAN, story, datetime.fromisoformat(today).replace(tzinfo=UTC))
    assert (start.weekday(), start.hour) == ((6, 2) if name == "workplace" else (1, 9))
    end = start + timedelta(minutes=story.usual_minutes)
    assert all(on_shift(PLAN.agent(code), start) for code in story.out)
    assert all(is_open(PLAN.calendar_of(p.id), end) for p in story.projects(PLAN))


STARTED = [name for name in scenario.names() if scenario.load(name).started]


@pytest.mark.parametrize("name", STARTED)
def test_a_plan_that_a_person_starts_takes_the_form_as_the_story_fills_it_in(name: str) -> None:
    story = scenario.load(name)
    assert story.started is not None
    form = {"general-incident": GeneralReport, "input-missing": InputMissing}
    form[story.started.deployment].model_validate(story.started.report)
    assert story.projects(PLAN)


def test_a_scenario_is_about_one_thing() -> None:
    two = {"system": "VCC", "cover": {}}
    for fields in ({}, two, {"system": "VCC", "exercise": "MAIL-DOWN"}):
        with pytest.raises(ValueError, match="one of these: a system that fails, cover, a plan"):
            scenario.Scenario.model_validate(
                {"title": "x", "usual_minutes": 1, "events": [], "people": {}, **fields}
            )


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="right would be one of blackout, client-crm"):
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
