"""The company of a scenario: the sample company, with what the story needs otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from kitart.settings import HOUSE
from sandbox.demo.scenario import Scenario


def company_of(scenario: Scenario, folder: Path) -> Path:
    """The folder of the company's plan: the house's own, or a copy in ``folder`` with the limits
    of the scenario and the notice of its exercise."""
    house = HOUSE / "config"
    if not scenario.limits and scenario.notice_days is None:
        return house
    copy = Path(shutil.copytree(house, folder / "config"))
    _change(copy / "limits.yaml", lambda plan: plan["limits"].update(scenario.limits))
    _change(copy / "exercises.yaml", lambda plan: _give_notice(plan, scenario))
    return copy


def _give_notice(plan: dict[str, Any], scenario: Scenario) -> None:
    for entry in plan["exercises"]:
        if entry["id"] == scenario.exercise and scenario.notice_days is not None:
            entry["notice_days"] = scenario.notice_days


def _change(file: Path, change: Any) -> None:
    plan = yaml.safe_load(file.read_text("utf-8"))
    change(plan)
    file.write_text(yaml.safe_dump(plan, allow_unicode=True), "utf-8")
