"""The flood guard: news to a person goes now, or waits in the journal until its time (D16)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.journal import held_news, messages, timeline
from kitart.journal.messages import Outgoing
from kitart.journal.tables import Message
from kitart.messaging.may_wait import INFORMS
from kitart.plan.schema import Plan
from kitart.rules import flood
from kitart.rules.flood import FloodLimits, Hold, Thing

WHY = {
    "same": "the same thing was told a short while ago",
    "many": "several incidents have news at once",
    "waiting": "earlier news about it waits too",
}


def limits_of(plan: Plan) -> FloodLimits:
    """The plan's limits for news to its people."""
    return FloodLimits(
        gap=timedelta(minutes=plan.limits.news_gap),
        grouped_from=plan.limits.incidents_grouped_from,
    )


def hold_back(
    session: Session, plan: Plan, message: Outgoing, headline: str, *, now: datetime
) -> Message | None:
    """The row of news that waits; ``None`` when it goes now, or was decided before.

    Belongs into the transaction that claims the message otherwise: of two who tell the same person
    at once the second sees what the first does. ``headline`` is its line in a message with others.
    """
    held_news.one_at_a_time(session, message.recipient)
    known = messages.with_key(session, message.key)
    if known is not None:
        return known if known.state == held_news.QUEUED else None
    to = held_news.address_of(session, message)
    limits = limits_of(plan)
    found = flood.hold(
        limits,
        Thing(message.incident, message.purpose),
        asks=False,
        told=held_news.told(session, to, INFORMS, now - limits.gap),
        waiting=held_news.waiting(session, to),
        now=now,
    )
    if found is None:
        return None
    row = held_news.hold(session, message, headline, until=found.until, now=now)
    _record(session, message, found, now)
    return row


def _record(session: Session, message: Outgoing, found: Hold, now: datetime) -> None:
    timeline.append(
        session, message.incident, "message held",
        f"{message.channel} to {message.role} ({message.purpose}): held until "
        f"{found.until:%H:%M:%S} UTC; {WHY[found.because]}",
        now=now,
        data={"key": message.key, "to": message.recipient, "role": message.role,
              "channel": message.channel, "purpose": message.purpose,
              "until": found.until.isoformat()},
        key=f"held:{message.key}",
    )  # fmt: skip
