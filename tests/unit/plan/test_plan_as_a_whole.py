"""Accessors, the order of the ERT, and the snapshot."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from kitart.plan.schema import Leave, MonitoringRule, Plan


def with_leave(plan: Plan, *codes: str) -> Plan:
    leave = (Leave(first=date(2026, 11, 16), last=date(2026, 11, 20)),)
    people = tuple(
        person.model_copy(update={"leave": leave}) if person.id in codes else person
        for person in plan.people
    )
    return plan.model_copy(update={"people": people})


MONDAY_TEN = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


@pytest.mark.covers("D30")
def test_a_snapshot_through_json_gives_the_same_plan_and_hash(plan: Plan) -> None:
    again = Plan.from_snapshot(json.loads(json.dumps(plan.snapshot())))
    assert again == plan
    assert again.hash == plan.hash
    assert len(plan.hash) == 64


@pytest.mark.covers("D30")
def test_any_change_changes_the_hash(plan: Plan) -> None:
    assert plan.hash  # even when asked before the change
    limits = plan.limits.model_copy(update={"classify": 11})
    assert plan.model_copy(update={"limits": limits}).hash != plan.hash


def test_a_plan_does_not_let_itself_be_changed(plan: Plan) -> None:
    with pytest.raises(ValueError, match="frozen"):
        plan.limits.classify = 11  # type: ignore[misc]


@pytest.mark.parametrize(
    "kind", ["client", "project", "person", "system", "supplier", "line", "calendar", "agent"]
)
def test_an_unknown_code_is_refused_in_plain_words(plan: Plan, kind: str) -> None:
    with pytest.raises(KeyError, match=f"the plan has no {kind} 'X-9'"):
        getattr(plan, kind)("X-9")


def test_accessors_find_what_belongs_together(plan: Plan) -> None:
    assert plan.client_of("BRAVO").id == "CL-2"
    assert [project.id for project in plan.projects_affected_by("CLIENT-CRM-2")] == ["BRAVO"]
    assert [line.lang for line in plan.lines_of("CHARLIE")] == ["hu", "pl", "ro"]
    assert plan.project("BRAVO").queue("it").lines == ("line-24",)
    with pytest.raises(KeyError, match="no queue 'hu'"):
        plan.project("BRAVO").queue("hu")


@pytest.mark.covers("R8", "E23")
@pytest.mark.parametrize(
    ("moment", "first"),
    [
        ("2026-11-16T09:00+01:00", "ERT-1"),
        ("2026-11-16T16:00+01:00", "ERT-2"),
        ("2026-11-16T23:59+01:00", "ERT-2"),
        ("2026-11-17T00:00+01:00", "ERT-3"),
        ("2026-11-21T12:00+01:00", "ERT-4"),
        ("2026-11-22T21:00+01:00", "ERT-5"),
        ("2026-07-06T07:59+02:00", "ERT-3"),
    ],
)
def test_the_rota_says_who_of_the_ert_is_asked_first(plan: Plan, moment: str, first: str) -> None:
    order = plan.ert_order(datetime.fromisoformat(moment))
    assert order[0].id == first
    assert sorted(person.id for person in order) == [f"ERT-{n}" for n in range(1, 6)]


@pytest.mark.covers("E23")
def test_a_member_on_leave_is_not_asked(plan: Plan) -> None:
    order = with_leave(plan, "ERT-1", "ERT-3").ert_order(MONDAY_TEN)
    assert [person.id for person in order] == ["ERT-2", "ERT-4", "ERT-5"]


@pytest.mark.covers("E23")
def test_when_all_are_on_leave_all_are_asked(plan: Plan) -> None:
    everybody = [f"ERT-{n}" for n in range(1, 6)]
    order = with_leave(plan, *everybody).ert_order(MONDAY_TEN)
    assert [person.id for person in order] == everybody


def test_a_monitoring_rule_compares_whole_values_and_patterns() -> None:
    rule = MonitoringRule(
        id="r", source="s", match={"service": "vcc", "host": "/vcc-[0-9]+/"}, system="VCC"
    )
    assert rule.matches({"service": "vcc", "host": "vcc-12", "severity": "page"})
    assert not rule.matches({"service": "vcc", "host": "vcc-12.old"})
    assert not rule.matches({"service": "vcc"})
