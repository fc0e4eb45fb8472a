"""What people enter after the fact, and corrections: the old entry stays, a new one says so (E39).

A correction names the entry it corrects and why. What stands is the entry with its last
correction; results that are worked out from times are worked out from what stands (D1, A17).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.tables import Incident, TimelineEntry
from kitart.plan.roles import role_name

LATE, CORRECTION = "late entry", "correction"
EFFECT_START, EFFECT_END, NORMAL = "effect-start", "effect-end", "normal"
ERT_TOOK_IT, AM_TOLD, CMT_REACHED, OTHER = "ert", "am", "cmt", "other"
KINDS = (EFFECT_START, EFFECT_END, NORMAL, ERT_TOOK_IT, AM_TOLD, CMT_REACHED, OTHER)
"""What a late entry may be about: each but the last is a time that results are measured by."""
OF_A_PROJECT = (EFFECT_START, EFFECT_END, AM_TOLD)
"""The kinds that may concern one project alone."""
MAY_WRITE = ("ert", "account_manager", "it_manager", "supervisor")
"""The roles that may add to a record by hand."""


class NotTaken(Exception):
    """An entry can't be taken: the incident is closed, or what it corrects isn't there."""


@dataclass(frozen=True)
class Writer:
    """Who enters something, in which role."""

    person: str
    role: str


@dataclass(frozen=True)
class Standing:
    """An entry as it stands: with its last correction, if there is one."""

    seq: int
    type: str
    occurred_at: datetime
    recorded_at: datetime
    author: str
    source: str
    text: str
    data: dict[str, Any]
    original: TimelineEntry
    """As it was first recorded: it stays (D1)."""
    withdrawn: bool = False
    corrected_by: TimelineEntry | None = None


def record(
    session: Session,
    number: str,
    kind: str,
    text: str,
    occurred_at: datetime,
    writer: Writer,
    *,
    project: str | None = None,
    now: datetime,
) -> bool:
    """Add what happened earlier; ``False`` when the same person entered the same before.

    Raises ``NotTaken`` once the incident is closed: then only corrections are taken.
    """
    if incidents.held(session, number).closed_at is not None:
        raise NotTaken(f"{number} is closed")
    data = {"person": writer.person, "role": writer.role, "kind": kind}
    if project is not None:
        data["project"] = project
    return _append(session, number, LATE, text, occurred_at, data, now)


def correct(
    session: Session,
    number: str,
    seq: int,
    why: str,
    writer: Writer,
    *,
    occurred_at: datetime | None = None,
    text: str = "",
    withdrawn: bool = False,
    now: datetime,
) -> bool:
    """Correct the entry ``seq``: its time, its words, or that it happened at all.

    ``False`` when the same person corrected it so before. Raises ``NotTaken`` for an entry that
    isn't there or is itself a correction.
    """
    # Held, so that of two people who correct the same at once the second builds on the first.
    incidents.held(session, number)
    rows = timeline.entries(session, number)
    old = next((e for e in standing(rows) if e.seq == seq), None)
    if old is None:
        raise NotTaken(f"{number} has no entry {seq} to correct")
    data: dict[str, Any] = {"person": writer.person, "role": writer.role, "corrects": seq}
    if text or (old.corrected_by and "text" in old.corrected_by.data):
        data["text"] = text or old.text
    if withdrawn:
        data["withdrawn"] = True
    return _append(session, number, CORRECTION, why, occurred_at or old.occurred_at, data, now)


def standing(entries: Iterable[TimelineEntry]) -> list[Standing]:
    """The entries as they stand, without the corrections themselves; what was withdrawn says so."""
    rows = list(entries)
    last = {e.data["corrects"]: e for e in rows if e.type == CORRECTION}
    return [_stands(e, last.get(e.seq)) for e in rows if e.type != CORRECTION]


def in_force(entries: Iterable[TimelineEntry]) -> list[Standing]:
    """The entries that count: as they stand, without those that were withdrawn."""
    return [e for e in standing(entries) if not e.withdrawn]


def said(entries: Sequence[Standing], kind: str, project: str | None = None) -> datetime | None:
    """When people say that something happened: the last entry of the kind, one about this very
    project before one about all; ``None`` where nobody entered it."""
    found = [e for e in entries if e.type == LATE and e.data.get("kind") == kind]
    about_all = [e for e in found if e.data.get("project") is None]
    own = [e for e in found if project is not None and e.data.get("project") == project]
    chosen = own or (about_all if project is not None else found)
    return chosen[-1].occurred_at if chosen else None


def begins_at(row: Incident) -> datetime:
    """When an incident began as far as its record went at first: the cause, or the report."""
    return min(row.cause_at, row.reported_at)


def _append(
    session: Session,
    number: str,
    type: str,
    text: str,
    occurred_at: datetime,
    data: dict[str, Any],
    now: datetime,
) -> bool:
    # The same form, sent twice by an impatient thumb, is one entry.
    same = repr((text, occurred_at.isoformat(), sorted(data.items())))
    entry = timeline.append(
        session, number, type, text, now=now, occurred_at=occurred_at,
        author=role_name(data["role"]), source="person", data=data,
        key=f"{type}:{hashlib.sha256(same.encode()).hexdigest()[:24]}",
    )  # fmt: skip
    return entry is not None


def _stands(entry: TimelineEntry, correction: TimelineEntry | None) -> Standing:
    data = correction.data if correction else {}
    return Standing(
        seq=entry.seq,
        type=entry.type,
        occurred_at=correction.occurred_at if correction else entry.occurred_at,
        recorded_at=entry.recorded_at,
        author=entry.author,
        source=entry.source,
        text=data.get("text", entry.text),
        data=entry.data,
        original=entry,
        withdrawn=bool(data.get("withdrawn")),
        corrected_by=correction,
    )
