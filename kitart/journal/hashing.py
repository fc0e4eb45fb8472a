"""The hash chain that makes a changed, removed or added entry show (D1)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kitart.clock import as_utc
from kitart.journal.tables import TimelineEntry


def first_hash(incident: str, plan_hash: str) -> str:
    """What an incident's first entry is chained to: its number and its plan."""
    return _digest({"incident": incident, "plan": plan_hash})


def entry_hash(
    previous: str,
    *,
    incident: str,
    seq: int,
    type: str,
    occurred_at: datetime,
    recorded_at: datetime,
    author: str,
    source: str,
    text: str,
    data: dict[str, Any],
    key: str | None = None,
) -> str:
    """The hash of one entry over all its fields and the hash before it."""
    return _digest(
        {
            "previous": previous,
            "incident": incident,
            "seq": seq,
            "type": type,
            "occurred_at": as_utc(occurred_at).isoformat(),
            "recorded_at": as_utc(recorded_at).isoformat(),
            "author": author,
            "source": source,
            "text": text,
            # As it is read back: JSON turns every name into a text.
            "data": json.loads(json.dumps(data)),
            "key": key,
        }
    )


def broken_at(entries: Iterable[TimelineEntry], incident: str, plan_hash: str) -> int | None:
    """The number of the first entry that does not fit the chain; ``None`` when intact."""
    previous, expected_seq = first_hash(incident, plan_hash), 1
    for entry in entries:
        right = entry_hash(
            previous,
            incident=entry.incident,
            seq=expected_seq,
            type=entry.type,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            author=entry.author,
            source=entry.source,
            text=entry.text,
            data=entry.data,
            key=entry.key,
        )
        if entry.seq != expected_seq or entry.previous_hash != previous or entry.hash != right:
            return expected_seq
        previous, expected_seq = entry.hash, expected_seq + 1
    return None


def _digest(value: dict[str, Any]) -> str:
    body = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def key_hash(key: str) -> str:
    """What is kept of a random key instead of the key: its SHA-256, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()
