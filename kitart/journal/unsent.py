"""Messages that should have left and did not: a sign that something of ours is stuck (D15)."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import messages
from kitart.journal.tables import Message


def late(session: Session, longer_than: timedelta, *, now: datetime, real_now: datetime) -> int:
    """How many messages wait for so much longer than they should: held news whose time is over,
    and those that somebody began to send and never ended."""
    held = sa.and_(
        Message.state == "queued", Message.told_in.is_(None),
        Message.hold_until < now - longer_than,
    )  # fmt: skip
    stuck = messages.left_sending(longer_than, real_now)
    return session.scalar(sa.select(sa.func.count(Message.id)).where(sa.or_(held, stuck))) or 0
