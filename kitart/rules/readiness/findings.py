"""A finding of readiness: a stable code, what, where, how serious, what would mend it (D27, R7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kitart.language import Phrase, in_all_languages, in_language
from kitart.plan import whom
from kitart.plan.problems import Problem
from kitart.plan.schema import Plan


class Severity(StrEnum):
    """How serious a finding is: callers or an answer in time would be lost; a weakness that takes
    more than one failure, or somebody's care; what is agreed and only has to be known."""

    SERIOUS = "serious"
    WEAK = "weak"
    NOTE = "note"


SEVERITIES = tuple(Severity)
"""The worst first."""
SERIOUS = frozenset({
    "deputy-in-same-area", "channels-fail-together", "operator-of-the-ert", "rota-empty",
    "queue-without-agents", "queue-without-reserve", "queue-in-one-area", "divert-not-tested",
})  # fmt: skip
"""Warnings of the plan's checks by which a single failure takes both sides."""


@dataclass(frozen=True)
class Finding:
    """One finding. ``where`` names the place by codes, never by its number in a list, so that the
    same weakness keeps its age. ``projects``: whose account managers it concerns."""

    code: str
    where: str
    severity: Severity
    what: Phrase
    mend: Phrase
    projects: tuple[str, ...]

    @property
    def key(self) -> str:
        """By which it is the same finding on another day."""
        return f"{self.code} {self.where}"


def of_plan(plan: Plan, problems: Iterable[Problem]) -> Iterator[Finding]:
    """The findings of ``kitart plan check``, each once: their words, their codes."""
    for problem in problems:
        serious = problem.severity == "error" or problem.code in SERIOUS
        yield Finding(
            problem.code,
            _named(plan, problem.where),
            Severity.SERIOUS if serious else Severity.WEAK,
            _part(problem.message, 0),
            _part(problem.message, 2),
            _projects(plan, problem.where),
        )


def _part(message: str, place: int) -> Phrase:
    """Before or behind the last semicolon, in each language: what is so, what would be right."""
    return in_all_languages(lambda language: _split(in_language(message, language))[place].strip())


def _split(text: str) -> tuple[str, str, str]:
    return text.rpartition("; ") if "; " in text else (text, "", "")


_QUEUE = re.compile(r"^projects\[([^]]+)\]\.queues\[([^]]+)\]")
_STEP = re.compile(r"([a-z_]+)(?:\[(\d+)\])?")


def _named(plan: Plan, path: str) -> str:
    """``people[5].deputy`` as ``people[AM-1].deputy``; a queue as everywhere, "BRAVO/de"."""
    at: Any = plan
    said = []
    for name, place in _STEP.findall(path):
        at = getattr(at, name, None)
        if place and at is not None and int(place) < len(at):
            at = at[int(place)]
            said.append(f"{name}[{_own_name(at, place)}]")
        else:
            said.append(name)
    return _QUEUE.sub(r"\1/\2", ".".join(said))


def _own_name(thing: Any, place: str) -> str:
    if isinstance(thing, str):
        return thing
    for key in ("id", "lang", "kind", "name"):
        if isinstance(found := getattr(thing, key, None), str):
            return found
    return place


def _projects(plan: Plan, path: str) -> tuple[str, ...]:
    """The projects that a place of the plan belongs to; all of them where it belongs to none."""
    every = tuple(project.id for project in plan.projects)
    first = _STEP.match(path)
    if first is None or first[2] is None:
        return every
    part, place = first[1], int(first[2])
    items = getattr(plan, part)
    if place >= len(items):
        return every
    thing = items[place]
    if part == "projects":
        return (thing.id,)
    if part == "agents":
        return tuple(code for code in every if code in thing.projects)
    if part == "clients":
        return tuple(project.id for project in plan.projects if project.client == thing.id)
    if part == "people":
        return whom.projects_of(plan, thing.id)
    if part == "lines":
        return (thing.project,)
    return tuple(getattr(thing, "affects", ())) or every
