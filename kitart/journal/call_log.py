"""Calls that were logged by hand: each form once, with a number of its own (R46)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_once
from kitart.journal.tables import LoggedCall

MOST_A_DAY = 2000


@dataclass(frozen=True)
class Call:
    """One form: who took which call when (UTC), and what was written down of it."""

    agent: str
    day: str
    incident: str | None
    project: str
    language: str
    line: str
    time_zone: str
    started_at: datetime
    ended_at: datetime | None
    urgent: bool
    fields: dict[str, Any]
    written_by: str


def take(
    session: Session, form: str, call: Call, *, wanted: int | None, now: datetime
) -> tuple[LoggedCall, bool]:
    """Keep a form, once however often it is sent: its row, and whether it is new.

    ``wanted`` is the running number that the device gave it; where another form of that day has
    it, the next free one is taken. Raises ``ValueError`` when a day's numbers are used up.
    """
    running = wanted or next_number(session, call.agent, call.day)
    while (row := of_form(session, form)) is None:
        if running > MOST_A_DAY:
            raise ValueError(f"{call.agent} has no number left on {call.day}")
        new = insert_once(
            session, LoggedCall, form=form, running_number=running, recorded_at=now, **asdict(call)
        )
        if new:
            made = of_form(session, form)
            assert made is not None
            return made, True
        running += 1
    return row, False


def of_form(session: Session, form: str) -> LoggedCall | None:
    """The entry that a form became."""
    return session.scalars(sa.select(LoggedCall).where(LoggedCall.form == form)).first()


def number(row: LoggedCall) -> str:
    """The form's number, as reports §8.2 has it: agent code, day, running number."""
    return f"{row.agent}-{row.day.replace('-', '')}-{row.running_number:03d}"


def next_number(session: Session, agent: str, day: str) -> int:
    """The first running number that this agent has not used on that day."""
    query = sa.select(sa.func.max(LoggedCall.running_number)).where(
        LoggedCall.agent == agent, LoggedCall.day == day
    )
    return int(session.scalar(query) or 0) + 1


def of_project(session: Session, project: str) -> list[LoggedCall]:
    """A project's forms, in the order of the calls."""
    query = sa.select(LoggedCall).where(LoggedCall.project == project)
    return list(session.scalars(query.order_by(LoggedCall.started_at, LoggedCall.id)))


def counts(session: Session, projects: Collection[str]) -> dict[str, tuple[int, int]]:
    """How many forms each project has, and how many of them are urgent."""
    query = (
        sa.select(
            LoggedCall.project, sa.func.count(), sa.func.count().filter(LoggedCall.urgent.is_(True))
        )
        .where(LoggedCall.project.in_(projects))
        .group_by(LoggedCall.project)
    )
    found = {project: (int(all_), int(urgent)) for project, all_, urgent in session.execute(query)}
    return {project: found.get(project, (0, 0)) for project in projects}


def of_incident(session: Session, incident: str) -> int:
    """How many forms belong to an incident."""
    query = sa.select(sa.func.count()).where(LoggedCall.incident == incident)
    return int(session.scalar(query) or 0)
