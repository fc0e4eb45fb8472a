"""Paper that is older than the plan: each role holder's newest print against its version (§8, D17).

A new version comes to everybody by the review's distribution, with "print it again"; so nobody is
told of these findings a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from kitart.language import phrase
from kitart.plan import whom
from kitart.plan.roles import named
from kitart.plan.schema import Plan
from kitart.rules.readiness.findings import Finding, Severity

OLD, NONE = "offline-copy-old", "offline-copy-none"
SHORT = 12
"""So many letters of a plan's hash stand on paper."""
MOST_NAMED = 8


@dataclass(frozen=True)
class OfflineCopy:
    """A role holder's newest paper plan: of which plan (hash), printed when (UTC), and by whom:
    the person, or "operator" for all of the role. Both ``None`` where no print is known."""

    person: str
    plan_hash: str | None = None
    printed_at: datetime | None = None
    by: str = ""

    @property
    def version(self) -> str:
        """As paper and pages call the plan; "" where no print is known."""
        return (self.plan_hash or "")[:SHORT]


def old_copies(plan: Plan, copies: tuple[OfflineCopy, ...]) -> Iterator[Finding]:
    """One finding for each copy that is of another plan than this one, and one for all role
    holders of whom no print is known."""
    known = {person.id for person in plan.people}
    held = [each for each in copies if each.person in known]
    for each in held:
        if each.plan_hash is not None and each.plan_hash != plan.hash:
            yield Finding(
                OLD, each.person, Severity.WEAK,
                phrase("the offline copy of the {who} is of version {old}, current is {new}",
                       who=named(plan, each.person), old=each.version, new=plan.version),
                phrase("print it again on the page of the paper plan, and destroy the old one"),
                whom.projects_of(plan, each.person),
            )  # fmt: skip
    without = sorted(each.person for each in held if each.plan_hash is None)
    if without:
        more = ", …" if len(without) > MOST_NAMED else ""
        yield Finding(
            NONE, "company", Severity.WEAK,
            phrase("no offline copy is known of {n} of {all} role holders: {codes}",
                   n=len(without), all=len(held), codes=", ".join(without[:MOST_NAMED]) + more),
            phrase("each prints it on the page of the paper plan, or the operator does for a role"),
            tuple(project.id for project in plan.projects),
        )  # fmt: skip
