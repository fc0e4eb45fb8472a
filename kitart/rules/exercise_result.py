"""What an exercise came to: each objective, the total, and what is compared over the years
(reports §6.1 t6, t18; R52, D28). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Result = Literal["met", "met in part", "not met"]
PASS, PART, FAIL = "pass", "part", "fail"
ALL = "all"


@dataclass(frozen=True)
class Measured:
    """An expected step by its code and what it stands for; ``verdict`` is ``None`` while nobody
    has measured it."""

    expect: str
    what: str
    verdict: str | None
    actual_minutes: float | None = None


@dataclass(frozen=True)
class Counted:
    """How many of the steps that an objective is measured by have passed."""

    result: Result | None
    passed: int
    in_part: int
    measured: int


def objective(measure: str, limit: int, steps: Sequence[Measured]) -> Counted:
    """The result of an objective: of the steps of its ``measure`` (a step's code, or all of them)
    at least ``limit`` of a hundred must pass. Without a measured step it has no result (D3)."""
    mine = [s for s in steps if measure in (ALL, s.expect) and s.verdict is not None]
    passed = sum(s.verdict == PASS for s in mine)
    in_part = sum(s.verdict == PART for s in mine)
    if not mine:
        return Counted(None, 0, 0, 0)
    result: Result = "not met"
    if passed * 100 >= limit * len(mine):
        result = "met"
    elif passed or in_part:
        result = "met in part"
    return Counted(result, passed, in_part, len(mine))


def total(results: Sequence[Result | None]) -> Result | None:
    """The result of all objectives together. One that nothing measured is no success: then the
    total is met in part at best; ``None`` where nothing at all was measured."""
    known = [each for each in results if each is not None]
    if not known:
        return None
    if all(each == "met" for each in results):
        return "met"
    return "not met" if all(each == "not met" for each in known) else "met in part"


def share_passed(steps: Sequence[Measured]) -> float | None:
    """The share of the measured steps that passed, 0 to 1; ``None`` without any."""
    known = [step for step in steps if step.verdict is not None]
    return sum(step.verdict == PASS for step in known) / len(known) if known else None


def minutes_to(what: str, steps: Sequence[Measured]) -> float | None:
    """How long the first step of this kind took, in minutes; ``None`` where none has come."""
    found = (s.actual_minutes for s in steps if s.what == what and s.actual_minutes is not None)
    return next(found, None)
