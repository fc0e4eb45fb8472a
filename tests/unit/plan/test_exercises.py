"""The programme of exercises: what it may say, and what keeps one from being void."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from kitart.plan.checks import check_plan
from kitart.plan.exercises import Exercise, Expectation, Inject, Scenario, player_codes
from kitart.plan.loading import PlanError, load_plan
from kitart.plan.schema import Plan
from kitart.settings import HOUSE

TODAY = date(2026, 11, 26)


@pytest.fixture
def plan() -> Plan:
    return load_plan(HOUSE / "config")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOUSE / "config", tmp_path / "config"))


def said(plan: Plan) -> str:
    return "\n".join(f"{p.where}: {p.message}" for p in check_plan(plan, TODAY))


def changed(plan: Plan, id: str, **values: Any) -> Plan:
    entries = tuple(
        Exercise.model_validate(e.model_dump() | values) if e.id == id else e
        for e in plan.exercises
    )
    return plan.model_copy(update={"exercises": entries})


@pytest.mark.covers("R52", "R53")
def test_the_sample_programme_covers_the_plan_within_a_year(plan: Plan) -> None:
    covered = {each for entry in plan.exercises for each in entry.covers}
    assert {
        "R8",
        "R9",
        "R10",
        "R20",
        "R24",
        "R26",
        "R35",
        "R38",
        "R42",
        "R46",
        "R50",
        "D4",
        "D19",
    } <= (covered)
    assert all(entry.every_months <= 12 for entry in plan.exercises)
    assert "exercises[" not in said(plan)
    assert "scenarios[" not in said(plan)


@pytest.mark.covers("R52")
@pytest.mark.covers("D26")
def test_everything_that_a_player_reads_of_the_shipped_exercises_is_hungarian_too(
    plan: Plan,
) -> None:
    """Titles, stories, injects and objectives, in the words of the glossary."""
    pairs = [(entry.title, entry.titles.get("hu", "")) for entry in plan.exercises]
    pairs += [(each.title, each.titles.get("hu", "")) for each in plan.scenarios]
    pairs += [(o.text, o.texts.get("hu", "")) for entry in plan.exercises for o in entry.objectives]
    pairs += [
        (inject.text["en"], inject.text.get("hu", ""))
        for each in plan.scenarios
        for inject in each.injects
    ]
    assert len(pairs) > 60
    assert [english for english, hungarian in pairs if not hungarian] == []
    assert [english for english, hungarian in pairs if english == hungarian] == []
    not_ours = re.compile(
        r"ügynök|ügyintéző|fiókkezelő|\b(the|agent|backup|exercise|drill)\b", re.I
    )
    assert [hungarian for _, hungarian in pairs if not_ours.search(hungarian)] == []


@pytest.mark.covers("D26")
def test_every_shipped_scenario_is_in_the_programme(plan: Plan) -> None:
    assert {each.id for each in plan.scenarios} == {
        entry.scenario for entry in plan.exercises if entry.scenario
    }


def test_a_cycle_of_more_than_a_year_is_refused(plan: Plan) -> None:
    with pytest.raises(ValidationError, match="every_months"):
        changed(plan, "LEVEL-3-TO-4", every_months=13)


@pytest.mark.covers("R53")
def test_both_coordinators_are_needed(plan: Plan) -> None:
    assert "no IT manager among them" in said(
        changed(plan, "LEVEL-3-TO-4", coordinators=("AM-1", "AM-2"))
    )


def test_roles_stand_for_their_holders(plan: Plan) -> None:
    assert player_codes(plan, ("cmt_lead", "AG-014", "CMT-DEP")) == (
        "CMT-LEAD",
        "CMT-DEP",
        "AG-014",
    )


@pytest.mark.covers("D4")
def test_an_inject_for_somebody_outside_the_players_is_found(plan: Plan) -> None:
    assert "inject internet of a-one-agent-out is for SV-3" in said(
        changed(plan, "BACKUP-CALLOUT", players=("ert", "AM-2"))
    )


@pytest.mark.covers("D4")
def test_a_client_in_scope_is_a_warning(plan: Plan) -> None:
    assert "CL-3 would get real messages" in said(
        changed(plan, "BACKUP-CALLOUT", clients=("CL-3",))
    )


def test_a_tabletop_sets_nothing_off(plan: Plan) -> None:
    words = said(changed(plan, "BACKUP-CALLOUT", kind="tabletop"))
    assert "a tabletop sets nothing off" in words
    assert "which a tabletop never shows" in words


def test_an_objective_measures_something_that_is_expected(plan: Plan) -> None:
    wrong = {"id": "x", "text": "x", "requirement": "R1", "measure": "nothing-such"}
    assert "'nothing-such' is no expectation of a-one-agent-out" in said(
        changed(plan, "BACKUP-CALLOUT", objectives=(wrong,))
    )


@pytest.mark.covers("R22", "R52")
def test_a_step_that_allows_more_than_its_objective_is_found(plan: Plan) -> None:
    wrong = {"id": "x", "text": "x", "requirement": "R22", "measure": "backup-live",
             "within_minutes": 20}  # fmt: skip
    assert (
        "x is to be met in 20 minutes, and its step backup-live of a-one-agent-out allows 30; make"
        in said(changed(plan, "BACKUP-CALLOUT", objectives=(wrong,)))
    )


@pytest.mark.covers("R9", "R21", "R22", "R52")
@pytest.mark.parametrize(
    ("requirement", "allowed", "most"), [("R22", 40, 30), ("R21", 31, 30), ("R9", 6, 5)]
)
def test_a_step_that_allows_more_than_the_plan_is_found(
    plan: Plan, requirement: str, allowed: int, most: int
) -> None:
    assert f"allows {allowed} minutes, and {requirement} {most}; right" in said(
        with_step(plan, requirement, allowed)
    )
    assert "minutes, and" not in said(with_step(plan, requirement, most))


def with_step(plan: Plan, requirement: str, minutes: int) -> Plan:
    """One step of the call-out is measured by another requirement and time."""
    raw = plan.snapshot()
    story = next(s for s in raw["scenarios"] if s["id"] == "a-one-agent-out")
    story["injects"][0]["expect"][-1] |= {"requirement": requirement, "within_minutes": minutes}
    entry = next(e for e in raw["exercises"] if e["id"] == "BACKUP-CALLOUT")
    entry["objectives"][0].pop("within_minutes")
    return Plan.from_snapshot(raw)


@pytest.mark.covers("R50", "R52")
def test_the_objectives_of_a_contact_call_name_its_own_steps(plan: Plan) -> None:
    wrong = {"id": "x", "text": "x", "requirement": "R9", "measure": "backup-live"}
    assert "right would be all or one of contacts-valid, ert-has-it" in said(
        changed(plan, "CONTACT-CALL", objectives=(wrong,))
    )


@pytest.mark.parametrize(
    ("what", "right"),
    [
        ("ert waved", "it begins with one of"),
        ("level invoked", "right would be level invoked and a level, 1 to 4"),
        ("level invoked 5", "right would be level invoked and a level, 1 to 4"),
        ("answered twice", "right would be answered alone"),
    ],
)
def test_what_can_not_be_measured_is_refused(what: str, right: str) -> None:
    with pytest.raises(ValidationError, match=right):
        Expectation(id="x", what=what, requirement="R9", within_minutes=5)


@pytest.mark.parametrize(
    ("values", "right"),
    [
        ({"does": "agents-out"}, "names no agents"),
        ({"does": "tell", "system": "VCC"}, "has no system; leave it out"),
        ({"text": {"hu": "x"}}, "text has no English"),
    ],
)
def test_an_inject_names_what_it_needs_and_nothing_else(values: dict[str, Any], right: str) -> None:
    with pytest.raises(ValidationError, match=right):
        Inject.model_validate({"id": "x", "at": 0, "text": {"en": "x"}} | values)


@pytest.mark.parametrize("starts", ["Tuesday 09:12", "Tue 24:00", "soon"])
def test_a_beginning_that_is_none_is_refused(starts: str) -> None:
    inject = {"id": "x", "at": 0, "text": {"en": "x"}}
    with pytest.raises(ValidationError, match="right would be now, or a weekday and a time"):
        Scenario.model_validate({"id": "x", "title": "x", "starts": starts, "injects": [inject]})


def test_an_inject_after_the_end_is_refused() -> None:
    inject = {"id": "late", "at": 60, "text": {"en": "x"}}
    with pytest.raises(ValidationError, match="lasts_minutes is 60, and late comes later"):
        Scenario.model_validate({"id": "x", "title": "x", "injects": [inject]})


def test_a_fault_in_a_scenario_names_its_file(folder: Path) -> None:
    path = folder / "exercises" / "absent-member.yaml"
    content = yaml.safe_load(path.read_text("utf-8"))
    content["injects"][0]["person"] = "ERT-9"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(PlanError, match=r"absent-member.yaml.*'ERT-9' is no known person"):
        load_plan(folder)


def test_a_scenario_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "exercises" / "absent-member.yaml").unlink()
    with pytest.raises(PlanError, match="'absent-member' is no known scenario"):
        load_plan(folder)


def test_a_scenario_that_can_not_be_read_is_named(folder: Path) -> None:
    (folder / "exercises" / "absent-member.yaml").write_text("title: [", "utf-8")
    with pytest.raises(PlanError, match=r"exercises/absent-member.yaml: YAML syntax error"):
        load_plan(folder)


@pytest.mark.covers("D30")
def test_the_scenarios_are_part_of_what_is_frozen(plan: Plan) -> None:
    again = Plan.from_snapshot(plan.snapshot())
    assert again.hash == plan.hash
    assert again.scenario("a-one-agent-out").injects[0].agents == ("AG-014",)
