"""What the application may do: its permissions in Entra, on the site, and in Exchange."""

from __future__ import annotations

import re

from sandbox.microsoft.calls import Call, GraphError
from sandbox.microsoft.state import TenantState

SENDS = re.compile(r"/users/([^/]+)/sendMail", re.IGNORECASE)
ALL_SITES_READ = {"Sites.Read.All"}
ALL_SITES_WRITE = {"Sites.ReadWrite.All", "Sites.Manage.All", "Sites.FullControl.All"}


def check_permission(state: TenantState, call: Call) -> None:
    """Raise ``GraphError`` (403) for a call that the application was not given the right to."""
    path = call.path.lower()
    if path.startswith("/sites/"):
        writes = call.method != "GET"
        if not _site_allowed(state, writes):
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


def _site_allowed(state: TenantState, writes: bool) -> bool:
    roles = set(state.roles)
    if roles & ALL_SITES_WRITE or (roles & ALL_SITES_READ and not writes):
        return True
    return "Sites.Selected" in roles and state.site_role in (
        ("write",) if writes else ("read", "write")
    )
