"""What the general plan works on: no system of the register, but projects that are affected (R11).

An incident under the general plan carries its affected projects itself. So that everything that
asks the plan "whom does this touch?" finds the answer where it always is, the incident's plan has
one entry more in its register, made of what the incident knows. The snapshot and its hash stay as
they were taken (D30).
"""

from __future__ import annotations

from collections.abc import Sequence

from kitart.plan.schema import Plan
from kitart.plan.systems import System

GENERAL = "GENERAL"
"""Stands in an incident where others name the system that fails; no system may be called so."""
GENERAL_RESPONSE = "general response"
YES, NO, UNKNOWN = "yes", "no", "unknown"
CUSTOMER_CARE = (YES, NO, UNKNOWN)


def with_general(plan: Plan, projects: Sequence[str], customer_care: str | None) -> Plan:
    """The plan with the entry of an incident that no system of the register stands for."""
    entry = System(
        id=GENERAL,
        name="General response",
        managed_by="company",
        fallback="as the ERT lead decides",
        affects=touched(plan, projects, customer_care),
    )
    return plan.model_copy(update={"systems": (*plan.systems, entry)})


def touched(plan: Plan, projects: Sequence[str], customer_care: str | None) -> tuple[str, ...]:
    """The projects that may be affected: those named; all while none is, unless it is known that
    customer care does not suffer (A13: the strictest decides; R15: better told than not)."""
    if projects:
        return tuple(p.id for p in plan.projects if p.id in projects)
    return () if customer_care == NO else tuple(p.id for p in plan.projects)
