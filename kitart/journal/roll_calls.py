"""Who was asked "are you safe, can you work?", and what was answered (E18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal.once import insert_new, locked
from kitart.journal.tables import Incident, RollCall

WORKS, CANNOT, HELP = "works", "cannot", "help"
SEEN = "seen"
"""No answer of the agent's: the phone system has them again."""
ANSWERS = (WORKS, CANNOT, HELP)
PHONE_SYSTEM = "phone system"


def ask(
    session: Session, incident: str, agents: Iterable[str], *, now: datetime, due_at: datetime
) -> tuple[str, ...]:
    """Note that agents are asked; returns those of them of whom no earlier asking still waits for
    an answer, in their order."""
    wanted = list(dict.fromkeys(agents))
    rows = [
        {"incident": incident, "agent": agent, "open_key": f"{incident}:{agent}",
         "asked_at": now, "due_at": due_at}
        for agent in wanted
    ]  # fmt: skip
    new = set(insert_new(session, RollCall, rows, told_by="agent"))
    return tuple(agent for agent in wanted if agent in new)


def newest(session: Session, incident: str, agent: str) -> RollCall | None:
    """The last asking of an agent in an incident."""
    query = sa.select(RollCall).where(RollCall.incident == incident, RollCall.agent == agent)
    return session.scalars(query.order_by(RollCall.id.desc()).limit(1)).first()


def waiting_for(session: Session, agent: str) -> list[RollCall]:
    """What an agent has not answered yet in incidents that are open, newest first."""
    query = _unanswered().where(RollCall.agent == agent)
    return list(session.scalars(query.order_by(RollCall.id.desc())))


def last_of(session: Session, agent: str) -> RollCall | None:
    """The last asking of an agent in incidents that are open, answered or not."""
    query = (
        sa.select(RollCall)
        .join(Incident, Incident.number == RollCall.incident)
        .where(RollCall.agent == agent, Incident.closed_at.is_(None))
    )
    return session.scalars(query.order_by(RollCall.id.desc()).limit(1)).first()


def waiting(session: Session) -> list[RollCall]:
    """All who have not answered yet and do not count as silent, in the order of the asking."""
    query = _unanswered().where(RollCall.silent_at.is_(None))
    return list(session.scalars(query.order_by(RollCall.id)))


def due(session: Session, now: datetime) -> list[RollCall]:
    """Those of ``waiting`` whose time to answer is over."""
    return [row for row in waiting(session) if row.due_at <= now]


def of_incident(session: Session, incident: str) -> list[RollCall]:
    """Everybody who was asked in an incident, in the order of the asking."""
    query = sa.select(RollCall).where(RollCall.incident == incident)
    return list(session.scalars(query.order_by(RollCall.id)))


def answer(session: Session, number: int, said: str, *, via: str, now: datetime) -> bool:
    """Take an answer, also a late or another one; ``False`` when the same was said before."""
    row = session.scalars(locked(sa.select(RollCall).where(RollCall.id == number))).one()
    if row.answer == said:
        return False
    row.answer, row.via, row.answered_at, row.open_key = said, via, now, None
    return True


def answer_all(session: Session, agent: str, said: str, *, via: str, now: datetime) -> None:
    """What an agent said in another way answers all that waits for them."""
    for row in waiting_for(session, agent):
        answer(session, row.id, said, via=via, now=now)


def seen(session: Session, number: int, *, now: datetime) -> bool:
    """The phone system has the agent again; ``False`` when an answer or silence came first."""
    values = {"answer": SEEN, "via": PHONE_SYSTEM, "answered_at": now, "open_key": None}
    return _while_waiting(session, number, values)


def silent(session: Session, number: int, *, now: datetime) -> bool:
    """No answer came in time; ``False`` when one did, or somebody else noted the silence."""
    return _while_waiting(session, number, {"silent_at": now})


def _while_waiting(session: Session, number: int, values: Mapping[str, Any]) -> bool:
    done = session.execute(
        sa.update(RollCall)
        .where(
            RollCall.id == number, RollCall.answered_at.is_(None), RollCall.silent_at.is_(None)
        )
        .values(**values)
    )  # fmt: skip
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def _unanswered() -> Any:
    return (
        sa.select(RollCall)
        .join(Incident, Incident.number == RollCall.incident)
        .where(RollCall.answered_at.is_(None), Incident.closed_at.is_(None))
    )
