"""What a transaction that only reads works out once: nothing changes while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from kitart.plan.schema import Plan

T = TypeVar("T")

KNOWN = "worked out already"
"""Where a session that only reads keeps it."""


def only_reads(session: Session) -> None:
    """Say that the session writes nothing, and sees the journal as it stood at its first
    question."""
    session.info[KNOWN] = {}


def once_in_a_reading(
    work: Callable[[Session, Plan, str, datetime], T],
) -> Callable[[Session, Plan, str, datetime], T]:
    """``work`` about an incident at a moment, worked out once where many ask in one reading; anew
    each time in a transaction that writes. What it returns belongs to all who ask."""

    @wraps(work)
    def once(session: Session, plan: Plan, incident: str, now: datetime) -> T:
        known: dict[Any, tuple[Plan, T]] | None = session.info.get(KNOWN)
        if known is None:
            return work(session, plan, incident, now)
        key = (work, id(plan), incident, now)
        if key not in known:
            # The plan too, so that no other one is ever taken for it; its hash takes long to make.
            known[key] = (plan, work(session, plan, incident, now))
        return known[key][1]

    return once
