"""Which agents the phone system had live when it was last asked (E18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.tables import SeenAgent


@dataclass(frozen=True)
class LastLook:
    """When it was last asked (UTC), and who was live; ``None`` before the first look."""

    at: datetime | None
    live: frozenset[str]


def last_look(session: Session) -> LastLook:
    """The last look that got an answer."""
    rows = session.scalars(sa.select(SeenAgent)).all()
    at = max((row.looked_at for row in rows), default=None)
    return LastLook(at, frozenset(row.agent for row in rows if row.live))


def keep(
    session: Session, agents: Collection[str], live: Collection[str], *, now: datetime
) -> None:
    """Write down what a look at ``now`` has seen of ``agents``.

    Called within ``incidents.one_at_a_time``, so that no other look comes between.
    """
    known = {row.agent: row for row in session.scalars(sa.select(SeenAgent))}
    for agent in agents:
        row = known.get(agent)
        if row is None:
            seen = SeenAgent(agent=agent, live=agent in live, changed_at=now, looked_at=now)
            session.add(seen)
            continue
        if row.live != (agent in live):
            row.live, row.changed_at = agent in live, now
        row.looked_at = now
    session.flush()
