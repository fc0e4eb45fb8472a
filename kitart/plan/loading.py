"""Loading the plan from its folder; every error names file, path, value and what is right."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from kitart.plan.plain_errors import plain_problems
from kitart.plan.problems import PlanError, Problem
from kitart.plan.references import reference_problems
from kitart.plan.schema import Plan
from kitart.plan.yaml_files import Gathered, gather, plan_files

__all__ = ["PlanError", "Problem", "load_plan", "load_with_files", "plans_at_hand"]

KEPT = 4
"""So many plans are kept: one in force, the one it was edited to, and some for who compares."""
_kept: dict[str, Plan] = {}
_lock = threading.Lock()


def load_plan(folder: Path) -> Plan:
    """The plan in ``folder``; raises :class:`PlanError` listing every problem with its place.

    Files that hold the same bytes as before are not worked out again: that takes a tenth of a
    second, and watches, commands and pages ask often. A plan never changes, so it may be shared.
    """
    before = _digest(folder)
    with _lock:
        found = _kept.get(before) if before else None
    if found is not None:
        return found
    plan = load_with_files(folder)[0]
    # An edit in between would give the old files' name to the new plan.
    if before and before == _digest(folder):
        with _lock:
            _kept[before] = plan
            while len(_kept) > KEPT:
                del _kept[next(iter(_kept))]
    return plan


def plans_at_hand() -> list[Plan]:
    """The plans that are kept and whose hash is worked out: nothing is read for it."""
    with _lock:
        return [plan for plan in _kept.values() if "hash" in vars(plan)]


def _digest(folder: Path) -> str | None:
    """What the folder's files are called and hold, in short; None where one can't be read."""
    digest = hashlib.sha256()
    try:
        for path in plan_files(folder):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode() + content)
    except OSError:
        return None
    return digest.hexdigest()


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
