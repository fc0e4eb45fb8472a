"""What the plan for an unusable place of work works on: agents at home, not a system (R16, R17).

As under the general plan, an incident carries its projects itself, and its plan has one entry more
in its register, made of what the incident knows. The snapshot and its hash stay as taken (D30).
"""

from __future__ import annotations

from collections.abc import Sequence

from kitart.plan.schema import Plan
from kitart.plan.systems import System

WORKPLACE = "WORKPLACE"
"""Stands in an incident where others name the system that fails; no system may be called so."""
WORKPLACE_UNUSABLE = "workplace unusable"


def with_workplace(plan: Plan, projects: Sequence[str]) -> Plan:
    """The plan with the entry of an incident in which agents can't work."""
    entry = System(
        id=WORKPLACE,
        name="Place of work",
        managed_by="company",
        fallback="the cover ladder: backups, other languages, voicemail",
        affects=tuple(project.id for project in plan.projects if project.id in projects),
    )
    return plan.model_copy(update={"systems": (*plan.systems, entry)})
