"""Since when an incident is one for the crisis team, as the levels in the record say (R31, R37)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import levels, timeline

CONTACTED, REACHED, DECIDED = "CMT contacted", "CMT reached", "CMT decided"
STRATEGY = "strategy"
FROM_LEVEL, MEETS_FROM = 3, 4


@dataclass(frozen=True)
class Recognised:
    """The level in force, and since when (UTC) it has been so bad without a break."""

    level: int
    at: datetime


def recognised(session: Session, incident: str, least: int = FROM_LEVEL) -> Recognised | None:
    """Since when the highest level in force is ``least`` or worse; ``None`` while it is not."""
    said = timeline.entries(session, incident, levels.SET, levels.CHANGED, levels.SETTLED)
    since: datetime | None = None
    highest: int | None = None
    for place in range(len(said)):
        highest = levels.folded(said[: place + 1]).highest
        if highest is None or highest < least:
            since = None
        elif since is None:
            since = said[place].occurred_at
    return None if since is None or highest is None else Recognised(highest, since)
