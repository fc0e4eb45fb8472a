"""What the record of a missing input says: the supplier, the fall-back, the seats (A21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import timeline

CALLED, NOT_REACHED = "supplier called", "supplier not reached"
DECIDED = "fallback decided"
EMPTY, FILLED, NOT_NAMED = "seats empty", "seats filled", "seats not named"


@dataclass(frozen=True)
class Decided:
    """What was decided to work with; ``until`` is when it is decided anew, ``None`` where it
    stands until the input is here."""

    answer: str
    until: datetime | None


def supplier_reached(session: Session, incident: str, code: str) -> bool:
    """Whether somebody at the supplier of this input has answered."""
    return any(e.data.get("input") == code for e in timeline.entries(session, incident, CALLED))


def decision(session: Session, incident: str, code: str) -> Decided | None:
    """The last decision on what to work with instead of this input."""
    made = [e for e in timeline.entries(session, incident, DECIDED) if e.data.get("input") == code]
    if not made:
        return None
    until = made[-1].data.get("until")
    return Decided(made[-1].data["answer"], datetime.fromisoformat(until) if until else None)


def seats_said(session: Session, incident: str, project: str) -> bool:
    """Whether somebody has said of this project whether seats stay empty."""
    entries = timeline.entries(session, incident, EMPTY, FILLED)
    return any(entry.data.get("project") == project for entry in entries)
