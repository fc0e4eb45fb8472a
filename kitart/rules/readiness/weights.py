"""What each queue and system weighs, stands on, and how weak it is known to be (R7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import Finding, Severity
from kitart.rules.readiness.outlook import Model


@dataclass(frozen=True)
class Weight:
    """One queue or system. ``priority`` is the plan's own for a system; a queue's is its rank by
    ``seat_hours``, the seats it needs over the hours looked at. ``findings`` are those of itself or
    of what it stands on, ``serious`` of them so, the oldest found since ``since`` (a day)."""

    kind: str
    code: str
    priority: str
    seat_hours: int
    depends_on: tuple[str, ...]
    findings: int
    serious: int
    since: str | None


def weights(model: Model, findings: Sequence[Finding], since: dict[str, str]) -> tuple[Weight, ...]:
    """Queues, the heaviest first; then the systems, by priority."""
    plan = model.plan
    seat_hours = {
        need.key: sum(whole.needed[place] for whole in model.situations)
        for place, need in enumerate(model.needs)
    }
    ranked = sorted(seat_hours, key=lambda key: (-seat_hours[key], key))
    queues = [
        _weight("queue", key, f"{rank + 1}.", seat_hours[key], _queue_stands_on(plan, key),
                findings, since)
        for rank, key in enumerate(ranked)
    ]  # fmt: skip
    systems = [
        _weight("system", system.id, system.proposed_priority, 0,
                (*system.shares_failure_with, *filter(None, (system.supplier,))), findings, since)
        for system in sorted(plan.systems, key=lambda each: each.proposed_priority)
    ]  # fmt: skip
    return (*queues, *systems)


def _queue_stands_on(plan: Plan, key: str) -> tuple[str, ...]:
    """Its lines, the systems whose failure touches its project, the inputs it waits for."""
    project, _, language = key.partition("/")
    return (
        *plan.project(project).queue(language).lines,
        *(system.id for system in plan.systems if project in system.affects),
        *(each.id for each in plan.inputs if key in each.queues),
    )


def _weight(
    kind: str,
    code: str,
    priority: str,
    seat_hours: int,
    depends_on: tuple[str, ...],
    findings: Sequence[Finding],
    since: dict[str, str],
) -> Weight:
    own = [each for each in findings if _is_about(each, code, depends_on)]
    return Weight(
        kind, code, priority, seat_hours, depends_on, len(own),
        sum(each.severity is Severity.SERIOUS for each in own),
        min((since[each.key] for each in own), default=None),
    )  # fmt: skip


def _is_about(finding: Finding, code: str, depends_on: tuple[str, ...]) -> bool:
    places = (f"systems[{code}]", *(f"[{each}]" for each in depends_on))
    own = finding.where == code or finding.where.startswith(f"{code}.")
    return own or any(place in finding.where for place in places)
