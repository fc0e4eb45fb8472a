"""What a role is called in texts that people read."""

from __future__ import annotations

from kitart.language import Phrase, phrase

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
