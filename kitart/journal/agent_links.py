"""Agents' standing links: one each, kept as a hash, ended by a word or by a newer one (R17)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.hashing import key_hash
from kitart.journal.tables import AgentLink

LINK_LIFE = timedelta(days=200)
"""Longer than two tests of the contact list are apart: a link that nobody renews ends."""


def keep(session: Session, agent: str, token: str, *, by: str, now: datetime) -> None:
    """Make this token the agent's link; an older one ends. ``by`` says who made it."""
    end(session, agent, now=now)
    session.add(AgentLink(link_hash=key_hash(token), agent=agent, made_by=by, made_at=now))
    session.flush()


def of_token(session: Session, token: str) -> AgentLink | None:
    """The link that a token stands for, whether it still works or not."""
    return session.scalars(
        sa.select(AgentLink).where(AgentLink.link_hash == key_hash(token))
    ).first()


def works(row: AgentLink, now: datetime) -> bool:
    """Whether the link still opens the page: not ended, not too old."""
    return row.ended_at is None and now <= until(row)


def until(row: AgentLink) -> datetime:
    """When the link ends by itself (UTC)."""
    return row.made_at + LINK_LIFE


def end(session: Session, agent: str, *, now: datetime) -> int:
    """End an agent's link; how many there were."""
    query = sa.update(AgentLink).where(AgentLink.agent == agent, AgentLink.ended_at.is_(None))
    return int(session.execute(query.values(ended_at=now)).rowcount)  # type: ignore[attr-defined]
