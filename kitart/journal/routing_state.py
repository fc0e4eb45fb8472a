"""Lines that people ordered off their normal way, folded from the timeline (R38, D5, E45).

Each entry about a line carries how it stands after it, so the last one says it all and nothing is
forgotten, whichever run comes next. ``ENDED`` lines stay known: they too are looked at (E45).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.clock import as_utc
from kitart.journal import incidents, timeline
from kitart.journal.tables import Approval
from kitart.plan.roles import role_name
from kitart.rules.voicemail_lines import Line, Stage, Way

ORDERED, NOT_ORDERED = "routing ordered", "routing not ordered"
EXECUTED, FAILED = "routing executed", "routing failed"
VERIFIED, NOT_PROVED = "routing verified", "routing not proved"
END_ORDERED, END_EXECUTED, ENDED = "routing end ordered", "routing end executed", "routing ended"
STAYS = "routing stays"
CHECKED = "routing checked"
OF_A_LINE = (
    ORDERED, EXECUTED, FAILED, VERIFIED, NOT_PROVED, END_ORDERED, END_EXECUTED, ENDED, CHECKED,
)  # fmt: skip
MOMENTS = ("not_before", "executed_at", "checked_at")


def lines_of(session: Session, incident: str) -> tuple[Line, ...]:
    """Every line that was ever ordered off its way in an incident, as it stands now."""
    found = {
        entry.data["line"]: entry.data["state"]
        for entry in timeline.entries(session, incident, *OF_A_LINE)
        if "state" in entry.data
    }
    return tuple(_line(state) for state in found.values())


def on_emergency(session: Session, incident: str) -> tuple[Line, ...]:
    """The lines that are off their normal way, or on the way there or back."""
    return tuple(line for line in lines_of(session, incident) if line.on)


def on_elsewhere(session: Session, incident: str) -> tuple[Line, ...]:
    """The lines that other open incidents of the same kind of record have off their way."""
    exercise = incidents.get(session, incident).exercise
    return tuple(
        line
        for other in incidents.open_incidents(session)
        if other.number != incident and other.exercise == exercise
        for line in on_emergency(session, other.number)
    )


def settled(session: Session, incident: str) -> frozenset[int]:
    """The numbers of the answers to order, or not, that are in the record."""
    said = timeline.entries(session, incident, ORDERED, NOT_ORDERED, END_ORDERED, STAYS)
    return frozenset(int(entry.data["approval"]) for entry in said)


def stands(session: Session, incident: str, line: Line) -> bool:
    """Whether a line still stands as this says: the same order, stage and try."""
    now = next((o for o in lines_of(session, incident) if o.line == line.line), None)
    if now is None:
        return False
    return (now.order, now.stage, now.tries) == (line.order, line.stage, line.tries)


def note(
    session: Session,
    incident: str,
    type: str,
    text: str,
    line: Line,
    *,
    was: Line | None,
    now: datetime,
    row: Approval | None = None,
    **data: Any,
) -> bool:
    """Record how a line stands now; ``row`` is the answer that says so. Once for each try.

    ``was`` is how it stood for whoever asks for this, ``None`` for a new order: ``False`` and no
    entry when it stands otherwise by now, for what was found out meanwhile counts.
    """
    if was is not None and not stands(session, incident, was):
        return False
    author: dict[str, Any] = {} if row is None else {
        "author": role_name(row.answered_role or ""), "source": "person",
        "occurred_at": row.answered_at,
    }  # fmt: skip
    by: dict[str, Any] = {} if row is None else {"role": row.answered_role, "approval": row.id}
    added = timeline.append(
        session, incident, type, text, now=now, **author,
        data={"line": line.line, "project": line.project, "queue": line.queue, "mode": line.mode,
              "way": line.way.value, "waiting": line.waiting, "ordered_by_role": line.ordered_by,
              "order": line.order, **by, **data, "state": _state(line)},
        key=f"{type}:{line.line}:{line.order}:{line.tries}:{line.stage}:{data.get('at', '')}",
    )  # fmt: skip
    return added is not None


def _state(line: Line) -> dict[str, Any]:
    """A line as plain values."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(line).items()
    }


def _line(state: dict[str, Any]) -> Line:
    moments = {
        name: as_utc(datetime.fromisoformat(state[name])) if state[name] else None
        for name in MOMENTS
    }
    return Line(**{**state, **moments, "way": Way(state["way"]), "stage": Stage(state["stage"])})
