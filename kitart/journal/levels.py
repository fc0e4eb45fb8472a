"""The cover level of each project as people have said it (R18, A11, A12, D5, D7).

The account manager invokes it, the ERT lead may hold another view; the higher of the two holds
until it is settled. All of it is in the timeline; nothing else is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import late_entries, timeline
from kitart.journal.late_entries import Standing
from kitart.journal.tables import Incident, TimelineEntry
from kitart.plan.workplace import WORKPLACE_UNUSABLE

PROPOSED, SET, CHANGED, SETTLED = "level proposed", "level set", "level changed", "level settled"
MANAGER, LEAD = "account_manager", "ert"


@dataclass(frozen=True)
class Levels:
    """What is in force for each project; ``views`` are the two sides where they differ."""

    in_force: dict[str, int]
    since: dict[str, datetime]
    views: dict[str, dict[str, int]]

    @property
    def highest(self) -> int | None:
        """The incident's level: the worst of its projects'; ``None`` while none is invoked."""
        return max((level for level in self.in_force.values() if level), default=None)

    def of(self, project: str) -> int:
        """The level in force; 0 while none is invoked."""
        return self.in_force.get(project, 0)


def of_incident(session: Session, incident: str) -> Levels:
    """The levels of an incident now."""
    return folded(_said(session, incident))


def proposed(session: Session, incident: str) -> dict[str, int]:
    """The level that was proposed last for each project, 0 where that is none any more."""
    found = _said(session, incident, (PROPOSED,))
    return {str(e.data["project"]): int(e.data.get("level") or 0) for e in found
            if e.data.get("project")}  # fmt: skip


def _said(
    session: Session, incident: str, types: Sequence[str] = (SET, CHANGED, SETTLED)
) -> list[Standing]:
    """What was said of levels, as it stands after corrections (E39)."""
    return late_entries.in_force(
        timeline.entries(session, incident, *types, late_entries.CORRECTION)
    )


def in_open_incidents(session: Session) -> dict[str, int]:
    """The worst level in force for each project, over all incidents that are open and real."""
    query = (
        sa.select(TimelineEntry)
        .join(Incident, Incident.number == TimelineEntry.incident)
        .where(
            Incident.kind == WORKPLACE_UNUSABLE, Incident.closed_at.is_(None),
            Incident.exercise.is_(False), TimelineEntry.type.in_((SET, CHANGED, SETTLED)),
        )
    )  # fmt: skip
    told: dict[str, list[TimelineEntry]] = {}
    for entry in session.scalars(query.order_by(TimelineEntry.id)):
        told.setdefault(entry.incident, []).append(entry)
    found: dict[str, int] = {}
    for entries in told.values():
        for project, level in folded(entries).in_force.items():
            found[project] = max(level, found.get(project, 0))
    return found


def highest_of(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """The worst level in force in each of these incidents; without those where none is invoked."""
    query = sa.select(TimelineEntry).where(
        TimelineEntry.incident.in_(numbers),
        TimelineEntry.type.in_((SET, CHANGED, SETTLED, late_entries.CORRECTION)),
    )
    said: dict[str, list[TimelineEntry]] = {}
    for entry in session.scalars(query.order_by(TimelineEntry.id)):
        said.setdefault(entry.incident, []).append(entry)
    levels = {n: folded(late_entries.in_force(entries)).highest for n, entries in said.items()}
    return {number: level for number, level in levels.items() if level is not None}


def times_invoked(session: Session, incident: str, project: str) -> int:
    """How often the account manager has invoked a level for a project."""
    entries = timeline.entries(session, incident, SET, CHANGED)
    return sum(e.data["project"] == project and e.data["view"] == MANAGER for e in entries)


def worst_ever(session: Session, incident: str) -> int:
    """The worst level that anybody ever set for any project, withdrawn words apart; 0 for none."""
    return max((int(entry.data["level"]) for entry in _said(session, incident)), default=0)


def folded(entries: Iterable[TimelineEntry | Standing]) -> Levels:
    """The levels that entries of a timeline, oldest first, come to."""
    views: dict[str, dict[str, int]] = {}
    in_force: dict[str, int] = {}
    since: dict[str, datetime] = {}
    for entry in entries:
        project, level = str(entry.data["project"]), int(entry.data["level"])
        mine = views.setdefault(project, {})
        if entry.type == SETTLED:
            mine.clear()
            mine |= {MANAGER: level, LEAD: level}
        else:
            mine[str(entry.data["view"])] = level
        holds = max(mine.values())
        if in_force.get(project) != holds:
            in_force[project], since[project] = holds, entry.occurred_at
    return Levels(in_force, since, views)


def disputed(found: Levels) -> dict[str, dict[str, int]]:
    """The projects whose account manager and ERT lead see it differently (E27)."""
    return {p: views for p, views in found.views.items() if len(set(views.values())) > 1}
