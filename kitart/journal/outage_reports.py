"""Reports that an agent can't work: opened, replaced by newer words, withdrawn (R17, A28).

The repository for whoever decides what follows (the cover ladder): ``standing`` are the agents who
are out now, ``between`` what was reported in a time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.clock import not_before
from kitart.journal.once import Turn, id_if_new, locked, of_transaction, take_turn, turn_if_free
from kitart.journal.tables import Incident, OutageReport

YES, NO, HELP, UNKNOWN = "yes", "no", "help", "unknown"
SAFE = (YES, NO, HELP, UNKNOWN)
WHAT = ("power", "internet", "device", "health", "other")
IN_DANGER = (NO, HELP)
NOT_SAID = ""
AGENT = "agent"
PLAYED = "EXERCISE:"
"""Before an agent's code: a report that is played in an exercise."""
WORDS = "agents whose word is taken"
"""Under this name a transaction knows those whose word it will take."""
WITHDRAWN, REPLACED = "withdrawn", "replaced"


@dataclass(frozen=True)
class Said:
    """What is reported of one agent; moments in UTC, ``until`` is ``None`` when not known."""

    agent: str
    project: str
    language: str
    area: str
    reported_by: str
    role: str
    safe: str
    what: str
    can_move: str
    occurred_at: datetime
    until: datetime | None

    @property
    def words(self) -> tuple[object, ...]:
        """What makes two reports say the same."""
        return self.safe, self.what, self.can_move, self.until


def will_take(session: Session, agent: str) -> None:
    """What several agents say is taken in this transaction: the first ``one_at_a_time`` waits for
    all of them."""
    of_transaction(session, WORDS)[agent] = True


def one_at_a_time(session: Session, agents: Collection[str]) -> None:
    """Wait for whoever else takes what is said of these agents, until the transaction ends.

    Called before any row is held: who holds the word of an agent may wait for an incident. In one
    order for all: two who wait for several agents must not wait for one another.
    """
    wanted = (*agents, *of_transaction(session, WORDS))
    for share in sorted({_share(agent) for agent in wanted}):
        take_turn(session, Turn.AGENTS, share)


def nobody_else_has(session: Session, agent: str) -> bool:
    """Whether nobody else is taking what is said of the agent; then nobody will, until the
    transaction ends. For whoever holds rows already and may come again later."""
    return turn_if_free(session, Turn.AGENTS, _share(agent))


def report(
    session: Session, form: str, said: Said, *, now: datetime, exercise: bool = False
) -> OutageReport | None:
    """Record what is said of an agent; ``None`` when nothing new was said.

    What is played in an ``exercise`` stands beside what is real: neither replaces the other (E40).

    A form that comes twice is one report, also after it was withdrawn. Where a report stands that
    says the same, it stays; one that says something else is replaced. What the agent said himself
    stands against what others say of him, unless they say that he is in danger (D13).
    """
    key = _key(said.agent, exercise)
    while True:
        if session.scalars(sa.select(OutageReport.id).where(OutageReport.form == form)).first():
            return None
        before = session.scalars(
            locked(sa.select(OutageReport).where(OutageReport.open_key == key))
        ).first()
        if before is not None and not _says_more(said, before):
            return None
        began = said.occurred_at
        if before is not None:
            _end(before, said.reported_by, REPLACED, now)
            began = min(began, before.occurred_at)
        values = asdict(said) | {"occurred_at": began}
        new = id_if_new(session, OutageReport, form=form, open_key=key, recorded_at=now, **values)
        # Else another writer was first in this moment: these words come after his.
        if new is not None:
            return session.get(OutageReport, new)


def withdraw(
    session: Session, agent: str, *, by: str, now: datetime, exercise: bool = False
) -> OutageReport | None:
    """The agent works again: the report that stood, ``None`` when none did."""
    key = _key(agent, exercise)
    row = session.scalars(
        locked(sa.select(OutageReport).where(OutageReport.open_key == key))
    ).first()
    if row is not None:
        _end(row, by, WITHDRAWN, now)
    return row


def of_agent(session: Session, agent: str, *, exercise: bool = False) -> OutageReport | None:
    """The agent's report that stands now, in reality or in an exercise."""
    query = sa.select(OutageReport).where(OutageReport.open_key == _key(agent, exercise))
    return session.scalars(query).first()


def last_of_agent(session: Session, agent: str) -> OutageReport | None:
    """The agent's newest report, standing or not."""
    query = sa.select(OutageReport).where(OutageReport.agent == agent)
    return session.scalars(query.order_by(OutageReport.id.desc()).limit(1)).first()


def standing(
    session: Session, agents: Collection[str] | None = None, *, exercise: bool = False
) -> list[OutageReport]:
    """Who can't work now, in reality or in an exercise, in the order of reporting; of some agents
    only, if any are named."""
    played = OutageReport.open_key.startswith(PLAYED)
    query = sa.select(OutageReport).where(
        OutageReport.open_key.is_not(None), played if exercise else sa.not_(played)
    )
    if agents is not None:
        query = query.where(OutageReport.agent.in_(agents))
    return list(session.scalars(query.order_by(OutageReport.id)))


def of_incident(session: Session, incident: str) -> list[OutageReport]:
    """All reports that led to an incident, standing or not, in their order."""
    query = sa.select(OutageReport).where(OutageReport.incident == incident)
    return list(session.scalars(query.order_by(OutageReport.id)))


def of_agents(
    session: Session, agents: Collection[str], since: datetime, *, exercise: bool
) -> list[OutageReport]:
    """The reports of some agents that stood at some time since ``since`` (UTC), in their order:
    those of exercises or of real incidents, and those that belong to none (E5, D4)."""
    query = (
        sa.select(OutageReport)
        .outerjoin(Incident, Incident.number == OutageReport.incident)
        .where(
            OutageReport.agent.in_(agents),
            sa.or_(OutageReport.ended_at.is_(None), OutageReport.ended_at >= since),
            sa.or_(Incident.number.is_(None), Incident.exercise == exercise),
        )
    )
    return list(session.scalars(query.order_by(OutageReport.id)))


def between(session: Session, first: datetime, last: datetime) -> list[OutageReport]:
    """What was recorded from ``first`` to ``last`` (UTC), both included, in its order."""
    query = sa.select(OutageReport).where(OutageReport.recorded_at.between(first, last))
    return list(session.scalars(query.order_by(OutageReport.id)))


SHARES = 1024
"""Agents share so many locks: a server has room for some thousands in all."""


def _share(agent: str) -> int:
    return crc32(agent.encode()) % SHARES


def _key(agent: str, exercise: bool) -> str:
    return f"{PLAYED if exercise else ''}{agent}"


def _says_more(said: Said, before: OutageReport) -> bool:
    if _words(before) == said.words:
        return False
    hearsay = before.role == AGENT and said.role != AGENT
    return not hearsay or (said.safe in IN_DANGER and before.safe not in IN_DANGER)


def _words(row: OutageReport) -> tuple[object, ...]:
    return row.safe, row.what, row.can_move, row.until


def _end(row: OutageReport, by: str, how: str, now: datetime) -> None:
    ended_at = not_before(now, row.occurred_at)
    row.open_key, row.ended_at, row.ended_by, row.ended_as = None, ended_at, by, how
