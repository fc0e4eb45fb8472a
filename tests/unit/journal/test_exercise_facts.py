"""What came of an inject: the first entry of the exercise's own records that shows it (E40)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from kitart.journal import exercise_facts, exercises, incidents, plans, timeline
from kitart.journal.database import Journal
from kitart.journal.fences import fence_of
from kitart.plan.exercises import Expectation, Inject, Scenario
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import HOUSE

PLAN = load_plan(HOUSE / "config")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def story(plan: Plan, *injects: dict[str, Any]) -> Plan:
    """The plan with a scenario of these injects for the dead channel's exercise."""
    made = Scenario.model_validate(
        {"id": "dead-channel", "title": "x", "lasts_minutes": 60, "injects": injects}
    )
    others = tuple(s for s in plan.scenarios if s.id != made.id)
    return plan.model_copy(update={"scenarios": (*others, made)})


def inject(id: str = "one", **values: Any) -> dict[str, Any]:
    return {"id": id, "at": 0, "text": {"en": id}} | values


def running(session: Session, plan: Plan, *given: str) -> str:
    plans.keep(session, plan.hash, plan.snapshot(), now=NOW)
    number = exercises.plan_one(
        session, plan, plan.exercise("DEAD-CHANNEL"), starts_at=NOW, asked_by="operator", now=NOW,
        real_now=NOW,
    ).incident.number  # fmt: skip
    exercises.begin(session, number, now=NOW)
    scenario = plan.scenario("dead-channel")
    for id in given:
        exercises.give(session, number, scenario.inject(id), scenario, now=NOW)
    return number


def opened(session: Session, plan: Plan, system: str, part_of: str | None) -> str:
    report = incidents.Report(
        kind="vital systems offline", system_id=system, title="x", cause_at=NOW, reported_at=NOW,
        reported_by="operator", priority_proposed="P1", plan_hash=plan.hash,
        exercise=part_of is not None, part_of=part_of,
    )  # fmt: skip
    return incidents.open_or_join(session, report, now=NOW, real_now=NOW).incident.number


ENTRIES: list[tuple[str, str, dict[str, Any]]] = [
    ("ert acknowledged", "ack received", {"step": "ert"}),
    ("priority set", "priority set", {}),
    ("account manager told", "account manager told", {}),
    ("cover asked", "backup contacted", {}),
    ("cover live", "backup live", {}),
    ("crisis team reached", "CMT reached", {}),
    ("level proposed 2", "level proposed", {"level": 2}),
    ("level invoked 2", "level changed", {"level": 2}),
    ("decision cover-level", "decided", {"kind": "cover-level"}),
    ("message ert-alarm", "message accepted", {"purpose": "ert-alarm"}),
    ("entry recovery declared", "recovery declared", {}),
]


@pytest.mark.covers("R52", "E40")
@pytest.mark.parametrize(("what", "type", "data"), ENTRIES)
def test_each_fact_is_shown_by_its_entry_of_a_played_incident_alone(
    journal: Journal, what: str, type: str, data: dict[str, Any]
) -> None:
    plan = story(PLAN, inject())
    each = Expectation(id="x", what=what, requirement="R9", within_minutes=5)
    one = Inject.model_validate(inject())
    with journal.write() as session:
        number = running(session, plan, "one")
        real = opened(session, plan, "VCC", None)
        timeline.append(session, real, type, "real", now=NOW, data=data)
        played = opened(session, plan, "VCC", number)
        record = exercises.get(session, number)
        assert exercise_facts.shown(session, record, one, each) is None
        later = NOW + timedelta(minutes=3)
        entry = timeline.append(session, played, type, "played", now=later, data=data)
        found = exercise_facts.shown(session, record, one, each)
    assert entry is not None
    assert found == (later, (played, entry.seq))


@pytest.mark.covers("R52")
def test_another_level_or_step_does_not_count(journal: Journal) -> None:
    plan = story(PLAN, inject())
    one = Inject.model_validate(inject())
    with journal.write() as session:
        number = running(session, plan, "one")
        played = opened(session, plan, "VCC", number)
        timeline.append(session, played, "level set", "x", now=NOW, data={"level": 1})
        timeline.append(session, played, "ack received", "x", now=NOW, data={"step": "am:AM-1"})
        record = exercises.get(session, number)
        for what in ("level invoked 2", "ert acknowledged", "answered", "refused sms"):
            each = Expectation(id="x", what=what, requirement="R9", within_minutes=5)
            assert exercise_facts.shown(session, record, one, each) is None, what


def test_too_late_is_part_and_in_time_is_to_the_minute() -> None:
    assert exercise_facts.verdict_of(5, timedelta(minutes=5)) == "pass"
    assert exercise_facts.verdict_of(5, timedelta(minutes=5, seconds=1)) == "part"


@pytest.mark.covers("D14", "D4")
def test_the_fence_knows_who_plays_absent_and_which_channel_plays_dead(journal: Journal) -> None:
    plan = story(
        PLAN,
        inject("dead", does="channel-dead", channel="sms"),
        inject("away", does="person-absent", person="ERT-1"),
        inject("back", does="channel-back", channel="sms"),
    )
    with journal.write() as session:
        number = running(session, plan, "dead", "away")
        fence = fence_of(session, plan, incidents.get(session, number))
        assert fence is not None
        assert (fence.dead, dict(fence.gone)) == ({"sms"}, {"ERT-1": "plays absent"})
        scenario = plan.scenario("dead-channel")
        exercises.give(session, number, scenario.inject("back"), scenario, now=NOW)
        fence = fence_of(session, plan, incidents.get(session, number))
        assert fence is not None
        assert fence.dead == frozenset()


@pytest.mark.covers("D4")
def test_a_played_state_of_a_system_is_seen_by_its_exercise_alone(journal: Journal) -> None:
    plan = story(
        PLAN,
        inject("down", does="system-down", system="VCC"),
        inject("up", does="system-up", system="VCC"),
    )
    with journal.write() as session:
        number = running(session, plan, "down")
        played, real = opened(session, plan, "VCC", number), opened(session, plan, "VCC", None)
        assert exercises.played_state(session, plan, played, "VCC") == "down"
        assert exercises.played_state(session, plan, played, "SHAREPOINT") is None
        assert exercises.played_state(session, plan, real, "VCC") is None
        scenario = plan.scenario("dead-channel")
        exercises.give(session, number, scenario.inject("up"), scenario, now=NOW)
        assert exercises.played_state(session, plan, played, "VCC") == "up"
