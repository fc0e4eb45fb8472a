"""Uptime Kuma: one monitor's heartbeat a post; pending and maintenance are not firing."""

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

SOURCE = "uptime_kuma"
STATES = {"0": "firing", "1": "resolved", "2": "unknown", "3": "suppressed"}
WHY = {"2": "pending: Uptime Kuma is still trying", "3": "the monitor is under maintenance"}


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    A post without a heartbeat (test button, a certificate that runs out) is ``ignored``.
    """
    fields = whole(body)
    beat, monitor = fields.get("heartbeat"), part(fields.get("monitor"))
    if not {"heartbeat", "monitor", "msg"} & fields.keys():
        raise ValueError(
            "heartbeat, monitor and msg are missing; right would be Uptime Kuma's post"
        )
    said = text(fields.get("msg"))
    if beat is None:
        reason = "a test, or a message about no heartbeat"
        return [Reading(SOURCE, digest(body), "ignored", titled(said), reason=reason)]
    if not isinstance(beat, Mapping):
        raise ValueError(f"heartbeat is {kind_of(beat)}; right would be an object or null")
    state = text(beat.get("status"))
    # Its own time is UTC, whatever the monitor's zone; the local one is there in newer versions.
    at = moment(beat.get("time"))
    return [
        Reading(
            SOURCE,
            needed(
                key_of(text(monitor.get("id")) or first(beat, "monitorID", "monitor_id")),
                "monitor.id", "heartbeat.monitorID",
            ),
            STATES.get(state, "unknown"),
            titled(said, text(beat.get("msg")), text(monitor.get("name"))),
            labels=_tags(monitor) | labels(
                monitor=monitor.get("name"), monitor_id=monitor.get("id"), url=monitor.get("url"),
                hostname=monitor.get("hostname"), type=monitor.get("type"),
            ),
            started_at=at if state == "0" else None,
            said_at=at,
            told_apart=BY_ORDER,
            reason=WHY.get(state, "" if state in STATES else f"heartbeat.status is {state!r}"),
        )
    ]  # fmt: skip


def _tags(monitor: Mapping[str, Any]) -> dict[str, str]:
    tags = monitor.get("tags")
    found = [part(tag) for tag in tags] if isinstance(tags, list) else []
    return {name: text(tag.get("value")) for tag in found if (name := text(tag.get("name")))}
