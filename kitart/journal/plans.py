"""Plans as they stood when incidents began (D30)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.journal.once import insert_once
from kitart.journal.tables import PlanSnapshot


def keep(session: Session, hash: str, body: dict[str, Any], *, now: datetime) -> None:
    """Keep a plan's snapshot under its hash; one that is there already is left alone."""
    if session.get(PlanSnapshot, hash) is None:
        insert_once(session, PlanSnapshot, hash=hash, body=body, taken_at=now)


def snapshot(session: Session, hash: str) -> dict[str, Any]:
    """The snapshot with this hash; ``LookupError`` when there is none."""
    row = session.get(PlanSnapshot, hash)
    if row is None:
        raise LookupError(f"no plan with hash {hash} in the journal")
    return row.body
