"""Prometheus Alertmanager, webhook versions 3 and 4: many alerts with mixed states in one post."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts.fields import key_of, short, titled, whole
from kitart.alerts.moments import moment
from kitart.journal.alerts import Reading
from kitart.journal.words import storable

SOURCE = "alertmanager"


def read(body: Any, zone: tzinfo = UTC, source: str = SOURCE) -> list[Reading]:
    """The alerts of one post; raises ``ValueError`` naming what is wrong with the body."""
    fields = whole(body)
    alerts = fields.get("alerts")
    if not isinstance(alerts, list):
        raise ValueError(f"alerts is {short(alerts)}; right would be a list of alerts")
    group_status = _text(fields.get("status"))
    readings = [_one(alert, group_status, source) for alert in alerts]
    return readings + _left_out(fields, source)


def _one(alert: Any, group_status: str, source: str) -> Reading:
    if not isinstance(alert, dict):
        key = _fingerprint({"unreadable": short(alert)})
        return Reading(source, key, "unknown", "unreadable alert", reason=f"is {short(alert)}")
    labels = _texts(alert.get("labels"))
    notes = _texts(alert.get("annotations"))
    return Reading(
        source=source,
        dedup_key=key_of(_text(alert.get("fingerprint"))) or _fingerprint(labels),
        status=_status(_text(alert.get("status")) or group_status),
        title=titled(
            notes.get("summary", ""), notes.get("description", ""), labels.get("alertname", "")
        ),
        severity=labels.get("severity") or None,
        labels=labels,
        started_at=moment(alert.get("startsAt")),
    )


def _left_out(body: Mapping[str, Any], source: str) -> list[Reading]:
    """The monitor cuts a long post: what it left out is not here, and somebody should know."""
    number = body.get("truncatedAlerts")
    if isinstance(number, bool) or not isinstance(number, int) or number <= 0:
        return []
    key = _fingerprint({"truncated": repr(body.get("groupKey")), "number": str(number)})
    title = f"{number} more alerts that the monitor left out of its post"
    reason = "truncatedAlerts: raise max_alerts of the receiver, or group by fewer labels"
    return [Reading(source, key, "ignored", title, reason=reason)]


def _status(word: str) -> str:
    return word if word in ("firing", "resolved") else "unknown"


def _fingerprint(labels: dict[str, str]) -> str:
    text = "\x00".join(f"{name}\x01{value}" for name, value in sorted(labels.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {
        storable(str(name)): storable(str(text)) for name, text in value.items() if text is not None
    }


def _text(value: Any) -> str:
    return storable(value).strip() if isinstance(value, str) else ""
