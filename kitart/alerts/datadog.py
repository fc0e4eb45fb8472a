"""Datadog: the template is the user's own, so names are taken however they are spelled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from kitart.alerts.fields import (
    LONGEST_TITLE,
    digest,
    first,
    is_placeholder,
    key_of,
    labels,
    needed,
    plain_names,
    text,
    titled,
    whole,
)
from kitart.alerts.moments import written
from kitart.journal.alerts import BY_KEY, BY_ORDER, Reading

SOURCE = "datadog"
TRANSITIONS = {
    "triggered": "firing", "re-triggered": "firing", "retriggered": "firing", "alert": "firing",
    "no data": "firing", "re-no data": "firing", "warn": "firing", "re-warn": "firing",
    "warning": "firing", "error": "firing", "renotify": "firing", "recovered": "resolved",
    "recovery": "resolved", "ok": "resolved", "success": "resolved", "resolved": "resolved",
    "muted": "suppressed",
}  # fmt: skip
STATE = ("alert_transition", "transition", "alert_status", "status", "state")
CYCLE = ("alert_cycle_key", "cycle_key")
EPISODE = (*CYCLE, "aggreg_key", "aggregation_key", "dedup_key")
MONITOR = ("alert_id", "monitor_id")
TITLE = ("title", "event_title", "alert_title", "alert_name")
_BRACKETS = re.compile(r"\[([^\]\[{]*?)(\s+on\s+[^\]]*)?\]\s*")


def read(body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alert of one post; raises ``ValueError`` naming what is wrong with the body."""
    fields = plain_names(whole(body))
    title = first(fields, *TITLE)
    words, about = _told_in(title)
    state, status = _state(fields, words)
    key = _key(fields, about)
    shown = titled(title, first(fields, "event_msg", "text_only_msg", "body", "message"))
    if "test" in words:
        reason = "a test notification of Datadog"
        return [Reading(SOURCE, key or digest(body), "ignored", shown, reason=reason)]
    if not state:
        if any(is_placeholder(fields.get(name)) for name in (*STATE, *EPISODE, *TITLE)):
            reason = "variables are not filled in: a test"
            return [Reading(SOURCE, key or digest(body), "ignored", shown, reason=reason)]
        if title or first(fields, "event_type"):
            reason = "an event that is no monitor's alert"
            return [Reading(SOURCE, key or digest(body), "ignored", shown, reason=reason)]
        raise ValueError(
            "alert_transition is not in the body, and title does not begin with it in brackets; "
            "right would be $ALERT_TRANSITION"
        )
    at = _moment(fields)
    return [
        Reading(
            SOURCE,
            needed(key, "alert_cycle_key", "aggreg_key", "alert_id", "title"),
            status,
            shown,
            severity=first(fields, "alert_priority", "priority", "alert_type", "severity") or None,
            labels=_tags(fields) | labels(
                monitor=about, monitor_id=first(fields, *MONITOR),
                scope=first(fields, "alert_scope", "scope"),
                host=first(fields, "hostname", "host"), transition=state,
            ),
            started_at=at if status == "firing" else None,
            said_at=at,
            told_apart=BY_KEY if first(fields, *CYCLE) else BY_ORDER,
            reason="" if status != "unknown" else f"the transition is {state!r}",
        )
    ]  # fmt: skip


def _state(fields: Mapping[str, Any], words: list[str]) -> tuple[str, str]:
    """The transition as it was written, and its meaning; where there is none, its type."""
    told = [said for name in STATE if (said := text(fields.get(name)))]
    for said in (*told, *words):
        if status := TRANSITIONS.get(said.lower()):
            return said, status
    if told:
        return told[0], "unknown"
    asked = any(is_placeholder(fields.get(name)) for name in STATE)
    kind = "" if asked else text(fields.get("alert_type"))
    return kind, TRANSITIONS.get(kind.lower(), "unknown")


def _told_in(title: str) -> tuple[list[str], str]:
    """What a title says in brackets (``[Triggered on {host:a}]``), and the rest of it, which is
    the same when the alert ends."""
    words, scopes, rest = [], [], title[:LONGEST_TITLE].strip()
    while match := _BRACKETS.match(rest):
        word = match[1].strip().lower()
        if word not in TRANSITIONS and word != "test" and not re.fullmatch(r"p[1-5]", word):
            break
        words.append(word)
        scopes.append((match[2] or "").strip())
        rest = rest[match.end() :]
    return words, " ".join(filter(None, (rest.strip(), *scopes)))


def _key(fields: Mapping[str, Any], about: str) -> str:
    if episode := first(fields, *EPISODE):
        return key_of(episode)
    if monitor := first(fields, *MONITOR):
        return key_of(monitor, first(fields, "alert_scope", "scope"))
    return key_of(about or first(fields, "event_id", "id"))


def _moment(fields: Mapping[str, Any]) -> datetime | None:
    return next(
        (at for name in ("date", "date_posix", "timestamp", "last_updated")
         if (at := written(fields.get(name), UTC))),
        None,
    )  # fmt: skip


def _tags(fields: Mapping[str, Any]) -> dict[str, str]:
    tags = fields.get("tags") or fields.get("event_tags")
    listed = tags if isinstance(tags, list) else text(tags).split(",")
    pairs = (text(tag).partition(":") for tag in listed)
    return {name.strip(): rest.strip() for name, _, rest in pairs if name.strip() and rest.strip()}
