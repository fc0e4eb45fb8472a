"""Statuspage: an incident of the supplier's page, or a change of one of its components."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts.fields import first, key_of, labels, needed, part, text, titled, whole
from kitart.alerts.moments import moment
from kitart.journal.alerts import BY_ORDER, Reading

SOURCE = "statuspage"
INCIDENTS = {
    "investigating": "firing", "identified": "firing", "monitoring": "firing",
    "resolved": "resolved", "postmortem": "resolved", "completed": "resolved",
    "scheduled": "suppressed", "in_progress": "suppressed", "verifying": "suppressed",
}  # fmt: skip
COMPONENTS = {
    "operational": "resolved", "degraded_performance": "firing", "partial_outage": "firing",
    "major_outage": "firing", "under_maintenance": "suppressed",
}  # fmt: skip
MAINTENANCE = "a planned maintenance of the supplier"


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alerts of one post; raises ``ValueError`` naming what is wrong with the body.

    The page's own ``status_indicator`` counts for nothing: it speaks of all components at once.
    """
    fields = whole(body)
    incident, component = fields.get("incident"), fields.get("component")
    update = part(fields.get("component_update"))
    page = part(fields.get("page"))
    found = []
    if isinstance(incident, Mapping):
        found.append(_incident(incident, page))
    if isinstance(component, Mapping) or update:
        found.append(_component(part(component), update, page))
    if not found:
        raise ValueError(
            "incident, component and component_update are missing; right would be a post of a "
            "Statuspage subscription"
        )
    return found


def _incident(incident: Mapping[str, Any], page: Mapping[str, Any]) -> Reading:
    word = first(incident, "status")
    status = INCIDENTS.get(word, "unknown")
    if status == "firing" and first(incident, "impact") == "maintenance":
        status = "suppressed"
    return Reading(
        SOURCE,
        needed(key_of(first(incident, "id")), "incident.id"),
        status,
        titled(first(incident, "name"), _newest(incident.get("incident_updates"))),
        severity=first(incident, "impact_override", "impact") or None,
        labels=labels(
            incident=incident.get("name"), impact=incident.get("impact"), page=page.get("id"),
            components=", ".join(_components(incident.get("components"))),
        ),
        started_at=moment(incident.get("started_at")) or moment(incident.get("created_at")),
        said_at=moment(incident.get("updated_at")),
        told_apart=BY_ORDER,
        reason=_why(status, f"incident.status is {word!r}"),
    )  # fmt: skip


def _component(
    component: Mapping[str, Any], update: Mapping[str, Any], page: Mapping[str, Any]
) -> Reading:
    word = first(update, "new_status") or first(component, "status")
    status = COMPONENTS.get(word, "unknown")
    at = moment(update.get("created_at"))
    return Reading(
        SOURCE,
        needed(
            key_of(first(component, "id") or first(update, "component_id")),
            "component.id", "component_update.component_id",
        ),
        status,
        titled(f"{first(component, 'name') or 'component'}: {word}"),
        severity=word or None,
        labels=labels(component=component.get("name"), page=page.get("id")),
        started_at=at if status == "firing" else None,
        said_at=at,
        told_apart=BY_ORDER,
        reason=_why(status, f"component_update.new_status is {word!r}"),
    )  # fmt: skip


def _why(status: str, unknown: str) -> str:
    return {"suppressed": MAINTENANCE, "unknown": unknown}.get(status, "")


def _newest(updates: object) -> str:
    """What the newest update says; they come newest first."""
    return text(part(updates[0]).get("body")) if isinstance(updates, list) and updates else ""


def _components(value: object) -> list[str]:
    found = [part(each) for each in value] if isinstance(value, list) else []
    return [name for each in found if (name := text(each.get("name")))]
