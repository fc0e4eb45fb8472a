"""What an exercise has shown: findings, of which some are proposed by themselves (t15). Pure."""

from __future__ import annotations

from dataclasses import dataclass

PROPOSED = "proposed"
STRENGTH, OBSERVATION = "strength", "observation"
WEAKNESS, SERIOUS = "weakness", "serious weakness"
NO_FINDING = "no finding"
CONFIRMED = (STRENGTH, OBSERVATION, WEAKNESS, SERIOUS)
"""What a person makes of a finding; a serious one is told at once, before the report."""
CATEGORIES = (*CONFIRMED, NO_FINDING)
"""What a person may choose: that a proposed one is none needs words too."""
WANTS_ACTION = (WEAKNESS, SERIOUS)


@dataclass(frozen=True)
class FindingForm:
    """A finding as it is written down. ``step`` is the expected step that it came from, or ""."""

    text: str
    category: str
    requirement: str = ""
    cause: str = ""
    step: str = ""


def missing_in(form: FindingForm) -> str | None:
    """The first field that the finding can't do without; ``None`` where it is whole.

    A weakness needs its cause; that a proposed finding is none needs a reason.
    """
    if not form.text.strip():
        return "text"
    if form.category not in CATEGORIES:
        return "category"
    if form.category in (*WANTS_ACTION, NO_FINDING) and not form.cause.strip():
        return "cause"
    return None


def counts(category: str) -> bool:
    """Whether it stands in the report as a finding: not if a person said that it is none."""
    return category != NO_FINDING
