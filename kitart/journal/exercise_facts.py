"""What came of an inject, as the timelines have it: the first entry that shows it (R52, t12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import contact_tests, crisis, exercises, levels
from kitart.journal.exercises import ExerciseRecord, Verdict
from kitart.journal.tables import TimelineEntry
from kitart.plan.exercises import Expectation, Inject, fact_of

Shows = Callable[[TimelineEntry, str, str], bool]
"""Whether an entry shows a fact, given what follows the fact's words and the inject's code."""


class Shown(NamedTuple):
    """When it happened, and the entry that shows it: incident and number in its timeline."""

    at: datetime
    evidence: tuple[str, int]


def _always(_entry: TimelineEntry, _rest: str, _inject: str) -> bool:
    return True


def _data(name: str) -> Shows:
    return lambda entry, rest, _inject: str(entry.data.get(name)) == rest


_TYPES: dict[str, tuple[tuple[str, ...], Shows]] = {
    "answered": ((exercises.ANSWERED,), lambda e, _, inject: e.data.get("inject") == inject),
    "ert acknowledged": (("ack received",), lambda e, _, __: e.data.get("step") == "ert"),
    "priority set": (("priority set",), _always),
    "account manager told": (("account manager told",), _always),
    "contacts valid": ((contact_tests.EVALUATED,), _always),
    "cover asked": (("backup contacted",), _always),
    "cover live": (("backup live", "backup says live"), _always),
    "crisis team reached": ((crisis.REACHED,), _always),
    "level proposed": ((levels.PROPOSED,), _data("level")),
    "level invoked": ((levels.SET, levels.CHANGED, levels.SETTLED), _data("level")),
    "decision": (("decided",), _data("kind")),
    "message": (("message accepted",), _data("purpose")),
    "refused": ((exercises.FENCED,), _data("channel")),
}


def shown(
    session: Session, record: ExerciseRecord, inject: Inject, expected: Expectation
) -> Shown | None:
    """The first entry since the inject that shows what is expected; ``None`` while there is none.

    Only the exercise's own record and those of its incidents are read (E40).
    """
    given_at = record.given.get(inject.id)
    if given_at is None:
        return None
    name, rest = fact_of(expected.what)
    types, shows = _TYPES.get(name, ((rest,), _always))
    numbers = [record.number, *(row.number for row in exercises.played(session, record.number))]
    query = sa.select(TimelineEntry).where(
        TimelineEntry.incident.in_(numbers),
        TimelineEntry.type.in_(types),
        TimelineEntry.occurred_at >= given_at,
    )
    for entry in session.scalars(query.order_by(TimelineEntry.occurred_at, TimelineEntry.id)):
        if shows(entry, rest, inject.id):
            return Shown(entry.occurred_at, (entry.incident, entry.seq))
    return None


def verdict_of(within_minutes: int, took: timedelta) -> Verdict:
    """``pass`` in time, to the minute allowed; ``part`` for what came too late."""
    return "pass" if took <= timedelta(minutes=within_minutes) else "part"
