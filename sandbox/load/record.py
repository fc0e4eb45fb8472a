"""What the journal says: how large it is, and what was acknowledged and must stand in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kitart.journal import wholeness
from kitart.journal.database import Journal
from kitart.journal.tables import (
    Acknowledgement,
    Alert,
    Base,
    Decision,
    Incident,
    Message,
    RollCall,
)
from sandbox.load.scene import Answered


@dataclass(frozen=True)
class Grown:
    """How large the journal is: bytes on disk, rows in all of its tables."""

    bytes: int
    rows: int


@dataclass(frozen=True)
class Record:
    """What stands in the journal at the end.

    ``alerts`` how often each run of a problem (key, start) was received, and its incident;
    ``answers`` every answer on record; ``broken`` the incidents whose hash chain is broken.
    """

    incidents: Sequence[str]
    alerts: Mapping[tuple[str, str], tuple[int, str | None]]
    answers: frozenset[Answered]
    messages: Counter[str]
    entries: int
    broken: Sequence[str]


def grown(journal: Journal) -> Grown:
    """How large the journal is now."""
    with journal.read() as session:
        counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery()
                  for table in Base.metadata.sorted_tables]  # fmt: skip
        rows = sum(session.execute(sa.select(*counts)).one())
        if journal.engine.dialect.name == "postgresql":
            size = session.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database())))
            return Grown(int(size or 0), rows)
    file = Path(journal.engine.url.database or "")
    sizes = [each.stat().st_size for each in file.parent.glob(f"{file.name}*")]
    return Grown(sum(sizes), rows)


def read(journal: Journal) -> Record:
    """All that the judge needs of the journal."""
    whole = wholeness.look(journal)
    with journal.read() as session:
        rows = session.execute(
            sa.select(Alert.dedup_key, Alert.started_at, Alert.times_received, Alert.incident)
        ).all()
        states = Counter(session.scalars(sa.select(Message.state)))
        acks = session.execute(
            sa.select(Acknowledgement.person, Acknowledgement.incident, Acknowledgement.step,
                      Acknowledgement.answer)
        ).all()  # fmt: skip
        decisions = session.execute(
            sa.select(Decision.person, Decision.approval_id, Decision.answer)
        ).all()
        calls = session.execute(sa.select(RollCall.agent, RollCall.answer)).all()
        numbers = list(session.scalars(sa.select(Incident.number).order_by(Incident.seq)))
    answers = frozenset(
        [Answered(p, "ack", f"{number}/{step}", answer) for p, number, step, answer in acks]
        + [Answered(p, "decision", str(asked), answer) for p, asked, answer in decisions]
        + [Answered(agent, "roll-call", agent, answer) for agent, answer in calls if answer]
    )
    alerts = {(key, start.isoformat()): (times, number)
              for key, start, times, number in rows if start}  # fmt: skip
    return Record(numbers, alerts, answers, states, whole.entries, sorted(whole.broken))
