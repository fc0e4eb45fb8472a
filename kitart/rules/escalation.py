"""Whom of the ERT to ask now, and until when (R8-R10, A14, E24).

Contact is a person's own answer. Until somebody takes it, the escalation never goes silent:
the next member is asked in parallel after a short silence or at once after a "cannot"; when the
deadline passes, everybody is asked, the account managers and the IT manager are told, and the
asking goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Policy:
    """The escalation as frozen into the incident: whom in which order, and the pauses."""

    order: tuple[str, ...]
    reported_at: datetime
    due_at: datetime
    retry_minutes: int


@dataclass(frozen=True)
class Ask:
    """Ask this person (again): ``round`` counts from 1."""

    person: str
    round: int


@dataclass(frozen=True)
class Escalation:
    """What is due now; ``next_at`` is when to look again."""

    asks: tuple[Ask, ...]
    breached: bool
    next_at: datetime


def escalate(
    policy: Policy,
    asked: Mapping[str, Sequence[datetime]],
    cannot: Mapping[str, datetime],
    now: datetime,
    unreached: Mapping[str, datetime] | None = None,
) -> Escalation:
    """What is due at ``now``, while nobody has taken it.

    ``asked`` holds the moments at which each person was asked, ``cannot`` who declined and when,
    ``unreached`` whom no channel took a message for, since when (D15).
    """
    retry = timedelta(minutes=policy.retry_minutes)
    passed = dict(unreached or {}) | dict(cannot)
    # When everybody has declined, somebody must be asked again all the same.
    spared = cannot if any(person not in cannot for person in policy.order) else {}
    asks: list[Ask] = []
    moments: list[datetime] = [policy.due_at] if now < policy.due_at else []
    # Before the deadline the members are asked one after another, each one retry after the
    # one before (or at once after a "cannot", or when no message got through).
    turn = policy.reported_at
    for person in policy.order:
        tries = list(asked.get(person, ()))
        starts = turn if now < policy.due_at else min(turn, policy.due_at)
        if not tries:
            if starts <= now:
                asks.append(Ask(person, 1))
                tries = [now]
            else:
                moments.append(starts)
        elif person not in spared and now >= policy.due_at:
            again = tries[-1] + retry
            if again <= now:
                asks.append(Ask(person, len(tries) + 1))
            else:
                moments.append(again)
        first = tries[0] if tries else starts
        turn = min(first + retry, passed[person]) if person in passed else first + retry
    if not moments:
        moments.append(now + retry)
    return Escalation(tuple(asks), breached=now >= policy.due_at, next_at=min(moments))
