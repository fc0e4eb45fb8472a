"""What a role is called in texts that people read."""

from __future__ import annotations

ROLE_NAMES = {
    "ert": "ERT member",
    "account_manager": "account manager",
    "supervisor": "supervisor",
    "it_manager": "IT manager",
    "vcc_admin": "VCC administrator",
    "cmt": "CMT member",
    "cmt_lead": "CMT lead",
    "data_protection": "data protection contact",
}


def role_name(kind: str) -> str:
    """The role in plain words: reports name roles, never persons (D22)."""
    return ROLE_NAMES.get(kind, kind.replace("_", " "))
