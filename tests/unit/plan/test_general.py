"""Projects instead of a system: what the general plan works on."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from kitart.plan.general import GENERAL, NO, UNKNOWN, YES, with_general
from kitart.plan.loading import load_plan
from kitart.plan.systems import MonitoringRule
from kitart.settings import HOUSE

PLAN = load_plan(HOUSE / "config")


@pytest.mark.covers("A13", "R11")
def test_none_named_counts_as_each_unless_customer_care_does_not_suffer() -> None:
    def touched(projects: tuple[str, ...], care: str) -> list[str]:
        plan = with_general(PLAN, projects, care)
        return [project.id for project in plan.projects_affected_by(GENERAL)]

    assert touched(("BRAVO",), NO) == ["BRAVO"]
    assert touched((), UNKNOWN) == touched((), YES) == [p.id for p in PLAN.projects]
    assert touched((), NO) == []


@pytest.mark.covers("R8")
def test_a_monitoring_rule_names_a_system_or_the_general_plan() -> None:
    def rule(**more: object) -> MonitoringRule:
        shape = {"id": "r", "source": "grafana", "match": {"service": "water"}}
        return MonitoringRule.model_validate(shape | more)

    assert rule(system="VCC").plan is None
    assert rule(plan="general", projects=("ALPHA",)).system is None
    for wrong in ({}, {"system": "VCC", "plan": "general"}, {"system": "VCC", "projects": ("A",)}):
        with pytest.raises(ValidationError):
            rule(**wrong)
