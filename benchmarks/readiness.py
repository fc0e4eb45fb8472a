"""How long the look at thirty days takes, for the sample company and for ten of it in one.

Measured is the processor's time: the seconds of one core, whatever else the machine is doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import process_time

from benchmarks.cover import times_the_sample
from kitart.plan.checks import check_plan
from kitart.plan.loading import load_plan
from kitart.rules.cover.proposal import propose
from kitart.rules.readiness.outlook import Model, Outlook, outlook
from kitart.rules.readiness.result import look
from kitart.rules.readiness.situations import hours_from
from kitart.settings import HOUSE

SIZES = (1, 10)
AT = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)
EACH = 389
"""Of the moments and scenarios every so many is asked for again of the rules of cover."""


@dataclass(frozen=True)
class Looked:
    """A company so many times the sample: seconds for the hours of all queues under everything that
    may be out, and for the whole look, with findings and mends; ``answers`` it gave, ``asked_ms``
    for one of them by the rules of cover alone."""

    times: int
    agents: int
    answers: int
    hours_s: float
    whole_s: float
    asked_ms: float


def look_ahead(sizes: Sequence[int] = SIZES) -> list[Looked]:
    """Measure each size. Raises ``RuntimeError`` where an answer is not that of the rules."""
    sample = load_plan(HOUSE / "config")
    found = []
    for times in sizes:
        plan = times_the_sample(sample, times)
        since_s = process_time()
        model = Model(plan, hours_from(AT))
        hours = outlook(model)
        hours_s = process_time() - since_s
        since_s = process_time()
        look(plan, check_plan(plan, AT.date()), AT)
        whole_s = process_time() - since_s
        answers = hours.hours * len(hours.queues) * len(hours.levels)
        found.append(
            Looked(times, len(plan.agents), answers, hours_s, whole_s, _checked(model, hours))
        )
    return found


def _checked(model: Model, hours: Outlook) -> float:
    """Milliseconds for one moment and scenario of the rules of cover, the mean."""
    pairs = [(s, n) for s in model.scenarios for n in range(hours.hours)][::EACH]
    since_s = process_time()
    for scenario, place in pairs:
        for queue in propose(model.plan, scenario.facts(model.hours[place])).queues:
            said = hours.of(scenario.key, queue.need.key)[place]
            right = "." if not queue.need.needed else str(queue.level or 0)
            if said != right:
                raise RuntimeError(f"{scenario.key}, {queue.need.key}, hour {place}: {said}")
    return 1000 * (process_time() - since_s) / len(pairs)
