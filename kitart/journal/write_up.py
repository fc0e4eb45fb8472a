"""What people write for the reports, as entries of the record: the last one of each part is in
force (D1, D24, D29).

A text is its entry's own words, so a correction of the entry corrects it and erasing takes it.
Unlike a late entry it is taken after the incident was closed too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.late_entries import CORRECTION, NotTaken, Standing, Writer, in_force
from kitart.journal.tables import TimelineEntry
from kitart.plan.roles import role_name
from kitart.rules.write_up import INTERNAL, ActionForm, Audience

WRITTEN, ACTION, COMPLETE = "written", "corrective action", "write-up complete"
MAY_WRITE_UP = ("it_manager", "account_manager")
"""The roles that write for the reports."""
TAKEN_BACK = "taken back"


@dataclass(frozen=True)
class Text:
    """A part that is in force: its words, about which client (``None``: all), for whom, by whom."""

    seq: int
    part: str
    text: str
    client: str | None
    audience: Audience
    day: date | None
    role: str
    person: str
    at: datetime


@dataclass(frozen=True)
class Action:
    """A corrective action as it stands, by its number."""

    seq: int
    number: int
    form: ActionForm
    role: str
    person: str
    at: datetime


def write(
    session: Session,
    number: str,
    part: str,
    text: str,
    writer: Writer,
    *,
    client: str | None = None,
    audience: Audience = "internal",
    day: date | None = None,
    now: datetime,
) -> bool:
    """Write a part anew; without words what stood there is taken back.

    ``False`` where just that stands already. Raises ``LookupError`` for an unknown incident.
    """
    incidents.held(session, number)
    stands = next((t for t in texts(timeline.entries(session, number))
                   if (t.part, t.client) == (part, client)), None)  # fmt: skip
    text = text.strip()
    if not text and stands is None:
        return False
    if stands and (text, audience, day) == (stands.text, stands.audience, stands.day):
        return False
    data: dict[str, Any] = {"part": part, "audience": audience if text else INTERNAL}
    if client is not None:
        data["client"] = client
    if day is not None and text:
        data["day"] = day.isoformat()
    if not text:
        data["state"] = TAKEN_BACK
    _append(session, number, WRITTEN, text or "Taken back: nothing is said here any more",
            writer, data, now)  # fmt: skip
    return True


def texts(entries: Iterable[TimelineEntry]) -> list[Text]:
    """The parts that are in force, in the order in which they were written."""
    last = {
        (e.data["part"], e.data.get("client")): e for e in in_force(entries) if e.type == WRITTEN
    }
    stand = [e for e in last.values() if not _gone(e) and e.data.get("state") != TAKEN_BACK]
    return [
        Text(
            seq=e.seq, part=e.data["part"], text=e.text, client=e.data.get("client"),
            audience=e.data["audience"], day=_day(e.data.get("day")),
            role=e.data["role"], person=e.data["person"], at=_written_at(e),
        )
        for e in sorted(stand, key=lambda each: each.seq)
    ]  # fmt: skip


def record_action(
    session: Session,
    number: str,
    form: ActionForm,
    writer: Writer,
    *,
    place: int | None = None,
    now: datetime,
) -> int | None:
    """Add a corrective action, or change the one with the number ``place``; its number.

    ``None`` where it stands just so already. Raises ``NotTaken`` for a number that isn't there.
    """
    incidents.held(session, number)
    rows = timeline.entries(session, number)
    known = {each.number: each for each in actions(rows)}
    if place is not None and place not in known:
        raise NotTaken(f"{number} has no corrective action {place}")
    if any(form == each.form for each in known.values() if place in (None, each.number)):
        return None  # sent twice
    given = [e.data["number"] for e in rows if e.type == ACTION]
    place = place or 1 + max(given, default=0)
    data: dict[str, Any] = {
        "number": place, "finding": form.finding, "action": form.action, "owner": form.owner,
        "due_on": form.due.isoformat(), "check": form.check, "status": form.status,
        "evidence": form.evidence, "effect": form.effect, "audience": form.audience,
    }  # fmt: skip
    if form.client is not None:
        data["client"] = form.client
    if form.resources:
        data["resources"] = form.resources
    _append(
        session, number, ACTION,
        f"Corrective action {place} ({form.status}): {form.action}; owner: "
        f"{role_name(form.owner)}, due {form.due:%Y-%m-%d}",
        writer, data, now,
    )  # fmt: skip
    return place


def actions(entries: Iterable[TimelineEntry]) -> list[Action]:
    """The corrective actions as they stand, by number."""
    last = {e.data["number"]: e for e in in_force(entries) if e.type == ACTION}
    return [_action(e) for _, e in sorted(last.items()) if not _gone(e)]


def all_actions(session: Session) -> list[Action]:
    """The corrective actions of all incidents, as they stand."""
    query = sa.select(TimelineEntry.incident).where(TimelineEntry.type == ACTION).distinct()
    return [
        action
        for number in sorted(session.scalars(query))
        for action in actions(timeline.entries(session, number, ACTION, CORRECTION))
    ]


def complete(
    session: Session, number: str, writer: Writer, *, client: str | None, now: datetime
) -> bool:
    """Somebody says that all is written, for a client or for all; ``False`` if it stands so."""
    incidents.held(session, number)
    rows = timeline.entries(session, number)
    if is_complete(rows, client):
        return False
    whom = f"for {client}" if client else "for all readers"
    data = {"client": client} if client else {}
    _append(session, number, COMPLETE, f"All is written that is to be written, {whom}",
            writer, data, now)  # fmt: skip
    return True


def is_complete(entries: Iterable[TimelineEntry], client: str | None = None) -> bool:
    """Whether somebody said that all is written (for ``client``, or for all readers), and nothing
    that this reader is told was written since."""
    said = False
    for e in in_force(entries):
        if e.type == COMPLETE:
            said = said or e.data.get("client") in (None, client)
        elif e.type in (WRITTEN, ACTION) and _concerns(e, client):
            said = False
    return said


def last_written(entries: Iterable[TimelineEntry]) -> int:
    """The number of the last entry that people wrote for the reports; 0 without any."""
    kinds = (WRITTEN, ACTION, COMPLETE)
    return max((e.seq for e in entries if e.type in kinds), default=0)


def authors(session: Session, number: str, client: str | None) -> frozenset[str]:
    """Who wrote what a client is told; with ``None`` who wrote anything: the company reads all."""
    rows = timeline.entries(session, number)
    written: list[Text | Action] = [*texts(rows), *actions(rows)]
    return frozenset(each.person for each in written if client is None or _read_by(each, client))


def _read_by(each: Text | Action, client: str) -> bool:
    audience, about = (
        (each.audience, each.client)
        if isinstance(each, Text)
        else (each.form.audience, each.form.client)
    )
    return audience != INTERNAL and about in (None, client)


def _concerns(entry: Standing, client: str | None) -> bool:
    return client is None or entry.data.get("client") in (None, client)


def _gone(entry: Standing) -> bool:
    return entry.original.erased_at is not None


def _action(entry: Standing) -> Action:
    data = entry.data
    form = ActionForm(
        finding=data["finding"], action=data["action"], owner=data["owner"],
        due=date.fromisoformat(data["due_on"]), check=data["check"], status=data["status"],
        evidence=data["evidence"], effect=data["effect"], client=data.get("client"),
        audience=data["audience"], resources=data.get("resources", ""),
    )  # fmt: skip
    return Action(entry.seq, data["number"], form, data["role"], data["person"], entry.recorded_at)


def _written_at(entry: Standing) -> datetime:
    fix = entry.corrected_by
    return fix.recorded_at if fix is not None else entry.recorded_at


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _append(
    session: Session,
    number: str,
    type: str,
    text: str,
    writer: Writer,
    data: dict[str, Any],
    now: datetime,
) -> None:
    timeline.append(
        session, number, type, text, now=now, author=role_name(writer.role), source="person",
        data={"person": writer.person, "role": writer.role} | data,
    )  # fmt: skip
