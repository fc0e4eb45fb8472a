"""What a role is called in texts that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kitart.language import Phrase, phrase

if TYPE_CHECKING:
    from kitart.plan.schema import Plan

ROLE_NAMES = {
    "ert": phrase("ERT member"),
    "account_manager": phrase("account manager"),
    "supervisor": phrase("supervisor"),
    "it_manager": phrase("IT manager"),
    "vcc_admin": phrase("VCC administrator"),
    "cmt": phrase("CMT member"),
    "cmt_lead": phrase("CMT lead"),
    "data_protection": phrase("data protection contact"),
    # No role of the matrix: who sees a page by a standing link.
    "agent": phrase("agent"),
}


def role_name(kind: str) -> Phrase:
    """The role in plain words: reports name roles, never persons (D22)."""
    return ROLE_NAMES.get(kind) or Phrase(kind.replace("_", " "))


def named(plan: Plan, person: str) -> Phrase:
    """A role holder by role and code, in all languages. Raises ``KeyError`` for an unknown code."""
    return phrase("{role} {code}", role=role_name(plan.person(person).kind), code=person)
