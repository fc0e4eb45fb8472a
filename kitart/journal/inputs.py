"""When vital inputs are due, what arrived, and what became of each due time (R6, A21, D21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.once import id_if_new
from kitart.journal.tables import Incident, InputArrival, InputDue
from kitart.journal.words import storable
from kitart.rules.inputs import Occurrence

EXPECTED, ARRIVED, LATE, OVERDUE, PASSED = (
    "expected", "arrived", "arrived late", "overdue", "passed",
)  # fmt: skip
WEBHOOK, FILE, URL, PERSON = "webhook", "file", "url", "person"
ARRIVAL = "input arrived"
"""The entry in an incident's record."""


@dataclass(frozen=True)
class Arrived:
    """What was seen to arrive: ``at`` in UTC; two of the same ``mark`` are one. ``by_role`` is the
    role of the person who says so, empty where nobody does; what does not ``counts`` is kept so
    that the next one can be told from it."""

    input: str
    at: datetime
    way: str
    mark: str
    detail: str = ""
    by_role: str = ""
    counts: bool = True


def keep_due(session: Session, code: str, occurrence: Occurrence) -> None:
    """Keep a time at which an input is due; one that is kept already stays as it is."""
    id_if_new(
        session, InputDue, input=code, due_at=occurrence.due_at,
        counts_after=occurrence.counts_after, overdue_at=occurrence.overdue_at, state=EXPECTED,
    )  # fmt: skip


def last_due(session: Session, code: str) -> InputDue | None:
    """The latest time kept at which an input is due; ``None`` before the first look."""
    query = sa.select(InputDue).where(InputDue.input == code)
    return session.scalars(query.order_by(InputDue.due_at.desc()).limit(1)).first()


def forget_expected(session: Session, code: str, after: datetime) -> None:
    """Take back the times that are still to come: the plan has others by now."""
    session.execute(
        sa.delete(InputDue).where(
            InputDue.input == code, InputDue.state == EXPECTED, InputDue.due_at > after
        )
    )


def expected(session: Session) -> list[InputDue]:
    """Every due time that is neither over nor an incident's, the first overdue first."""
    query = sa.select(InputDue).where(InputDue.state == EXPECTED)
    return list(session.scalars(query.order_by(InputDue.overdue_at, InputDue.id)))


def due_that_counts(session: Session, code: str, at: datetime) -> InputDue | None:
    """The due time that an arrival at ``at`` counts for."""
    query = sa.select(InputDue).where(InputDue.input == code, InputDue.counts_after < at)
    return session.scalars(query.order_by(InputDue.due_at.desc()).limit(1)).first()


def next_after(session: Session, row: InputDue) -> InputDue | None:
    """The due time that follows on another one's."""
    query = sa.select(InputDue).where(InputDue.input == row.input, InputDue.due_at > row.due_at)
    return session.scalars(query.order_by(InputDue.due_at).limit(1)).first()


def of_incident(session: Session, incident: str) -> list[InputDue]:
    """The due times that an incident is about, the first one first."""
    query = sa.select(InputDue).where(InputDue.incident == incident)
    return list(session.scalars(query.order_by(InputDue.due_at, InputDue.id)))


def open_of_others(
    session: Session, codes: tuple[str, ...], first: datetime, last: datetime
) -> tuple[str, ...]:
    """What marks the open incidents of these inputs as open, where they were due between the two
    moments."""
    query = (
        sa.select(Incident.open_key)
        .join(InputDue, InputDue.incident == Incident.number)
        .where(
            InputDue.input.in_(codes), InputDue.due_at >= first, InputDue.due_at <= last,
            Incident.open_key.is_not(None), Incident.exercise.is_(False),
        )
        .order_by(Incident.seq)
    )  # fmt: skip
    return tuple(dict.fromkeys(key for key in session.scalars(query) if key))


def latest(session: Session, code: str, *, counting: bool = True) -> InputArrival | None:
    """The last arrival of an input: of those that count, or of all that was seen."""
    query = sa.select(InputArrival).where(InputArrival.input == code)
    if counting:
        query = query.where(InputArrival.counts.is_(True))
    newest = query.order_by(InputArrival.arrived_at.desc(), InputArrival.id.desc()).limit(1)
    return session.scalars(newest).first()


def first_that_counts(session: Session, row: InputDue) -> InputArrival | None:
    """The first arrival that counts for a due time."""
    following = next_after(session, row)
    query = sa.select(InputArrival).where(
        InputArrival.input == row.input, InputArrival.counts.is_(True),
        InputArrival.arrived_at > row.counts_after,
    )  # fmt: skip
    if following is not None:
        query = query.where(InputArrival.arrived_at <= following.counts_after)
    return session.scalars(query.order_by(InputArrival.arrived_at, InputArrival.id)).first()


def keep_arrival(session: Session, arrived: Arrived, *, now: datetime) -> bool:
    """Keep what arrived; ``False`` when it is known already."""
    new = id_if_new(
        session, InputArrival, input=arrived.input, mark=storable(arrived.mark)[:200],
        arrived_at=arrived.at, recorded_at=now, way=arrived.way, by_role=arrived.by_role,
        detail=storable(arrived.detail)[:500], counts=arrived.counts,
    )  # fmt: skip
    return new is not None


def has_arrived(session: Session, incident: str) -> bool:
    """Whether all that an incident is about has arrived."""
    rows = of_incident(session, incident)
    return bool(rows) and all(row.arrived_at is not None for row in rows)


def note_arrival(
    session: Session, row: InputDue, name: str, arrived: InputArrival, *, now: datetime
) -> None:
    """An overdue input has arrived: its due time, and the record of its incident."""
    if row.arrived_at is not None:
        return
    row.state, row.arrived_at = LATE, arrived.arrived_at
    if row.incident is None or incidents.get(session, row.incident).closed_at is not None:
        return  # the record of what is closed stays as it was (E39)
    late = int((arrived.arrived_at - row.due_at).total_seconds() // 60)
    when = f"{late} min after it was due" if late > 0 else "in time after all"
    who = f", says the {arrived.by_role}" if arrived.by_role else ""
    timeline.append(
        session, row.incident, ARRIVAL, f"{name} arrived {when} ({arrived.way}{who})",
        now=now, occurred_at=min(arrived.arrived_at, now),
        author=arrived.by_role or "Kitart",
        source="person" if arrived.way == PERSON else "monitor",
        data={"input": row.input, "way": arrived.way}, key=f"input-arrived:{row.id}",
    )  # fmt: skip


def note_used(
    session: Session, row: InputDue, name: str, role: str, *, at: datetime, now: datetime
) -> None:
    """Somebody works with an input that nobody saw arrive: by that word it has."""
    if row.arrived_at is not None:
        return
    keep_arrival(
        session,
        Arrived(row.input, at, PERSON, f"used:{row.id}", "by the word of who uses it", role),
        now=now,
    )
    query = sa.select(InputArrival).where(
        InputArrival.input == row.input, InputArrival.mark == f"used:{row.id}"
    )
    note_arrival(session, row, name, session.scalars(query).one(), now=now)


def get(session: Session, due_id: int) -> InputDue:
    """The due time with this id; ``LookupError`` for none."""
    row = session.get(InputDue, due_id)
    if row is None:
        raise LookupError(f"there is no due time {due_id}")
    return row


def arrived(session: Session, due_id: int) -> bool:
    """Whether what was due then has arrived."""
    return get(session, due_id).arrived_at is not None
