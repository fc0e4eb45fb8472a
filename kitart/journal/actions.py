"""The ledger of corrective actions: those of every incident and of every exercise (D29).

It is no table of its own. An action is an entry of the record that it came from, so that it has
that record's hash chain, corrections and erasure; the ledger reads them all together.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline, write_up
from kitart.journal.late_entries import CORRECTION, NotTaken, Writer
from kitart.journal.tables import Incident, TimelineEntry
from kitart.journal.write_up import ACTION, Action
from kitart.rules import actions as rules
from kitart.rules.write_up import DONE, OPEN, ActionForm

_REFERENCE = re.compile(r"^(INC-\d{4,})/(\d{1,4})$")


@dataclass(frozen=True)
class Kept:
    """An action of the ledger, and the record that it stands in."""

    record: Incident
    action: Action

    @property
    def reference(self) -> str:
        """Its name: "INC-0142/2" is the second action of that record."""
        return f"{self.record.number}/{self.action.number}"


def every(session: Session) -> list[Kept]:
    """All actions as they stand, in the order of their records."""
    numbers = sa.select(TimelineEntry.incident).where(TimelineEntry.type == ACTION).distinct()
    rows = session.scalars(
        sa.select(Incident).where(Incident.number.in_(numbers)).order_by(Incident.seq)
    )
    return [
        Kept(row, action)
        for row in rows
        for action in write_up.actions(timeline.entries(session, row.number, ACTION, CORRECTION))
    ]


def still_open(session: Session) -> list[Kept]:
    """Those that are still to be done, or whose effect is still to be checked."""
    return [kept for kept in every(session) if rules.is_open(kept.action.form)]


def find(session: Session, reference: str) -> Kept:
    """The action of this name, like INC-0142/2; raises ``LookupError`` where there is none."""
    read = _REFERENCE.match(reference)
    if read is None:
        raise LookupError(f"{reference!r} names no action; right would be one like INC-0142/2")
    row = incidents.get(session, read[1])
    rows = timeline.entries(session, row.number, ACTION, CORRECTION)
    for action in write_up.actions(rows):
        if action.number == int(read[2]):
            return Kept(row, action)
    raise LookupError(f"{row.number} has no corrective action {read[2]}")


def done(session: Session, reference: str, evidence: str, writer: Writer, *, now: datetime) -> bool:
    """Record that an action is done, with what shows it; ``False`` if it stands so.

    Raises ``LookupError`` for an unknown one, ``NotTaken`` for one that is not to be done.
    """
    return _say(session, reference, lambda form: rules.done(form, evidence), writer, now)


def checked(
    session: Session, reference: str, works: bool, effect: str, writer: Writer, *, now: datetime
) -> bool:
    """Record what the check of an action's effect showed; ``False`` if it stands so.

    One that does not work is to be done again. Raises ``LookupError`` for an unknown one,
    ``NotTaken`` before it is done.
    """
    return _say(session, reference, lambda form: rules.checked(form, works, effect), writer, now)


def _say(
    session: Session,
    reference: str,
    changed: Callable[[ActionForm], ActionForm],
    writer: Writer,
    now: datetime,
) -> bool:
    number = find(session, reference).record.number
    # Held, so that of two who say it at once the second sees what the first has said.
    incidents.held(session, number)
    kept = find(session, reference)
    try:
        form = changed(kept.action.form)
    except rules.NotNow as why:
        if _same(kept.action.form, changed):
            return False
        raise NotTaken(f"{reference} can't be recorded so: {why}") from why
    place = write_up.record_action(session, number, form, writer, place=kept.action.number, now=now)
    return place is not None


def _same(stands: ActionForm, changed: Callable[[ActionForm], ActionForm]) -> bool:
    """Whether just that was said before: the same form, sent twice."""
    for before in (OPEN, DONE):
        try:
            if changed(replace(stands, status=before)) == stands:
                return True
        except rules.NotNow:
            continue
    return False
