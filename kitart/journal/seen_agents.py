"""Which agents the phone system had live when it was last asked (E18)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import Turn, take_turn
from kitart.journal.tables import SeenAgent

AT_ONCE = 5000
"""So many agents are named in one statement: databases have a limit."""


@dataclass(frozen=True)
class LastLook:
    """When it was last asked (UTC), and who was live; ``None`` before the first look."""

    at: datetime | None
    live: frozenset[str]


def one_at_a_time(session: Session) -> None:
    """Have a look wait for the one before, until the transaction ends; called before any row is
    held."""
    take_turn(session, Turn.LOOKS)


def last_look(session: Session) -> LastLook:
    """The last look; of one that got no answer nobody is known to be live."""
    rows = session.execute(sa.select(SeenAgent.agent, SeenAgent.live, SeenAgent.looked_at)).all()
    at = max((row.looked_at for row in rows), default=None)
    return LastLook(at, frozenset(row.agent for row in rows if row.live))


def keep(
    session: Session, agents: Collection[str], live: Collection[str], *, now: datetime
) -> None:
    """Write down what a look at ``now`` has seen of ``agents``, in a few statements however many
    they are: where it opens an incident, whoever takes in alerts waits meanwhile.

    Called within ``one_at_a_time``, so that no other look comes between.
    """
    known = dict(session.execute(sa.select(SeenAgent.agent, SeenAgent.live)).tuples().all())
    _set(session, [agent for agent in agents if agent in known], looked_at=now)
    for is_live in (True, False):
        changed = [agent for agent in agents
                   if known.get(agent) is not is_live and agent in known
                   and (agent in live) is is_live]  # fmt: skip
        _set(session, changed, live=is_live, changed_at=now)
    new = [{"agent": agent, "live": agent in live, "changed_at": now, "looked_at": now}
           for agent in agents if agent not in known]  # fmt: skip
    if new:
        session.execute(sa.insert(SeenAgent), new)


def _set(session: Session, agents: Sequence[str], **values: Any) -> None:
    for first in range(0, len(agents), AT_ONCE):
        some = agents[first : first + AT_ONCE]
        session.execute(sa.update(SeenAgent).where(SeenAgent.agent.in_(some)).values(**values))
