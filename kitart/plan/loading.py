"""Loading the plan from its folder; every error names file, path, value and what is right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from kitart.plan.plain_errors import plain_problems
from kitart.plan.problems import PlanError, Problem
from kitart.plan.references import reference_problems
from kitart.plan.schema import Plan
from kitart.plan.yaml_files import Gathered, gather

__all__ = ["PlanError", "Problem", "load_plan", "load_with_files"]


def load_plan(folder: Path) -> Plan:
    """The plan in ``folder``; raises :class:`PlanError` listing every problem with its place."""
    return load_with_files(folder)[0]


def load_with_files(folder: Path) -> tuple[Plan, Gathered]:
    """The plan, and where each part of it stands; raises :class:`PlanError`."""
    found = gather(folder)
    if found.problems and not found.values:
        raise PlanError(found.problems)
    problems = list(found.problems)
    try:
        plan = Plan.model_validate_json(json.dumps(found.values), strict=True)
    except ValidationError as trouble:
        plain = plain_problems(trouble, found.values)
        if found.problems:  # what an unreadable file would have given is not missing
            plain = [p for p in plain if p.where not in Plan.model_fields or p.where in found.files]
        problems += placed(plain, found)
        raise PlanError(problems) from None
    problems += placed(reference_problems(plan), found)
    if problems:
        raise PlanError(problems)
    return plan, found


def placed(problems: list[Problem], found: Gathered) -> list[Problem]:
    """The same problems with the file put before each path."""
    return [replace(problem, where=found.where(problem.where)) for problem in problems]
