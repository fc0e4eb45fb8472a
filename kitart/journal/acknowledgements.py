"""Who said "I have it", and who said "I can't" (A14)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_once
from kitart.journal.tables import Acknowledgement

TAKE, CANNOT = "take", "cannot"


def record(
    session: Session,
    incident: str,
    step: str,
    person: str,
    role: str,
    answer: str,
    *,
    via: str,
    now: datetime,
) -> bool:
    """Record a person's answer for a step; ``False`` when the same one is there already."""
    return insert_once(
        session, Acknowledgement,
        incident=incident, step=step, person=person, role=role, answer=answer, via=via, at=now,
    )  # fmt: skip


def of_step(session: Session, incident: str, step: str) -> list[Acknowledgement]:
    """All answers given for a step, first come first."""
    query = sa.select(Acknowledgement).where(
        Acknowledgement.incident == incident, Acknowledgement.step == step
    )
    return list(session.scalars(query.order_by(Acknowledgement.id)))


def of_incident(session: Session, incident: str) -> list[Acknowledgement]:
    """All answers given in an incident, first come first."""
    query = sa.select(Acknowledgement).where(Acknowledgement.incident == incident)
    return list(session.scalars(query.order_by(Acknowledgement.id)))


def taken_by(session: Session, incident: str, step: str) -> Acknowledgement | None:
    """The first who took the step: for the ERT, the one who leads until relieved (A20)."""
    return next((a for a in of_step(session, incident, step) if a.answer == TAKE), None)
