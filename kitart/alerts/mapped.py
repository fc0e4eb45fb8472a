"""Any other tool: its posts are read by the mapping that the plan has for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from kitart.alerts.fields import digest, key_of, short, text, titled
from kitart.alerts.moments import written
from kitart.journal.alerts import BY_ORDER, BY_START, Reading
from kitart.plan.mapping import Mapping


def read(mapping: Mapping, body: Any, zone: tzinfo = UTC) -> list[Reading]:
    """The alerts of one post; raises ``ValueError`` naming the part of the mapping that gave no
    key or status, or could not be worked out."""
    return [_one(mapping, item, zone) for item in _items(mapping, body)]


def _items(mapping: Mapping, body: Any) -> Iterator[Any]:
    if mapping.each is None:
        yield body
        return
    found = _found("each", mapping.each, body)
    if not isinstance(found, list):
        raise ValueError(f"each gives {short(found)}; right would be a list of alerts")
    yield from found


def _one(mapping: Mapping, item: Any, zone: tzinfo) -> Reading:
    key = key_of(_said("dedup_key", mapping.dedup_key, item))
    title = titled(_said("title", mapping.title, item))
    if mapping.ignore_when and bool(_found("ignore_when", mapping.ignore_when, item)):
        return Reading("", key or digest(item), "ignored", title, reason=mapping.ignore_reason)
    said = _said("status", mapping.status, item)
    if not said:
        raise ValueError(f"status: {mapping.status!r} gives nothing in this body")
    if not key:
        raise ValueError(f"dedup_key: {mapping.dedup_key!r} gives nothing in this body")
    states = {word.lower(): state for word, state in mapping.statuses.items()}
    status = states.get(said.lower(), "unknown")
    at = _moment("time", mapping.time, item, zone)
    started = _moment("started", mapping.started, item, zone)
    return Reading(
        "",
        key,
        status,
        title,
        severity=_said("severity", mapping.severity, item) or None,
        labels={
            name: found
            for name, path in mapping.labels.items()
            if (found := _said(f"labels.{name}", path, item))
        },
        started_at=started or (at if status == "firing" else None),
        said_at=at,
        told_apart=BY_START if started else BY_ORDER,
        reason="" if status in ("firing", "resolved") else f"the status is {said!r}",
    )


def _said(name: str, path: str | None, item: Any) -> str:
    return text(_found(name, path, item)) if path else ""


def _moment(name: str, path: str | None, item: Any, zone: tzinfo) -> datetime | None:
    return written(_found(name, path, item), zone) if path else None


def _found(name: str, path: str, item: Any) -> Any:
    try:
        return _compiled(path).search(item)
    except JMESPathError as trouble:
        why = " ".join(str(trouble).split())
        raise ValueError(f"{name}: {path!r} can't be worked out for this body: {why}") from None
    except (TypeError, ArithmeticError, AttributeError) as trouble:
        # The library compares and adds without a look at what it was given.
        raise ValueError(f"{name}: {path!r} does not fit this body: {trouble}") from None


@lru_cache(maxsize=256)
def _compiled(path: str) -> ParsedResult:
    return jmespath.compile(path)


def as_body(value: Any) -> bytes:
    """An example's body as it would be posted."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()
