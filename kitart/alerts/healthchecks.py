"""Healthchecks: the template is the user's own; a check in its grace is not down."""

from __future__ import annotations

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
    stated,
    text,
    titled,
    whole,
)
from kitart.alerts.moments import written
from kitart.journal.alerts import BY_ORDER, Reading

SOURCE = "healthchecks"
STATES = {
    "down": "firing", "trigger": "firing", "up": "resolved", "resolve": "resolved",
    "acknowledge": "acknowledged", "paused": "suppressed", "grace": "unknown", "new": "unknown",
    "started": "unknown",
}  # fmt: skip
STATE = ("status", "state", "event_type")
KEYS = ("uuid", "unique_key", "code", "check_uuid", "check_id", "incident_key", "id")
TIMES = ("now", "time", "timestamp", "date", "datetime", "started_at", "occurred_at")


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    The fields may stand at the top or in ``check``. A post of the test button is ``ignored``.
    """
    outer = whole(body)
    fields = plain_names(outer)
    check = plain_names(part(outer.get("check")))
    state = (first(fields, *STATE) or first(check, *STATE)).lower()
    key = key_of(first(check, *KEYS) or first(fields, *KEYS) or _of_address(check, fields))
    name = first(check, "name", "slug") or first(fields, "name", "check_name", "check", "slug")
    title = titled(first(fields, "title", "subject", "message", "description"), name)
    why = _no_alert(fields, check, state, name)
    if why:
        return [Reading(SOURCE, key or digest(body), "ignored", title, reason=why)]
    status = STATES.get(stated(state, "status", "$STATUS"), "unknown")
    at = _moment(fields, check, zone)
    return [
        Reading(
            SOURCE,
            needed(key, "uuid", "unique_key", "code"),
            status,
            title,
            labels=labels(check=name, tags=first(check, "tags") or first(fields, "tags")),
            started_at=at if status == "firing" else None,
            said_at=at,
            told_apart=BY_ORDER,
            reason="" if status in ("firing", "resolved") else f"status is {state!r}",
        )
    ]


def _no_alert(fields: Mapping[str, Any], check: Mapping[str, Any], state: str, name: str) -> str:
    if name == "TEST":
        return "a test notification of Healthchecks"
    asked = (*STATE, *KEYS)
    if not state and any(is_placeholder(each.get(n)) for each in (fields, check) for n in asked):
        return "variables are not filled in: a test"
    return ""


def _of_address(*parts: Mapping[str, Any]) -> str:
    """The check's id as it stands at the end of its addresses."""
    for each in parts:
        for name in ("ping_url", "update_url"):
            if found := text(each.get(name)).rstrip("/").rpartition("/")[2]:
                return found
    return ""


def _moment(fields: Mapping[str, Any], check: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    told = (written(each.get(name), zone) for each in (fields, check) for name in TIMES)
    return next((at for at in told if at), None)
