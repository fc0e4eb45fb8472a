"""What is wrong with a plan, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One finding: ``where`` is ``folder/file: path``, the message names value and remedy."""

    severity: Literal["error", "warning"]
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.message}"


class PlanError(Exception):
    """The plan cannot be loaded; ``problems`` says why, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def error(where: str, message: str) -> Problem:
    """A finding that keeps the plan from being used."""
    return Problem("error", where, message)


def warning(where: str, message: str) -> Problem:
    """A finding that somebody should look at."""
    return Problem("warning", where, message)
