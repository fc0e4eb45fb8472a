"""The hash chain that makes a changed, removed or added entry show (D1).

There are two forms. In form 1 a hash is over all fields of an entry. In form 2 it is over the
frame (number, type, times, source) and over ``content``, a digest of author, text, data and key
with a random salt: when these are erased, and the salt with them, the chain still holds and
nobody can find out by guessing what they were.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kitart.clock import as_utc

if TYPE_CHECKING:
    from kitart.journal.tables import TimelineEntry

WHOLE, SALTED = 1, 2
ERASED = "erased"
"""The type of the entry that names others whose content was erased: none is without it."""
FRAME = ("incident", "seq", "type", "occurred_at", "recorded_at", "source")
CONTENT = ("author", "text", "data", "key")


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
    """The hash of one entry in form 1: over all its fields and the hash before it."""
    fields = {
        "incident": incident, "seq": seq, "type": type, "occurred_at": _moment(occurred_at),
        "recorded_at": _moment(recorded_at), "author": author, "source": source, "text": text,
        "data": data, "key": key,
    }  # fmt: skip
    return hash_of(fields, WHOLE, previous)


def content_digest(salt: str, fields: Mapping[str, Any]) -> str:
    """The digest of what an entry says: author, text, data and key, with its salt (form 2)."""
    said = {name: fields[name] for name in CONTENT}
    # As it is read back: JSON turns every name into a text.
    return _digest({**said, "data": json.loads(json.dumps(said["data"])), "salt": salt})


def hash_of(fields: Mapping[str, Any], form: int, previous: str, content: str = "") -> str:
    """The hash of an entry by its form, from plain values: moments are ISO texts in UTC.

    ``content`` is its digest in form 2. Raises ``ValueError`` for a form that is not known.
    """
    frame = {name: fields[name] for name in FRAME} | {"previous": previous}
    if form == SALTED:
        return _digest({**frame, "form": SALTED, "content": content})
    if form != WHOLE:
        raise ValueError(f"form {form} of an entry is not known here")
    said = {name: fields[name] for name in CONTENT}
    return _digest({**frame, **said, "data": json.loads(json.dumps(said["data"]))})


def plain(entry: TimelineEntry) -> dict[str, Any]:
    """An entry's hashed fields as plain values, as ``hash_of`` and a pack of evidence have them."""
    return {
        "incident": entry.incident, "seq": entry.seq, "type": entry.type,
        "occurred_at": _moment(entry.occurred_at), "recorded_at": _moment(entry.recorded_at),
        "source": entry.source, "author": entry.author, "text": entry.text, "data": entry.data,
        "key": entry.key,
    }  # fmt: skip


def broken_at(entries: Iterable[TimelineEntry], incident: str, plan_hash: str) -> int | None:
    """The number of the first entry that does not fit the chain; ``None`` when intact."""
    previous, expected_seq = first_hash(incident, plan_hash), 1
    rows = list(entries)
    said_erased = {n for row in rows if row.type == ERASED for n in row.data.get("entries", ())}
    for entry in rows:
        if (
            entry.seq != expected_seq
            or entry.previous_hash != previous
            or entry.hash != _right(entry, previous)
            or (entry.erased_at is not None and entry.seq not in said_erased)
        ):
            return expected_seq
        previous, expected_seq = entry.hash, expected_seq + 1
    return None


def _right(entry: TimelineEntry, previous: str) -> str | None:
    """The hash that an entry should have; ``None`` where what it says is not what was said."""
    fields, form = plain(entry), entry.form or WHOLE
    if form not in (WHOLE, SALTED):
        return None
    erased = entry.erased_at is not None
    if form == SALTED and not erased:
        if content_digest(entry.salt or "", fields) != entry.content:
            return None
    elif erased and form == WHOLE:
        return None
    return hash_of(fields, form, previous, entry.content or "")


def _moment(moment: datetime) -> str:
    return as_utc(moment).isoformat()


def _digest(value: Mapping[str, Any]) -> str:
    body = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def key_hash(key: str) -> str:
    """What is kept of a random key instead of the key: its SHA-256, in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()
