"""PagerDuty, webhooks version 3: one event a post; only some of them change an incident's state."""

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

SOURCE = "pagerduty"
EVENTS = {
    "incident.triggered": "firing",
    "incident.reopened": "firing",
    "incident.unacknowledged": "firing",
    "incident.acknowledged": "acknowledged",
    "incident.resolved": "resolved",
}
BEGINNINGS = ("incident.triggered", "incident.reopened")


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    What is no change of an incident's state (a note, an escalation, a ping) is ``ignored``.
    """
    event = whole(body).get("event")
    if not isinstance(event, Mapping):
        raise ValueError(f"event is {kind_of(event)}; right would be a webhook of version 3")
    kind, data = text(event.get("event_type")), part(event.get("data"))
    status = EVENTS.get(kind)
    key = first(data, "id", "incident_key")
    at = moment(event.get("occurred_at"))
    if not kind:
        raise ValueError("event.event_type is missing; right would be incident.triggered")
    if status is None:
        title = titled(first(data, "title", "content", "message", "summary"), kind)
        own = key_of(text(event.get("id"))) or digest(body)
        return [
            Reading(SOURCE, own, "ignored", title, said_at=at,
                    reason=f"{kind} changes no incident's state")
        ]  # fmt: skip
    return [
        Reading(
            SOURCE,
            needed(key_of(key), "event.data.id", "event.data.incident_key"),
            status,
            titled(first(data, "title", "summary")),
            severity=text(part(data.get("priority")).get("summary"))
            or first(data, "urgency")
            or None,
            labels=labels(
                service=part(data.get("service")).get("summary"), urgency=data.get("urgency"),
                service_id=part(data.get("service")).get("id"), number=data.get("number"),
                priority=part(data.get("priority")).get("summary"),
                incident_key=data.get("incident_key"),
                escalation_policy=part(data.get("escalation_policy")).get("summary"),
            ),
            started_at=at if kind in BEGINNINGS else moment(data.get("created_at")),
            said_at=at,
            told_apart=BY_ORDER,
        )
    ]  # fmt: skip
