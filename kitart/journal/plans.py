"""Plans as they stood when incidents began (D30)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_once
from kitart.journal.tables import Incident, PlanSnapshot

FEWEST_LETTERS = 4
"""Of a hash that is written short."""


def keep(
    session: Session, hash: str, body: dict[str, Any] | Callable[[], dict[str, Any]], *,
    now: datetime,
) -> None:  # fmt: skip
    """Keep a plan's snapshot under its hash; one that is there already is left alone, and neither
    read nor, where ``body`` makes it, made: whoever takes in alerts waits meanwhile."""
    if session.scalar(sa.select(PlanSnapshot.hash).where(PlanSnapshot.hash == hash)) is None:
        made = body() if callable(body) else body
        insert_once(session, PlanSnapshot, hash=hash, body=made, taken_at=now)


def snapshot(session: Session, hash: str) -> dict[str, Any]:
    """The snapshot with this hash; ``LookupError`` when there is none."""
    row = session.get(PlanSnapshot, hash)
    if row is None:
        raise LookupError(f"no plan with hash {hash} in the journal")
    return row.body


def found(session: Session, named: str) -> PlanSnapshot:
    """The snapshot that an incident's number, a hash or the beginning of one names (D30).

    Raises ``LookupError`` saying what there is where it names none, or more than one.
    """
    number = sa.select(Incident.plan_hash).where(Incident.number == named.upper())
    hash = session.scalar(number) or named.lower()
    if len(hash) < FEWEST_LETTERS:
        raise LookupError(
            f"{named!r} is too short for a plan's hash; right would be at least "
            f"{FEWEST_LETTERS} letters of it, or an incident's number"
        )
    query = sa.select(PlanSnapshot).order_by(PlanSnapshot.taken_at)
    known = list(session.scalars(query.where(PlanSnapshot.hash.startswith(hash, autoescape=True))))
    if len(known) == 1:
        return known[0]
    if known:
        several = ", ".join(row.hash[:12] for row in known[:5])
        raise LookupError(f"{named!r} begins {len(known)} plans: {several}; write more of it")
    newest = [row.hash[:12] for row in session.scalars(query)][-5:]
    raise LookupError(
        f"no incident and no plan in the journal is {named!r}; the newest plans: "
        f"{', '.join(newest) or 'none'}"
    )


def taken_at(session: Session, hash: str) -> datetime | None:
    """When the snapshot with this hash was first kept (UTC); ``None`` when there is none."""
    return session.scalar(sa.select(PlanSnapshot.taken_at).where(PlanSnapshot.hash == hash))


def naming(session: Session, person: str) -> dict[str, tuple[str, ...]]:
    """The snapshots in which a person's code stands, by hash, each with the incidents that began
    with it: what an erasure does not reach, since the plan's hash begins each record."""
    found = {}
    for row in session.scalars(sa.select(PlanSnapshot).order_by(PlanSnapshot.taken_at)):
        if _holds(row.body, person):
            numbers = sa.select(Incident.number).where(Incident.plan_hash == row.hash)
            found[row.hash] = tuple(session.scalars(numbers.order_by(Incident.number)))
    return found


def _holds(value: Any, person: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(each, person) for each in value.values())
    if isinstance(value, list):
        return any(_holds(each, person) for each in value)
    return bool(value == person)
