"""What the application may do: its permissions in Entra, on the site, and in Exchange."""

from __future__ import annotations

import re

from sandbox.microsoft.calls import Call, GraphError
from sandbox.microsoft.state import TenantState

SENDS = re.compile(r"/users/([^/]+)/sendMail", re.IGNORECASE)
LEVELS = ("", "read", "write", "manage", "fullcontrol")
ALL_SITES = {
    "Sites.Read.All": "read",
    "Sites.ReadWrite.All": "write",
    "Sites.Manage.All": "manage",
    "Sites.FullControl.All": "fullcontrol",
}
MAKES_LISTS = re.compile(r"/sites/.*/(lists|columns)", re.IGNORECASE)


def check_permission(state: TenantState, call: Call) -> None:
    """Raise ``GraphError`` (403) for a call that the application was not given the right to."""
    path = call.path.lower()
    if path.startswith("/sites/"):
        if LEVELS.index(_level(state, call)) < LEVELS.index(_needed(call)):
            raise GraphError(403, "accessDenied", "Access denied")
    elif path.startswith("/admin/serviceannouncement"):
        if "ServiceHealth.Read.All" not in state.roles:
            raise GraphError(403, "UnknownError", "")
    elif match := SENDS.fullmatch(call.path):
        user = match.group(1).lower()
        known = user in {address.lower() for address in state.mailboxes}
        allowed = "Mail.Send" in state.roles or user in {a.lower() for a in state.may_send_as}
        if known and not allowed:
            text = "Access is denied. Check credentials and try again."
            raise GraphError(403, "ErrorAccessDenied", text)


def _needed(call: Call) -> str:
    """Lists and columns are made with ``manage``; rows, files and their columns with ``write``."""
    if call.method == "GET":
        return "read"
    makes = call.method == "POST" and MAKES_LISTS.fullmatch(call.path)
    return "manage" if makes else "write"


def _level(state: TenantState, call: Call) -> str:
    """What the caller may do on the site: a person no more than they may themselves."""
    token = call.headers.get("authorization", "").partition(" ")[2]
    if token in state.persons_tokens:
        granted = _widest([ALL_SITES.get(scope, "") for scope in state.person_scopes])
        return min(granted, state.person_role, key=LEVELS.index)
    selected = state.site_role if "Sites.Selected" in state.roles else ""
    return _widest([selected, *(ALL_SITES.get(role, "") for role in state.roles)])


def _widest(levels: list[str]) -> str:
    return max(levels, key=LEVELS.index, default="")
