"""Whether a page that is open would show something else by now, the board's and each incident's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import alerts
from kitart.journal.tables import (
    Acknowledgement,
    Alert,
    Approval,
    CoverCall,
    Decision,
    Document,
    Incident,
    Message,
    OutageReport,
    SignIn,
    TimelineEntry,
    WatchMark,
)

OWN = (Message, Document, Approval)
"""What an incident's page counts by its state."""


@dataclass(frozen=True)
class Pulses:
    """Values that are other ones whenever a page would show something else: ``board`` the board's,
    ``of`` those of the incidents that are open, by number. ``ended`` counts sign-ins that ended."""

    board: tuple[Any, ...]
    of: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    ended: int = 0

    def for_page(self, number: str | None) -> tuple[Any, ...]:
        """That of an incident's page, or the board's for ``None``; of an incident that is closed,
        whose page hardly anybody keeps open, whatever the board's says."""
        return self.board if number is None else self.of.get(number, self.board)


def pulses(session: Session) -> Pulses:
    """How it stands now, in a fixed number of questions to the journal.

    A run renews its lease every few seconds and probes look each minute: these writes change no
    page by themselves, so they don't count.
    """
    board = _board(session)
    ended = session.scalar(sa.select(sa.func.count(SignIn.id)).where(SignIn.ended_at.is_not(None)))
    return Pulses((*board, ended), _of_each(session), int(ended or 0))


def _board(session: Session) -> tuple[Any, ...]:
    unclosed = _unclosed()
    parts = (
        sa.select(sa.func.max(TimelineEntry.id)),
        sa.select(sa.func.max(Decision.id)),
        sa.select(sa.func.max(Acknowledgement.id)),
        sa.select(sa.func.max(Incident.seq)),
        sa.select(sa.func.count(Incident.seq)).where(Incident.open_key.is_not(None)),
        sa.select(sa.func.max(Approval.id)),
        sa.select(sa.func.count(Approval.id)).where(Approval.state == "open"),
        sa.select(sa.func.max(Message.id)),
        sa.select(sa.func.max(Document.id)),
        sa.select(sa.func.max(OutageReport.id)),
        sa.select(sa.func.count(OutageReport.id)).where(OutageReport.open_key.is_not(None)),
        sa.select(sa.func.max(Alert.id)),
        sa.select(sa.func.count(Alert.id)).where(alerts.waits()),
        sa.select(sa.func.count(WatchMark.name)).where(WatchMark.ok.is_(False)),
        *(
            sa.select(sa.func.count(Message.id)).where(
                Message.incident.in_(unclosed), Message.state == state
            )
            for state in ("accepted", "delivered")
        ),
        *(
            sa.select(sa.func.count(Document.id)).where(Document.state == state)
            for state in ("approved", "sent", "stale")
        ),
    )
    return tuple(session.execute(sa.select(*(part.scalar_subquery() for part in parts))).one())


def _of_each(session: Session) -> Mapping[str, tuple[Any, ...]]:
    """An incident's page shows its own record, and of the others which are open and how urgent; of
    agents at home and their calls it shows all."""
    rows = session.execute(
        sa.select(Incident.number, Incident.entries, Incident.state, Incident.priority)
        .where(Incident.open_key.is_not(None))
        .order_by(Incident.seq)
    ).all()
    if not rows:
        return {}
    reports = session.execute(
        sa.select(
            sa.func.max(OutageReport.id),
            sa.func.count(OutageReport.id).filter(OutageReport.open_key.is_not(None)),
        )
    ).one()
    calls = session.execute(
        sa.select(CoverCall.state, sa.func.count(CoverCall.id))
        .group_by(CoverCall.state)
        .order_by(CoverCall.state)
    ).all()
    all_show = (tuple((row.number, row.priority) for row in rows), tuple(reports),
                tuple(map(tuple, calls)))  # fmt: skip
    own: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for number, *counted in _counted(session):
        own[number].append(tuple(counted))
    return {
        row.number: (all_show, row.entries, row.state, tuple(sorted(own[row.number], key=repr)))
        for row in rows
    }


def _counted(session: Session) -> Iterator[tuple[Any, ...]]:
    """Of each open incident: messages, documents and questions by state, and answers."""
    unclosed = _unclosed()
    for table in OWN:
        yield from (
            (number, table.__tablename__, state, times)
            for number, state, times in session.execute(
                sa.select(table.incident, table.state, sa.func.count(table.id))
                .where(table.incident.in_(unclosed))
                .group_by(table.incident, table.state)
            )
        )
    yield from (
        (number, "answers", "", times)
        for number, times in session.execute(
            sa.select(Approval.incident, sa.func.count(Decision.id))
            .join(Decision, Decision.approval_id == Approval.id)
            .where(Approval.incident.in_(unclosed))
            .group_by(Approval.incident)
        )
    )


def _unclosed() -> sa.Select[tuple[str]]:
    return sa.select(Incident.number).where(Incident.open_key.is_not(None))
