"""What a review of the plan is about: the plan itself, no system and no project (R51).

Its record is a row among the incidents, as that of a contact test: messages, questions and
documents belong to a record. Nobody is paged for it.
"""

from __future__ import annotations

from kitart.plan.contact_list import CONTACT_TEST
from kitart.plan.exercises import EXERCISE
from kitart.plan.schema import Plan
from kitart.plan.systems import System

PLAN_REVIEW = "plan review"
PLAN = "PLAN"
"""Stands in a review's record where an incident names the system that fails; no system may be
called so."""
NO_DISRUPTIONS = (CONTACT_TEST, EXERCISE, PLAN_REVIEW)
"""Kinds of record by which nothing is the matter: no page, no run's strands, no after-action."""


def with_review(plan: Plan) -> Plan:
    """The plan with the entry of a record that is about the plan itself."""
    entry = System(id=PLAN, name="Continuity plan", managed_by="company", fallback="the plan")
    return plan.model_copy(update={"systems": (*plan.systems, entry)})
