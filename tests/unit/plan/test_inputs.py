"""Vital inputs in the plan: what is refused, what is warned of, and what is shown (R6, A21)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kitart.plan.checks import check_plan
from kitart.plan.inputs import due_time, input_of, with_input
from kitart.plan.loading import Problem, load_plan
from kitart.plan.schema import Plan

TODAY = date(2026, 11, 19)
Spoil = Callable[[str, str, str], list[Problem]]


def found(plan: Plan) -> list[str]:
    return [str(p) for p in check_plan(plan, TODAY) if p.where.startswith(("inputs", "suppliers"))]


def test_the_sample_inputs_are_ready(plan: Plan) -> None:
    assert len(plan.inputs) == 5
    assert found(plan) == []


@pytest.mark.parametrize(
    "text",
    ["06:00", "Mon 6:00", "Mon-Fri 24:00", "monthly 0 08:00", "monthly 32 08:00", "Fun 08:00"],
)
def test_a_due_time_that_is_none_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="right would be 'Mon-Fri 06:00'"):
        due_time(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("owner: SV-5", "owner: SV-55", "'SV-55' is no known person; right would be SV-5"),
        ("supplier: SUP-WFM", "supplier: SUP-WMF", "no known supplier; right would be SUP-WFM"),
        ("calendar: CHARLIE-HOURS", "calendar: CHARLIE", "no known calendar"),
        ("[BRAVO/en]", "[BRAVO/xx]", "no known queue"),
        ("    function: Pricing\n", "", "names nobody as where it comes from"),
        ("    function: Pricing\n", "    function: Pricing\n    supplier: SUP-WFM\n",
         "supplier and function as where it comes from"),
        ("file: Inputs/rosters/today.csv", "file: /../secret", "no path in the library"),
        ("file: Inputs/rosters/today.csv", "url: http://10.0.0.1/x", "https, no user, no query"),
        ('["monthly 1 12:00"]', '["monthly first 12:00"]', "no time at which something is due"),
        ("one_cause_with: [ROSTER-DAY]", "one_cause_with: [ROSTER]", "no known input"),
        ("{id: by-hand,", "{id: yesterday,", "two fallbacks of one id"),
        ("grace_minutes: 15", "grace_minutes: -1", "greater than or equal to 0"),
    ],
)  # fmt: skip
def test_what_can_t_be_is_refused_with_its_place(
    spoil: Spoil, old: str, new: str, said: str
) -> None:
    problems = spoil("inputs.yaml", old, new)
    assert any(said in str(p) and "inputs.yaml: inputs[" in p.where for p in problems), problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("grace_minutes: 15", "grace_minutes: 1440", "would never be overdue"),
        ("    calendar: CL-3-BUSINESS\n", "", "needs a calendar"),
        ("one_cause_with: [ROSTER-DAY]", "one_cause_with: []", "does not name ROSTER-DAY"),
    ],
)
def test_what_would_let_one_go_unseen_is_found(
    folder: Path, spoil: Spoil, old: str, new: str, said: str
) -> None:
    if "one_cause" in old:
        said = "ROSTER-CHANGES does not name ROSTER-DAY"
    assert spoil("inputs.yaml", old, new) == []
    assert any(said in each for each in found(load_plan(folder)))


def test_a_supplier_that_nobody_can_call_is_warned_of(folder: Path) -> None:
    file = folder / "suppliers.yaml"
    before, own, after = file.read_text().partition("  - id: SUP-WFM")
    kept = [
        line for line in after.splitlines() if "role:" not in line and "kind: voice" not in line
    ]
    file.write_text(before + own + "\n".join(kept).replace("    contacts:", ""))
    assert any("SUP-WFM can't be called" in each for each in found(load_plan(folder)))


def test_no_system_may_be_called_like_an_input(folder: Path, spoil: Spoil) -> None:
    assert spoil("systems.yaml", "id: CLIENT-ORDERS-4", "id: INPUT.ORDERS") == []
    said = [str(p) for p in check_plan(load_plan(folder), TODAY)]
    assert any("INPUT.ORDERS stands for incidents" in each for each in said)


def test_an_incident_s_plan_has_its_input_and_those_of_one_cause(plan: Plan) -> None:
    made = with_input(plan, "INPUT.ROSTER-DAY", ["BRAVO"])
    assert input_of(made, "INPUT.ROSTER-DAY").id == "ROSTER-DAY"
    assert made.one_fault_with("INPUT.ROSTER-DAY") == ("INPUT.ROSTER-CHANGES",)
    assert [p.id for p in made.projects_affected_by("INPUT.ROSTER-DAY")] == ["BRAVO"]
    assert made.system("INPUT.ROSTER-DAY").supplier == "SUP-WFM"
    with pytest.raises(KeyError, match="no input 'NOTHING'"):
        plan.input("NOTHING")
