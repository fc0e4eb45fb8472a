"""Azure Monitor, common alert schema; health services speak in its context."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts.fields import (
    digest,
    first,
    key_of,
    kind_of,
    labels,
    needed,
    part,
    text,
    titled,
    whole,
)
from kitart.alerts.moments import moment
from kitart.journal.alerts import BY_ORDER, Reading

SOURCE = "azure_monitor"
CONDITIONS = {
    "fired": "firing", "resolved": "resolved", "activated": "firing", "deactivated": "resolved",
}  # fmt: skip
OVER = ("resolved", "complete", "completed", "rca", "canceled", "cancelled")
HEALTH = {"unavailable": "firing", "degraded": "firing", "available": "resolved"}


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    A budget, which has no essentials, is ``ignored``; a planned maintenance is ``suppressed``.
    """
    fields = whole(body)
    data = fields.get("data")
    if not isinstance(data, Mapping):
        raise ValueError(f"data is {kind_of(data)}; right would be the common alert schema")
    essentials = data.get("essentials")
    if essentials is None and "context" in data:
        return [_older(part(data["context"]), text(data.get("status")), body)]
    if essentials is None:
        title = titled(text(data.get("BudgetName")), text(fields.get("schemaId")))
        reason = "no essentials: a budget or another notice that is no alert"
        return [Reading(SOURCE, digest(body), "ignored", title, reason=reason)]
    if not isinstance(essentials, Mapping):
        raise ValueError(f"data.essentials is {kind_of(essentials)}; right would be an object")
    return [_one(essentials, part(data.get("alertContext")))]


def _one(essentials: Mapping[str, Any], context: Mapping[str, Any]) -> Reading:
    about = part(context.get("properties"))
    service = first(essentials, "monitoringService").replace(" ", "").lower()
    key = first(essentials, "originAlertId", "alertId")
    targets = essentials.get("alertTargetIDs")
    target = text(targets[0]) if isinstance(targets, list) and targets else ""
    condition = first(essentials, "monitorCondition")
    status = CONDITIONS.get(condition.lower(), "unknown")
    reason = "" if status != "unknown" else f"monitorCondition is {condition!r}"
    if service == "servicehealth":
        status, reason = _service_health(about, first(context, "status"), status, reason)
        # Each of its posts is an alert of its own: what they are about has the tracking id.
        key = first(about, "trackingId") or key
    elif service == "resourcehealth" and (health := first(about, "currentHealthStatus")):
        status = HEALTH.get(health.lower(), "unknown")
        reason = "" if status != "unknown" else f"currentHealthStatus is {health!r}"
        key = target.lower() or key
    return Reading(
        SOURCE,
        needed(key_of(key), "data.essentials.originAlertId", "data.essentials.alertId"),
        status,
        titled(
            first(essentials, "alertRule"), first(about, "title"), first(essentials, "description")
        ),
        severity=first(essentials, "severity") or None,
        labels=labels(
            alert_rule=essentials.get("alertRule"), signal_type=essentials.get("signalType"),
            monitoring_service=essentials.get("monitoringService"), target=target,
            resource=target.rpartition("/")[2], service=about.get("service"),
            incident_type=about.get("incidentType"), region=about.get("region"),
        ),
        started_at=moment(about.get("impactStartTime")) or moment(essentials.get("firedDateTime")),
        said_at=moment(essentials.get("resolvedDateTime"))
        or moment(essentials.get("firedDateTime")),
        told_apart=BY_ORDER,
        reason=reason,
    )  # fmt: skip


def _service_health(
    about: Mapping[str, Any], status: str, condition: str, reason: str
) -> tuple[str, str]:
    """What a service health event says; its monitor condition is Fired to the end."""
    kind = first(about, "incidentType")
    stage = first(about, "stage") or status
    if condition == "resolved" or stage.lower() in OVER or status.lower() in OVER:
        return "resolved", ""
    if kind.lower() == "maintenance":
        return "suppressed", "a planned maintenance of Azure"
    if kind and kind.lower() != "incident":
        return "ignored", f"service health: {kind}, no incident"
    return condition, reason


def _older(context: Mapping[str, Any], status: str, body: object) -> Reading:
    """An alert in the schemas before the common one: metric and activity log alerts."""
    log = part(context.get("activityLog"))
    about = part(log.get("properties"))
    state = CONDITIONS.get(status.lower(), "unknown")
    if state == "firing" and first(log, "status").lower() in OVER:
        state = "resolved"
    if state == "firing" and first(about, "incidentType").lower() == "maintenance":
        state = "suppressed"
    key = first(about, "trackingId") or first(context, "id") or first(log, "correlationId")
    resource = first(context, "resourceId") or first(log, "resourceId")
    at = moment(context.get("timestamp")) or moment(log.get("eventTimestamp"))
    return Reading(
        SOURCE,
        needed(key_of(key, resource), "data.context.id", "data.context.activityLog.correlationId"),
        state,
        titled(
            first(context, "name", "description"), first(about, "title"),
            first(log, "operationName"),
        ),
        severity=first(context, "severity") or None,
        labels=labels(alert_rule=context.get("name"), target=resource,
                      resource=resource.rpartition("/")[2]),
        started_at=at if state == "firing" else None,
        said_at=at,
        told_apart=BY_ORDER,
        reason="" if state != "unknown" else f"data.status is {status!r}",
    )  # fmt: skip
