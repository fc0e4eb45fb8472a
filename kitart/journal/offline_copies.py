"""Each print of the paper plan and of the escalation matrix: who, when, which plan, for whom (D17).

A row for every file that was made. Kitart knows what was printed, not where the paper lies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.tables import PrintedCopy
from kitart.plan.schema import Plan
from kitart.rules.readiness.offline_copies import OfflineCopy

What = Literal["plan", "matrix"]
OPERATOR = "operator"
"""Prints by the command line."""
ON_PAPER = ("pdf", "html")
"""The forms of a file that are kept as an offline copy; CSV and JSON are for other programs."""


def note(
    session: Session, plan: Plan, what: What, form: str, language: str, by: str, *, role: str = "",
    person: str = "", now: datetime,
) -> None:  # fmt: skip
    """Record a print of ``plan``. ``person``: whose copy it is; without, it is one for everybody
    who holds ``role``; without both, the company's (the matrix)."""
    session.add(
        PrintedCopy(what=what, form=form, language=language, role=role, person=person, by=by,
                    plan_hash=plan.hash, at=now)
    )  # fmt: skip


def of_people(session: Session, plan: Plan) -> tuple[OfflineCopy, ...]:
    """The newest paper plan of everybody of the matrix, in the plan's order: the own print, or one
    that was made for the role. One question to the journal."""
    newest: dict[tuple[str, str], PrintedCopy] = {}
    for row in _newest(session):
        key = ("", row.person) if row.person else (row.role, "")
        kept = newest.get(key)
        if kept is None or kept.id < row.id:
            newest[key] = row
    found = []
    for person in plan.people:
        rows = [newest[key] for key in (("", person.id), (person.kind, "")) if key in newest]
        last = max(rows, key=lambda row: row.id, default=None)
        found.append(
            OfflineCopy(person.id, last.plan_hash, last.at, last.by)
            if last is not None
            else OfflineCopy(person.id)
        )
    return tuple(found)


def of_person(session: Session, plan: Plan, person: str) -> OfflineCopy:
    """A role holder's newest paper plan; raises ``KeyError`` for an unknown code."""
    plan.person(person)
    return next(each for each in of_people(session, plan) if each.person == person)


def _newest(session: Session) -> list[PrintedCopy]:
    """The last print for each person and each role."""
    last = (
        sa.select(sa.func.max(PrintedCopy.id))
        .where(PrintedCopy.what == "plan", PrintedCopy.form.in_(ON_PAPER))
        .group_by(PrintedCopy.role, PrintedCopy.person)
    )
    return list(session.scalars(sa.select(PrintedCopy).where(PrintedCopy.id.in_(last))))
