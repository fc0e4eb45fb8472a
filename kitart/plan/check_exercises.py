"""Checks of the programme of exercises: what would make one void, or let it touch what it must not
(R51-R53, D4)."""

from __future__ import annotations

from collections.abc import Iterator

from kitart.plan.exercises import (
    EXERCISE_ENTRY,
    PLAYS_MESSAGES,
    Exercise,
    Scenario,
    player_codes,
    roles,
)
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import Plan


def exercise_problems(plan: Plan) -> Iterator[Problem]:
    """Findings about the programme and its scenarios."""
    for index, entry in enumerate(plan.exercises):
        path = f"exercises[{index}]"
        yield from _coordinators(plan, path, entry)
        scenario = next((s for s in plan.scenarios if s.id == entry.scenario), None)
        if scenario is not None:
            yield from _story(plan, path, entry, scenario)
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


def _story(plan: Plan, path: str, entry: Exercise, scenario: Scenario) -> Iterator[Problem]:
    if entry.kind in PLAYS_MESSAGES and scenario.speed != 1:
        yield error(
            f"{path}.scenario",
            f"{scenario.id} has the speed {scenario.speed:g}, and in a {entry.kind} exercise the "
            "plan's own deadlines run: right would be speed 1",
        )
    expected = {each.id for inject in scenario.injects for each in inject.expect}
    for place, objective in enumerate(entry.objectives):
        if objective.measure not in ("all", *expected):
            yield error(
                f"{path}.objectives[{place}].measure",
                f"{objective.measure!r} is no expectation of {scenario.id}; right would be all or "
                f"one of {', '.join(sorted(expected)) or 'none, it expects nothing'}",
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
