"""Grafana unified alerting: Alertmanager's shape; its test button posts an empty receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts import alertmanager
from kitart.alerts.fields import first, key_of, labels, needed, text, titled, whole
from kitart.journal.alerts import BY_ORDER, Reading

SOURCE = "grafana"
OLDER = {"alerting": "firing", "ok": "resolved", "paused": "suppressed"}
TEST = "a post of Grafana's test button"


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alerts of one post; raises ``ValueError`` naming what is wrong with the body.

    A post of the test button is marked ``ignored`` with its reason: no alert, no incident.
    """
    fields = whole(body)
    if "alerts" not in fields and {"ruleId", "ruleName"} & fields.keys():
        return [_older(fields)]
    tested = fields.get("receiver") == ""
    return [
        replace(reading, status="ignored", reason=TEST)
        if tested or reading.labels.get("alertname") == "TestAlert"
        else reading
        for reading in alertmanager.read(fields, zone, SOURCE)
    ]


def _older(fields: Mapping[str, Any]) -> Reading:
    """A post of the alerting before version 8: one rule, its state, and no time."""
    state, rule = text(fields.get("state")), first(fields, "ruleId")
    name = first(fields, "ruleName")
    reading = Reading(
        SOURCE,
        needed(key_of(rule or name), "ruleId", "ruleName"),
        OLDER.get(state, "unknown"),
        titled(name, first(fields, "title"), first(fields, "message")),
        labels=labels(alertname=name, rule_id=rule) | labels(**_tags(fields)),
        told_apart=BY_ORDER,
        reason="" if state in OLDER else f"state is {state!r}",
    )
    if rule == "0" or name == "Test notification":
        return replace(reading, status="ignored", reason=TEST)
    return reading


def _tags(fields: Mapping[str, Any]) -> dict[str, object]:
    tags = fields.get("tags")
    return {str(name): value for name, value in tags.items()} if isinstance(tags, dict) else {}
