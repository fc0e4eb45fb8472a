"""What is wrong with a plan, and where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

_PLACE = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Problem:
    """One finding: ``where`` is ``folder/file: path``, the message names value and, behind its last
    semicolon, the remedy. ``code`` names the kind of finding: other tools and the readiness go by
    it, so it never changes."""

    severity: Literal["error", "warning"]
    where: str
    message: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.where}: {self.message}"


class PlanError(Exception):
    """The plan cannot be loaded; ``problems`` says why, each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def error(where: str, message: str, code: str = "") -> Problem:
    """A finding that keeps the plan from being used; without a ``code`` it has its path's."""
    return Problem("error", where, message, code or code_of(where))


def warning(where: str, message: str, code: str = "") -> Problem:
    """A finding that somebody should look at; without a ``code`` it has its path's."""
    return Problem("warning", where, message, code or code_of(where))


def code_of(where: str) -> str:
    """The code of a finding that needs none of its own: its path without the places in lists."""
    return _PLACE.sub("", where).replace("_", "-")
