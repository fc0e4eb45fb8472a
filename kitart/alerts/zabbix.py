"""Zabbix: the keys are the media type author's, and a macro that means nothing arrives as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from kitart.alerts.fields import (
    digest,
    first,
    is_placeholder,
    key_of,
    labels,
    needed,
    part,
    plain_names,
    text,
    titled,
    whole,
)
from kitart.alerts.moments import epoch, written
from kitart.journal.alerts import BY_KEY, BY_ORDER, Reading

SOURCE = "zabbix"
VALUE = ("event_value", "value")
WORDS = ("event_status", "trigger_status", "problem_status", "status")
STATES = {
    "1": "firing", "problem": "firing", "0": "resolved", "ok": "resolved", "resolved": "resolved",
}  # fmt: skip
OTHER_EVENTS = {"1": "discovery", "2": "autoregistration", "3": "Zabbix's own inside"}
PROBLEM = ("event_id", "eventid", "problem_id", "problemid")
TRIGGER = ("trigger_id", "triggerid")
KEYS = (*PROBLEM, *TRIGGER)
_STARTED = re.compile(r"started at (\d{1,2}:\d{2}:\d{2}) on (\d{4}\.\d{1,2}\.\d{1,2})")


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    Times are the server's own, in ``zone``. Updates of a problem, events that are no problems
    and posts of the test button are ``ignored``; a problem acknowledged there is ``acknowledged``.
    """
    fields = plain_names(whole(body))
    status, reason = _status(fields)
    title = titled(
        first(fields, "event_name", "alert_subject", "subject", "trigger_name", "name"),
        first(fields, "alert_message", "message"),
    )
    key = key_of(first(fields, *KEYS))
    if status == "ignored":
        return [Reading(SOURCE, key or digest(body), status, title, reason=reason)]
    return [
        Reading(
            SOURCE,
            needed(key, "event_id", "trigger_id"),
            status,
            title,
            severity=first(
                fields, "event_nseverity", "nseverity", "event_severity", "severity",
                "trigger_severity", "trigger_nseverity",
            ) or None,
            labels=_tags(fields.get("event_tags"), fields.get("event_tags_json")) | labels(
                host=first(fields, "host_name", "host", "hostname"),
                trigger_id=first(fields, *TRIGGER),
                event_name=first(fields, "event_name", "trigger_name", "name"),
                host_group=first(fields, "host_group", "hostgroup", "trigger_hostgroup_name"),
            ),
            started_at=_start(fields, zone),
            told_apart=BY_KEY if first(fields, *PROBLEM) else BY_ORDER,
            reason=reason,
        )
    ]  # fmt: skip


def _status(fields: Mapping[str, Any]) -> tuple[str, str]:
    source = first(fields, "event_source")
    if source in OTHER_EVENTS:
        return "ignored", f"an event of {OTHER_EVENTS[source]} (event_source {source})"
    if first(fields, "event_update_status") == "1":
        action = first(fields, "event_update_action").lower()
        if re.search(r"(?<!un)acknowledged", action):
            return "acknowledged", "acknowledged in Zabbix"
        return "ignored", f"an update of a problem that is known: {action or 'a comment'}"
    if text(fields.get("event_recovery_value")) == "0":
        return "resolved", ""
    said = first(fields, *VALUE, *WORDS).lower() or _word_of(fields)
    status = STATES.get(said, "")
    if not status and any(is_placeholder(fields.get(name)) for name in (*VALUE, *WORDS, *KEYS)):
        return "ignored", "macros are not filled in: a post of the test button"
    if not status and not said:
        raise ValueError("event_value is not in the body; right would be 1 or 0, {EVENT.VALUE}")
    if status == "firing" and first(fields, "event_suppressed", "suppressed").lower() in (
        "1", "yes", "true",
    ):  # fmt: skip
        return "suppressed", "suppressed in Zabbix: a maintenance"
    return status or "unknown", "" if status else f"event_value is {said!r}"


def _word_of(fields: Mapping[str, Any]) -> str:
    """What the subject begins with, in Zabbix's own templates."""
    return first(fields, "alert_subject", "subject").partition(":")[0].strip().lower()


def _start(fields: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    if found := epoch(first(fields, "event_timestamp", "timestamp")):
        return found
    day, clock = first(fields, "event_date"), first(fields, "event_time")
    if found := written(f"{day} {clock}", zone) if day and clock else None:
        return found
    if found := written(first(fields, "event_datetime", "started_at", "event_time"), zone):
        return found
    match = _STARTED.search(first(fields, "alert_message", "message"))
    return written(f"{match[2]} {match[1]}", zone) if match else None


def _tags(*values: object) -> dict[str, str]:
    """The event's tags: a list of objects, as JSON in a string, or as ``name:value, name``."""
    found: dict[str, str] = {}
    for value in values:
        tags: Any = value
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                tags = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(tags, str) and not is_placeholder(tags):
            pairs = [tag.partition(":") for tag in tags.split(",")]
            found |= {name.strip(): rest.strip() for name, _, rest in pairs if name.strip()}
        elif isinstance(tags, list):
            named = [part(tag) for tag in tags]
            found |= {n: text(tag.get("value")) for tag in named if (n := text(tag.get("tag")))}
    return found
