"""Microsoft's announcements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.microsoft.calls import Answer, Call, GraphError, Routes
from sandbox.microsoft.state import SERVICES, TenantState

routes = Routes()
OVERVIEWS = "/admin/serviceAnnouncement/healthOverviews"


@routes.add("GET", OVERVIEWS)
def overviews(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = [_overview(state, call, service) for service in state.health]
    return Answer(200, {"@odata.context": "$metadata#healthOverviews", "value": found})


@routes.add("GET", f"{OVERVIEWS}/(?P<service>[^/]+)")
def overview(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    if parts["service"] not in state.health:
        raise GraphError(404, "NotFound", "Not Found")
    return Answer(200, _overview(state, call, parts["service"]))


@routes.add("GET", "/admin/serviceAnnouncement/issues")
def issues(state: TenantState, call: Call, parts: Mapping[str, str]) -> Answer:
    found = [issue for issues in state.issues.values() for issue in issues]
    return Answer(200, {"@odata.context": "$metadata#issues", "value": found})


def _overview(state: TenantState, call: Call, service: str) -> dict[str, Any]:
    word = state.health[service]
    if call.announced is not None and service == "SharePoint Online":
        word = call.announced
    shown = {"service": service, "status": word, "id": SERVICES.get(service, service)}
    if "issues" in call.query.get("$expand", ""):
        return {**shown, "issues": state.issues.get(service, [])}
    return shown
