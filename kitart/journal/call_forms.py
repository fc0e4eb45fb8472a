"""What becomes of a form after the call: entered later, void, called back, reconciled (R46).

It stands in the form's own row, beside what the agent wrote: who did it, and when.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.clock import as_utc
from kitart.journal import call_log, timeline
from kitart.journal.once import locked
from kitart.journal.tables import LoggedCall
from kitart.plan.roles import role_name
from kitart.rules import reconciling
from kitart.rules.reconciling import Form, Reconciliation, Series, State

AFTER = "after"
"""Where a form's row keeps it: no field of the form has this name."""
RECONCILED, DELETED = "call forms reconciled", "call forms deleted"


class NotDone(Exception):
    """The form is not in a state for it; the message says why, for people."""


def get(session: Session, form_id: int) -> LoggedCall:
    """The form with this number of the row; ``LookupError`` when there is none."""
    row = session.get(LoggedCall, form_id)
    if row is None:
        raise LookupError(f"there is no form {form_id}")
    return row


def of_projects(session: Session, projects: Collection[str]) -> list[LoggedCall]:
    """The forms of some projects, urgent ones first, then in the order of the calls."""
    query = sa.select(LoggedCall).where(LoggedCall.project.in_(projects))
    order = (LoggedCall.urgent.desc(), LoggedCall.started_at, LoggedCall.id)
    return list(session.scalars(query.order_by(*order)))


def of_incident(session: Session, incident: str) -> list[LoggedCall]:
    """The forms of an incident, in the order of the calls."""
    query = sa.select(LoggedCall).where(LoggedCall.incident == incident)
    return list(session.scalars(query.order_by(LoggedCall.started_at, LoggedCall.id)))


def after(row: LoggedCall) -> dict[str, Any]:
    """What was done with a form: ``entered_by``, ``entered_at``, ``ticket``, ``differences``,
    ``checked_by``, ``checked_at``, ``void``, ``void_by``, ``void_at``, ``callbacks``."""
    found: dict[str, Any] = row.fields.get(AFTER, {})
    return found


def state_of(row: LoggedCall) -> State:
    """Whether a form is still to be entered."""
    done = after(row)
    return "void" if "void" in done else "entered" if "entered_at" in done else "open"


def callback_open(row: LoggedCall) -> bool:
    """Whether a callback was promised and nobody has ticked it off."""
    promised = row.fields.get("result") == "callback" and state_of(row) != "void"
    return promised and not any(each["done"] for each in after(row).get("callbacks", []))


def enter(
    session: Session, form_id: int, *, ticket: str, differences: str, by: str, now: datetime
) -> None:
    """It was entered into the system that was away; the call keeps its own time.

    Raises ``NotDone`` for a form that is void or was entered, ``LookupError`` for none.
    """
    _write(session, form_id, {"open"}, {
        "entered_by": by, "entered_at": now.isoformat(), "ticket": ticket,
        "differences": differences,
    })  # fmt: skip


def void(session: Session, form_id: int, *, reason: str, by: str, now: datetime) -> None:
    """It counts for no call; raises as ``enter``."""
    _write(session, form_id, {"open"}, {
        "void": reason, "void_by": by, "void_at": now.isoformat(),
    })  # fmt: skip


def check(session: Session, form_id: int, *, differences: str, by: str, now: datetime) -> None:
    """Another person compared the entry with the form; raises as ``enter``, and ``NotDone`` for
    whoever entered it."""
    row = _held(session, form_id)
    if after(row).get("entered_by") == by:
        raise NotDone("the one who entered it")
    said = after(row).get("differences", "")
    found = "; ".join(part for part in (said, differences) if part)
    _change(row, {"checked_by": by, "checked_at": now.isoformat(), "differences": found},
            {"entered"})  # fmt: skip


def call_back(
    session: Session, form_id: int, *, result: str, done: bool, by: str, now: datetime
) -> None:
    """One attempt to call back, with its time; ``done`` ticks the promise off."""
    row = _held(session, form_id)
    attempt = {"at": now.isoformat(), "by": by, "result": result, "done": done}
    _change(row, {"callbacks": [*after(row).get("callbacks", []), attempt]}, {"open", "entered"})


def reconciliation(session: Session, incident: str) -> Reconciliation:
    """Whether an incident's forms issued are those entered and void (reports §8.1, step 9)."""
    return reconciled(session, of_incident(session, incident))


def reconciled(session: Session, rows: Sequence[LoggedCall]) -> Reconciliation:
    """The same of some forms."""
    return reconciling.reconciled(
        [Form((r.agent, r.day), r.running_number, state_of(r), callback_open(r)) for r in rows],
        _taken(session, {(r.agent, r.day) for r in rows}),
    )


def _taken(session: Session, series: set[Series]) -> dict[Series, set[int]]:
    found: defaultdict[Series, set[int]] = defaultdict(set)
    query = sa.select(LoggedCall.agent, LoggedCall.day, LoggedCall.running_number).where(
        LoggedCall.agent.in_({agent for agent, _ in series})
    )
    for agent, day, number in session.execute(query):
        found[(agent, day)].add(number)
    return found


def digest(rows: Sequence[LoggedCall]) -> str:
    """SHA-256 over the forms as they are now, a line each: two that agree hold the same."""
    lines = [json.dumps(plain(row), sort_keys=True, ensure_ascii=False) for row in rows]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def plain(row: LoggedCall) -> dict[str, Any]:
    """A form as plain values, moments as ISO texts in UTC."""
    columns = {column.key: getattr(row, column.key) for column in row.__table__.columns}
    values = {
        name: as_utc(value).isoformat() if isinstance(value, datetime) else value
        for name, value in columns.items()
        if name not in ("id", "form")
    }
    return {"number": call_log.number(row), "state": state_of(row), **values}


def counted(found: Reconciliation) -> str:
    """The count in the record's words."""
    missing = f", numbers without a form {len(found.missing)}" if found.missing else ""
    return (
        f"issued {found.issued}, entered {found.entered}, void {found.void}, "
        f"still to enter {found.open}{missing}"
    )


def as_data(session: Session, incident: str) -> dict[str, Any]:
    """Count and digest for an entry: the record can be held against the forms, or, once they are
    deleted, says how many there were."""
    found = reconciliation(session, incident)
    return {
        "issued": found.issued, "entered": found.entered, "void_forms": found.void,
        "open_forms": found.open, "without_form": len(found.missing),
        "checksum": digest(of_incident(session, incident)),
    }  # fmt: skip


def record(
    session: Session, incident: str, *, explained: str, by: str, role: str, now: datetime
) -> Reconciliation:
    """Somebody in a ``role`` (its kind) went through the forms: the count, its digest, and what
    explains a difference."""
    found = reconciliation(session, incident)
    said = f"; explained: {explained}" if explained else ""
    timeline.append(
        session, incident, RECONCILED, f"Call forms: {counted(found)}{said}", now=now,
        author=role_name(role), source="person",
        data={"role": role, "person": by, "note": explained, **as_data(session, incident)},
    )  # fmt: skip
    return found


def delete(
    session: Session, incident: str, *, reason: str, by: str, now: datetime
) -> tuple[int, str]:
    """Delete an incident's forms once they were kept long enough (reports §8.1, step 11).

    Count and digest stay in the timeline, so that a copy elsewhere can be told from another. Gives
    both; 0 where there is none, and then no entry.
    """
    rows = of_incident(session, incident)
    if not rows:
        return 0, ""
    known = as_data(session, incident)
    said = counted(reconciliation(session, incident))
    for row in rows:
        session.delete(row)
    timeline.append(
        session, incident, DELETED,
        f"{len(rows)} forms of calls logged by hand deleted ({said}). Reason: {reason}",
        now=now, author=by, source="person",
        data={"forms": len(rows), "reason": reason, "by": by, **known},
    )  # fmt: skip
    return len(rows), str(known["checksum"])


def without_incident(session: Session, before: datetime) -> list[LoggedCall]:
    """Forms that belong to no incident and were recorded before a moment."""
    query = sa.select(LoggedCall).where(
        LoggedCall.incident.is_(None), LoggedCall.recorded_at <= before
    )
    return list(session.scalars(query.order_by(LoggedCall.id)))


def delete_without_incident(session: Session, before: datetime) -> tuple[int, str]:
    """Delete them: how many, and their digest, for a record kept by hand: they have no timeline."""
    rows = without_incident(session, before)
    sum_ = digest(rows) if rows else ""
    for row in rows:
        session.delete(row)
    return len(rows), sum_


def _held(session: Session, form_id: int) -> LoggedCall:
    query = locked(sa.select(LoggedCall).where(LoggedCall.id == form_id))
    row: LoggedCall | None = session.scalars(query).first()
    if row is None:
        raise LookupError(f"there is no form {form_id}")
    return row


def _write(
    session: Session, form_id: int, states: Collection[State], values: dict[str, Any]
) -> None:
    _change(_held(session, form_id), values, states)


def _change(row: LoggedCall, values: dict[str, Any], states: Collection[State]) -> None:
    if (state := state_of(row)) not in states:
        raise NotDone(state)
    row.fields = row.fields | {AFTER: after(row) | values}
