"""Which rung would hold, for every hour to come, every queue, and everything that might be out.

The answer for one hour is that of the rules of cover for its first moment (R18-R42, D27); what
comes and goes within the hour is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitart.plan.schema import Plan
from kitart.rules.cover.facts import Facts
from kitart.rules.cover.needs import Need, needs
from kitart.rules.cover.presence import Presence
from kitart.rules.readiness.scenarios import Kind, Scenario, scenarios
from kitart.rules.readiness.seats import CLOSED, Group, groups
from kitart.rules.readiness.situations import Situation, situations

NOBODY = str(Kind.NOBODY)
Levels = Mapping[str, str]
"""By queue one letter an hour."""


@dataclass(frozen=True)
class Outlook:
    """The answers: by scenario, then by queue, one letter an hour (see ``seats``). A queue that a
    scenario leaves as it is with nobody out stands under "nobody" alone."""

    first: datetime
    hours: int
    queues: tuple[str, ...]
    levels: Mapping[str, Levels]

    def of(self, scenario: str, queue: str) -> str:
        """The letters of a queue under a scenario; raises ``KeyError`` for an unknown one."""
        return self.levels[scenario].get(queue) or self.levels[NOBODY][queue]

    def worst(self, queue: str, kinds: Sequence[str] = (Kind.NOBODY, Kind.AREA)) -> str:
        """For each hour the worst letter over all scenarios of these kinds."""
        rows = [
            levels[queue]
            for scenario, levels in self.levels.items()
            if queue in levels and scenario.partition(":")[0] in kinds
        ]
        return "".join(map(max, zip(*rows, strict=True)))


class Model:
    """What is worked out once of a plan: who may sit where, what might be out."""

    def __init__(self, plan: Plan, hours: Sequence[datetime]) -> None:
        self.plan, self.hours = plan, tuple(hours)
        self.needs: tuple[Need, ...] = needs(plan, Facts(hours[0]), Presence(hours[0]))
        self.groups: tuple[Group, ...] = groups(plan, self.needs)
        self.scenarios: tuple[Scenario, ...] = scenarios(plan)
        self.situations: tuple[Situation, ...] = tuple(situations(plan, hours))
        place = {agent.id: 1 << n for n, agent in enumerate(plan.agents)}
        self._masks = {
            each.key: (sum(place[code] for code in each.out),
                       sum(place[code] for code in each.out | each.unheard))
            for each in self.scenarios
        }  # fmt: skip

    def masks(self, scenario: Scenario) -> tuple[int, int]:
        """Whom a scenario takes from work, and whom from those who could be called out."""
        return self._masks[scenario.key]


def outlook(model: Model) -> Outlook:
    """The whole answer: each different situation is worked out once."""
    levels: dict[str, dict[str, str]] = {each.key: {} for each in model.scenarios}
    for group in model.groups:
        parts = [group.part(whole) for whole in model.situations]
        keys = [model.needs[place].key for place in group.places]
        for scenario in model.scenarios:
            out, uncalled = model.masks(scenario)
            rows = [group.held(part, out, uncalled) for part in parts]
            for key, row in zip(keys, map("".join, zip(*rows, strict=True)), strict=True):
                if scenario.kind is Kind.NOBODY or row != levels[NOBODY][key]:
                    levels[scenario.key][key] = row
    return Outlook(
        model.hours[0], len(model.hours), tuple(need.key for need in model.needs), levels
    )


def open_hours(letters: str) -> int:
    """In how many of the hours the line is open."""
    return len(letters) - letters.count(CLOSED)
