"""Checks of the programme of exercises: what would make one void, or let it touch what it must not
(R51-R53, D4)."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.plan.exercises import (
    EXERCISE_ENTRY,
    PLAYS_MESSAGES,
    Exercise,
    Scenario,
    contact_call,
    player_codes,
    roles,
)
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import Plan

RTO = ("R22", "R28", "R34", "R41")
"""The recovery times of the levels 1 to 4."""


def exercise_problems(plan: Plan) -> Iterator[Problem]:
    """Findings about the programme and its scenarios."""
    for index, entry in enumerate(plan.exercises):
        path = f"exercises[{index}]"
        yield from _coordinators(plan, path, entry)
        scenario = next((s for s in plan.scenarios if s.id == entry.scenario), None)
        if scenario is not None:
            yield from _story(plan, path, entry, scenario)
        story = scenario
        if entry.kind == "contact-call":
            story = contact_call(plan.limits.ert_ack_out_of_hours, plan.limits.contact_test)
        if story is not None:
            yield from _objectives(path, entry, story)
        if entry.clients:
            yield warning(
                f"{path}.clients",
                f"{', '.join(entry.clients)} would get real messages of this exercise; leave "
                "clients out unless they have agreed",
            )
        for place, line in enumerate(entry.lines):
            yield warning(
                f"{path}.lines[{place}]",
                f"{line} is a line that callers may ring; name only one that is closed at the time",
            )
    for index, system in enumerate(plan.systems):
        if system.id == EXERCISE_ENTRY:
            yield error(
                f"systems[{index}].id",
                f"{system.id} stands for exercises; give the system another code",
            )
    used = {entry.scenario for entry in plan.exercises}
    for index, scenario in enumerate(plan.scenarios):
        for where, what in _times(plan, scenario):
            yield error(f"scenarios[{index}].{where}", what)
        if scenario.id not in used:
            yield warning(
                f"scenarios[{index}].id",
                f"{scenario.id} is in no entry of exercises; name it in one, or take the file away",
            )


def _coordinators(plan: Plan, path: str, entry: Exercise) -> Iterator[Problem]:
    kinds = {p.id: p.kind for p in plan.people}
    for kind, words in (("it_manager", "IT manager"), ("account_manager", "account manager")):
        if kind not in {kinds.get(code) for code in entry.coordinators}:
            yield error(
                f"{path}.coordinators",
                f"{', '.join(entry.coordinators)}: no {words} among them, and both coordinate an "
                f"exercise; right would be {_first(plan, kind)} beside them",
            )


def _first(plan: Plan, kind: str) -> str:
    return next((p.id for p in plan.people if p.kind == kind), f"a person of kind {kind}")


def _objectives(path: str, entry: Exercise, scenario: Scenario) -> Iterator[Problem]:
    """An objective needs a step that measures it, and says no other time than that step."""
    expected = {each.id: each for inject in scenario.injects for each in inject.expect}
    for place, objective in enumerate(entry.objectives):
        where = f"{path}.objectives[{place}]"
        if objective.measure not in ("all", *expected):
            yield error(
                f"{where}.measure",
                f"{objective.measure!r} is no expectation of {scenario.id}; right would be all or "
                f"one of {', '.join(sorted(expected)) or 'none, it expects nothing'}",
            )
        for step in expected.values():
            wanted = objective.within_minutes
            mine = objective.measure in ("all", step.id)
            if mine and wanted is not None and step.within_minutes > wanted:
                yield error(
                    f"{where}.within_minutes",
                    f"{objective.id} is to be met in {wanted} minutes, and its step {step.id} of "
                    f"{scenario.id} allows {step.within_minutes}; make the two agree",
                )


def _times(plan: Plan, scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Steps that allow more than the plan itself does: such a test would pass where it fails."""
    limits = plan.limits
    allowed = {
        "R9": limits.ert_ack_in_hours, "R10": limits.ert_ack_out_of_hours,
        **dict.fromkeys(("R21", "R27", "R33"), limits.backup_start),
        **{number: limits.rto[level] for level, number in enumerate(RTO, start=1)},
    }  # fmt: skip
    for place, inject in enumerate(scenario.injects):
        for number, step in enumerate(inject.expect):
            most = allowed.get(step.requirement)
            if most is not None and step.within_minutes > most:
                yield (
                    f"injects[{place}].expect[{number}].within_minutes",
                    f"{step.id} allows {step.within_minutes} minutes, and {step.requirement} "
                    f"{most}; right would be {most} at most",
                )


def _story(plan: Plan, path: str, entry: Exercise, scenario: Scenario) -> Iterator[Problem]:
    if entry.kind in PLAYS_MESSAGES and scenario.speed != 1:
        yield error(
            f"{path}.scenario",
            f"{scenario.id} has the speed {scenario.speed:g}, and in a {entry.kind} exercise the "
            "plan's own deadlines run: right would be speed 1",
        )
    players = {*player_codes(plan, entry.players)}
    for inject in scenario.injects:
        outside = [code for code in player_codes(plan, inject.to) if code not in players]
        if outside and not (set(inject.to) & set(roles())):
            yield error(
                f"{path}.players",
                f"inject {inject.id} of {scenario.id} is for {', '.join(outside)}, who would get "
                "nothing; name them among the players",
            )
        agents = {agent.id for agent in plan.agents} & set(inject.to)
        if entry.kind == "tabletop" and agents:
            yield error(
                f"{path}.scenario",
                f"inject {inject.id} of {scenario.id} asks {', '.join(sorted(agents))}, and agents "
                "have no page to answer on; right would be role holders",
            )
        if entry.kind == "tabletop" and inject.does != "tell":
            yield error(
                f"{path}.scenario",
                f"inject {inject.id} of {scenario.id} does {inject.does!r}, and a tabletop sets "
                "nothing off; right would be tell, or the kind functional",
            )
        for each in inject.expect:
            if entry.kind == "tabletop" and each.what != "answered":
                yield error(
                    f"{path}.scenario",
                    f"{each.id} of {scenario.id} expects {each.what!r}, which a tabletop never "
                    "shows; right would be answered",
                )
