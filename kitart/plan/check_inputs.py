"""Checks of the vital inputs: what would make a missing one go unseen, or its supplier uncalled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kitart.language import phrase
from kitart.plan.inputs import ExpectedInput, due_time
from kitart.plan.kinds import PHONES
from kitart.plan.problems import Problem, error, warning
from kitart.plan.schema import Plan

DAY_MINUTES = 24 * 60


def input_problems(plan: Plan, today: date) -> Iterator[Problem]:
    """Findings about inputs and who gives them (R6, A21)."""
    for index, known in enumerate(plan.inputs):
        yield from _input(plan, f"inputs[{index}]", known)
    delivering = {known.supplier for known in plan.inputs}
    for index, supplier in enumerate(plan.suppliers):
        if supplier.id not in delivering:
            continue
        path = f"suppliers[{index}]"
        if not supplier.contacts and not any(c.kind in PHONES for c in supplier.channels):
            yield warning(
                f"{path}.contacts",
                phrase(
                    "{supplier} can't be called when an input is missing; name a contact with a "
                    "phone number",
                    supplier=supplier.id,
                ),
                code="input-supplier-not-callable",
            )
        days = plan.limits.verified_days
        for place, channel in enumerate(supplier.channels):
            if channel.verified is None or channel.verified < today - timedelta(days=days):
                yield warning(
                    f"{path}.channels[{place}].verified",
                    phrase(
                        "{channel} of {supplier}: not verified in the last {days} days, and an "
                        "input depends on it; verify it",
                        channel=channel.kind,
                        supplier=supplier.id,
                        days=days,
                    ),
                    code="input-supplier-not-verified",
                )


def _input(plan: Plan, path: str, known: ExpectedInput) -> Iterator[Problem]:
    gap = shortest_gap(known)
    if gap is not None and known.grace_minutes >= gap:
        yield error(
            f"{path}.grace_minutes",
            phrase(
                "{grace} is not shorter than the {gap} minutes from one due time to the next: "
                "one that is missing would never be overdue; right would be less",
                grace=known.grace_minutes,
                gap=gap,
            ),
        )
    if known.on_closed_day != "skip" and known.calendar is None:
        yield error(
            f"{path}.on_closed_day",
            phrase(
                "{value} needs a calendar that says which days are closed; add calendar: …, or "
                "leave it out",
                value=repr(known.on_closed_day),
            ),
        )
    if not (known.queues or known.systems or known.reports):
        yield warning(
            f"{path}.queues",
            phrase(
                "nothing is named that depends on {input}; name queues, systems or reports",
                input=known.id,
            ),
            code="input-without-dependents",
        )
    for place, other in enumerate(known.one_cause_with):
        named = next((each for each in plan.inputs if each.id == other), None)
        if named is not None and known.id not in named.one_cause_with:
            yield warning(
                f"{path}.one_cause_with[{place}]",
                phrase(
                    "{other} does not name {input}, so each gets an incident of its own; let "
                    "both name each other, or neither",
                    other=other,
                    input=known.id,
                ),
                code="input-one-sided",
            )


def shortest_gap(known: ExpectedInput) -> int | None:
    """Minutes by the clock between the two due times of a week that lie closest together;
    ``None`` for an input that is due by the month alone."""
    moments = sorted(
        {day * DAY_MINUTES + due.minute for due in map(due_time, known.due) for day in due.weekdays}
    )
    if not moments:
        return None
    following = [*moments[1:], moments[0] + 7 * DAY_MINUTES]
    return min(after - before for before, after in zip(moments, following, strict=True))
