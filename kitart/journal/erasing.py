"""Free text and personal data are erased, and the record stays verifiable (D1, D22).

An entry's words, author, key and salt go; its frame and its digest stay, so the chain holds. Of
its data what gives the record its structure stays (numbers, moments, lines, projects): pages and
results of a closed incident read it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal import call_forms, documents, incidents, timeline
from kitart.journal.erasing_rows import erase_rows
from kitart.journal.hashing import ERASED, SALTED
from kitart.journal.tables import TimelineEntry
from kitart.journal.words import storable

GONE = "erased"
STRUCTURE = frozenset({
    "answer", "answer_of", "approval", "attached", "audience", "category", "channel", "checksum",
    "client", "clients", "corrects", "day", "document", "does", "due_on", "duty", "entry",
    "exercise_kind", "expect", "fact", "factor", "inject", "input", "item", "kind", "language",
    "level", "line", "lines", "mode", "number", "order", "owner", "part", "pdf", "pdf_checksum",
    "place", "priority", "project", "purpose", "queue", "regime", "requirement", "role", "roles",
    "round", "run", "rung", "scenario", "scope", "stage", "starts_at", "state", "status", "step",
    "system", "type", "verdict", "version", "view", "waiting", "way",
})  # fmt: skip
"""The names in an entry's data under which a text is no free text and names no person."""


COPIED = frozenset({
    "action", "cause", "change", "check", "effect", "evidence", "finding", "keep", "resources",
    "text",
})  # fmt: skip
"""Under these names a report's facts hold words of an entry that they name by its number."""


class NotErased(Exception):
    """Nothing was erased; the message says why."""


@dataclass(frozen=True)
class Erased:
    """Which entries were erased, and how many other rows."""

    entries: tuple[int, ...]
    rows: int


def erase(
    session: Session,
    number: str,
    *,
    entries: Collection[int] = (),
    person: str = "",
    reason: str,
    by: str,
    now: datetime,
) -> Erased:
    """Erase entries by their numbers, or all that names a person: those entries, and what the
    other tables of this incident have of the person. An entry says who erased what and why.

    Raises ``LookupError`` for an incident that isn't there, ``NotErased`` while it is not closed
    and settled (its run may still need what it says), for entries that aren't there, were erased
    before, say that others were, or are of a form that can't be erased.
    """
    row = incidents.held(session, number)
    if row.closed_at is None or row.settled_at is None:
        raise NotErased(f"{number} is not closed and settled yet: erase when it is")
    known = timeline.entries(session, number)
    chosen = _named(known, person) if person else _chosen(known, number, entries)
    whole = [e.seq for e in chosen if e.form != SALTED]
    if whole:
        raise NotErased(
            f"entries {_list(whole)} of {number} were recorded before entries could be erased: "
            "their hash is over the words themselves"
        )
    mark = f"erased at {now:%Y-%m-%d %H:%M} UTC by {storable(by)}: {storable(reason)}"
    for entry in chosen:
        entry.text, entry.author, entry.key, entry.salt = mark, GONE, None, None
        entry.data, entry.erased_at = without_words(entry.data, person), now
    seqs = tuple(entry.seq for entry in chosen)
    _erase_copies(session, number, set(seqs))
    rows = erase_rows(session, number, person, GONE) if person else 0
    if not seqs and not rows:
        raise NotErased(f"{number} has nothing that names {person}")
    _say(session, number, seqs, rows, reason, by, now)
    return Erased(seqs, rows)


def erase_calls(
    session: Session, number: str, *, reason: str, by: str, now: datetime
) -> tuple[int, str]:
    """Delete the forms of calls logged by hand of a closed incident: how many, and their digest.

    Raises ``LookupError`` for an incident that isn't there, ``NotErased`` while it is not closed
    and settled, or where it has no forms.
    """
    row = incidents.held(session, number)
    if row.closed_at is None or row.settled_at is None:
        raise NotErased(f"{number} is not closed and settled yet: erase when it is")
    count, checksum = call_forms.delete(session, number, reason=storable(reason), by=storable(by),
                                        now=now)  # fmt: skip
    if not count:
        raise NotErased(f"{number} has no forms of calls logged by hand")
    return count, checksum


def _say(
    session: Session,
    number: str,
    seqs: Sequence[int],
    rows: int,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """The entry about it; of a person it says how much, never whom."""
    parts = [f"entries {_list(seqs)}"] if seqs else []
    parts += [f"{rows} other rows"] if rows else []
    timeline.append(
        session, number, ERASED, f"Erased: {', '.join(parts)}. Reason: {reason}", now=now,
        author=by, source="person",
        data={"entries": list(seqs), "rows": rows, "reason": reason, "by": by},
    )  # fmt: skip


def _chosen(
    known: Sequence[TimelineEntry], number: str, wanted: Collection[int]
) -> list[TimelineEntry]:
    by_seq = {entry.seq: entry for entry in known}
    missing = sorted(set(wanted) - set(by_seq))
    if missing:
        raise NotErased(f"{number} has no entry {_list(missing)}")
    chosen = [by_seq[seq] for seq in sorted(set(wanted))]
    for entry in chosen:
        if entry.erased_at is not None:
            raise NotErased(f"entry {entry.seq} of {number} was erased before")
        if entry.type == ERASED:
            raise NotErased(f"entry {entry.seq} of {number} says what was erased: it stays")
    return chosen


def _named(known: Sequence[TimelineEntry], person: str) -> list[TimelineEntry]:
    return [
        entry
        for entry in known
        if entry.erased_at is None
        and entry.type != ERASED
        and (entry.author == person or _holds(entry.data, person) or _says(entry.text, person))
    ]


def _says(text: str, person: str) -> bool:
    return person in text.replace(",", " ").replace(".", " ").replace(":", " ").split()


def _holds(value: Any, person: str) -> bool:
    if isinstance(value, dict):
        return person in value or any(_holds(each, person) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, person) for each in value)
    return isinstance(value, str) and (value == person or person in value.split(":"))


def without_words(value: Any, person: str = "", name: str = "") -> Any:
    """Data of an entry without texts that may say something of a person; a moment stays."""
    if isinstance(value, dict):
        return {
            (GONE if key == person else key): without_words(each, person, key)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [without_words(each, person, name) for each in value]
    if not isinstance(value, str) or value == "" or _is_moment(value):
        return value
    return value if name in STRUCTURE and value != person else GONE


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _erase_copies(session: Session, number: str, seqs: set[int]) -> None:
    """What drafts were made of holds the entries' words too; the pages and texts stay: they are
    what clients were told, and name nobody (D22)."""
    for document in documents.of_incident(session, number, whole=True):
        document.facts = _without_entries(document.facts, seqs)


def _without_entries(value: Any, seqs: set[int]) -> Any:
    """Facts without the words of these entries, wherever a line of theirs was copied to."""
    if isinstance(value, list):
        return [_without_entries(each, seqs) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("seq") in seqs:
        return {k: GONE if k in COPIED else [] if k == "values" else v for k, v in value.items()}
    return {name: _without_entries(each, seqs) for name, each in value.items()}


def _list(numbers: Collection[int]) -> str:
    return ", ".join(map(str, numbers))
