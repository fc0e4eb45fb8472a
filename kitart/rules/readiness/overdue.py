"""What is overdue by its date: the yearly test and the review of the plan (R51, R52, D28).

The one place where dates of the journal meet the readiness: whoever keeps one hands it in here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kitart.language import Phrase, phrase
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import Finding, Severity


@dataclass(frozen=True)
class Due:
    """Something that comes again, and the day by which it is due next. ``None`` of ``due`` says
    that it never took place; who keeps no dates of it hands in nothing."""

    what: Phrase
    code: str
    due: date | None


TEST_OF_THE_PLAN = phrase("the yearly test of the plan")
REVIEW_OF_THE_PLAN = phrase("the review of the plan")


def overdue(plan: Plan, dates: tuple[Due, ...], today: date) -> Iterator[Finding]:
    """A finding for each that never took place, or whose day is over."""
    for each in dates:
        if each.due is not None and each.due >= today:
            continue
        said = (
            phrase("{what} has never taken place", what=each.what)
            if each.due is None
            else phrase("{what} was due on {day}", what=each.what, day=each.due)
        )
        yield Finding(
            f"{each.code}-overdue", "company", Severity.SERIOUS, said,
            phrase("plan it now; the IT manager and the account managers coordinate it"),
            tuple(project.id for project in plan.projects),
        )  # fmt: skip
