"""Whether what is due has arrived: one look, and one arrival at a time (R6, A21, D21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.missing_input import WATCH, open_missing, words_of_missing
from kitart.journal import incidents, inputs
from kitart.journal.inputs import Arrived
from kitart.journal.tables import InputDue
from kitart.plan.calendars import Calendar
from kitart.plan.inputs import ExpectedInput
from kitart.plan.schema import Plan
from kitart.rules.inputs import Occurrence, due_between, next_due, standing


def look(
    session: Session, plan: Plan, *, now: datetime, troubles: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Settle each due time that is over; returns the incidents that were opened or joined.

    The next due time of each input is kept beforehand: after a time in which nothing ran, all that
    became due meanwhile is found (D21). Of several that passed then only the last one opens an
    incident; the others are kept as passed. ``troubles`` says by input what kept us from looking:
    an input that can't be seen is missing all the same, and the record says why.
    """
    incidents.one_at_a_time(session)
    for known in plan.inputs:
        _keep_dues(session, plan, known, now)
    touched: list[str] = []
    for row in inputs.expected(session):
        known_now = next((each for each in plan.inputs if each.id == row.input), None)
        if known_now is None:
            row.state = inputs.PASSED  # the plan expects it no more
            continue
        number = _settle(session, plan, known_now, row, now, (troubles or {}).get(row.input, ""))
        if number is not None:
            touched.append(number)
    return tuple(dict.fromkeys(touched))


def take(session: Session, plan: Plan, arrived: Arrived, *, now: datetime) -> InputDue | None:
    """Keep an arrival; returns the due time that it counts for, ``None`` where it counts for none
    or is known already. An incident that waits for it hears of it at once.

    Raises ``KeyError`` for an input that the plan does not know.
    """
    known = plan.input(arrived.input)
    incidents.one_at_a_time(session)
    _keep_dues(session, plan, known, now)
    if not inputs.keep_arrival(session, arrived, now=now) or not arrived.counts:
        return None
    row = inputs.due_that_counts(session, known.id, arrived.at)
    newest = inputs.latest(session, known.id)
    if row is not None and row.incident is not None and newest is not None:
        # What came before people said that it is missing counts no more: the newest does.
        inputs.note_arrival(session, row, known.name, newest, now=now)
    elif row is not None and row.arrived_at is None:
        _note(session, row)
    return row


def report_missing(
    session: Session, plan: Plan, code: str, *, seen: str, reported_by: str, now: datetime
) -> str:
    """Somebody says that an input is missing, or will not come: the number of its incident.

    It is about the due time that something would count for that arrives now; one that has arrived
    is missing all the same if people say so. Raises ``KeyError`` for an input that the plan does
    not know, ``ValueError`` when none is due.
    """
    known = plan.input(code)
    incidents.one_at_a_time(session)
    _keep_dues(session, plan, known, now)
    row = inputs.due_that_counts(session, code, now) or inputs.last_due(session, code)
    if row is None:
        raise ValueError(f"input is {code}: it is never due by the plan; report it as an incident")
    if row.incident is not None and incidents.get(session, row.incident).closed_at is None:
        return row.incident
    row.arrived_at = None
    opened = open_missing(
        session, plan, row, reported_by=reported_by, seen=seen,
        began_at=min(now, row.overdue_at), now=now,
    )  # fmt: skip
    return opened.incident.number


def _keep_dues(session: Session, plan: Plan, known: ExpectedInput, now: datetime) -> None:
    """Keep every due time up to the next one, from where the last look ended."""
    calendar = _calendar(plan, known)
    last = inputs.last_due(session, known.id)
    following = next_due(known, calendar, now)
    if (
        last is not None
        and last.due_at > now
        and (following is None or last.due_at != following.due_at)
    ):
        inputs.forget_expected(session, known.id, now)
        last = inputs.last_due(session, known.id)
    if last is not None and last.due_at < now:
        for occurrence in due_between(known, calendar, last.due_at, now):
            inputs.keep_due(session, known.id, occurrence)
    if following is not None:
        inputs.keep_due(session, known.id, following)


def _settle(
    session: Session, plan: Plan, known: ExpectedInput, row: InputDue, now: datetime, trouble: str
) -> str | None:
    if _note(session, row):
        return None
    occurrence = Occurrence(row.due_at, row.counts_after, row.overdue_at)
    if standing(occurrence, None, now) != "overdue":
        return None
    if _passed(session, row, now):
        row.state = inputs.PASSED
        return None
    seen = words_of_missing(plan, known, row, now, trouble)
    opened = open_missing(
        session, plan, row, reported_by=WATCH, seen=seen, began_at=row.overdue_at, now=now
    )
    return opened.incident.number


def _passed(session: Session, row: InputDue, now: datetime) -> bool:
    """Whether nobody can use it any more: the next one is here, or is missing itself."""
    following = inputs.next_after(session, row)
    if following is None:
        return False
    return following.overdue_at < now or inputs.first_that_counts(session, following) is not None


def _note(session: Session, row: InputDue) -> bool:
    """Whether it has arrived; its due time then says so, in time or late."""
    arrival = inputs.first_that_counts(session, row)
    if arrival is None:
        return False
    occurrence = Occurrence(row.due_at, row.counts_after, row.overdue_at)
    row.arrived_at = arrival.arrived_at
    row.state = standing(occurrence, arrival.arrived_at, arrival.recorded_at)
    return True


def _calendar(plan: Plan, known: ExpectedInput) -> Calendar | None:
    return plan.calendar(known.calendar) if known.calendar is not None else None
