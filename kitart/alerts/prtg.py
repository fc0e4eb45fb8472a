"""PRTG: a form; what a sensor is now stands at the end of its status text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from kitart.alerts.fields import (
    digest,
    first,
    is_placeholder,
    key_of,
    labels,
    needed,
    plain_names,
    stated,
    titled,
    whole,
)
from kitart.alerts.moments import written
from kitart.journal.alerts import BY_ORDER, Reading

SOURCE = "prtg"
KEYS = ("sensorid", "sensor_id")
_NOW = re.compile(r"\(\s*now:\s*([^()]*)", re.IGNORECASE)
_STATES = (
    (re.compile(r"down\b.*\backnowledged", re.DOTALL), "acknowledged", "acknowledged in PRTG"),
    (re.compile(r"(still )?down\b"), "firing", ""),
    (re.compile(r"(up|ok)\b"), "resolved", ""),
    (re.compile(r"paused\b"), "suppressed", "the sensor is paused"),
)


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body.

    Times are the server's own, in ``zone``. A post of the test button is ``ignored``.
    """
    fields = plain_names(whole(body))
    said = first(fields, "status", "state", "laststatus")
    title = titled(
        " ".join(filter(None, (first(fields, "device"), first(fields, "name", "sensor")))),
        first(fields, "message", "lastmessage"),
    )
    key = key_of(first(fields, *KEYS))
    if not said and any(is_placeholder(each) for each in fields.values()):
        reason = "placeholders are not filled in: a post of the test button"
        return [Reading(SOURCE, key or digest(body), "ignored", title, reason=reason)]
    status, reason = _status(stated(said, "status", "%status"))
    at = written(first(fields, "datetime"), zone)
    return [
        Reading(
            SOURCE,
            needed(key, *KEYS),
            status,
            title,
            severity=first(fields, "priority", "prio") or None,
            labels=_labels(fields),
            started_at=at if status == "firing" else None,
            said_at=at,
            told_apart=BY_ORDER,
            reason=reason,
        )
    ]


def _status(said: str) -> tuple[str, str]:
    now = _NOW.search(said)
    word = (now[1] if now else said).strip().lower()
    if now is None and re.search(r"\bended\b", word):
        return "unknown", f"status is {said!r}, which does not say what the sensor is now"
    for pattern, status, reason in _STATES:
        if pattern.match(word):
            return status, reason
    # Neither up nor down: but a sensor that warns is down no more.
    if now is not None and word in ("warning", "unusual") and said.lower().startswith("down"):
        return "resolved", f"down no more, but {word}"
    return "unknown", f"status is {said!r}"


def _labels(fields: Mapping[str, Any]) -> dict[str, str]:
    return labels(
        sensor=first(fields, "name", "sensor"), device=first(fields, "device", "server"),
        group=fields.get("group"), probe=fields.get("probe"), host=fields.get("host"),
        sensor_id=first(fields, *KEYS), message=first(fields, "message", "lastmessage"),
    )  # fmt: skip
