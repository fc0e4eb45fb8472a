"""A look at thousands of agents is written in a few statements: alerts wait meanwhile (E18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.alerts import workplace_incident
from kitart.journal import seen_agents
from kitart.journal.database import Journal
from kitart.journal.tables import SeenAgent
from kitart.messaging import agents_gone
from kitart.messaging.agents_gone import Seen
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = load_plan(HOUSE / "config")
MANY = [f"AG-{n:04d}" for n in range(3000)]


@contextmanager
def counted(journal: Journal) -> Iterator[list[str]]:
    """The statements that are sent meanwhile, each as often as it is carried out."""
    sent: list[str] = []

    def note(
        _conn: object, _cursor: object, statement: str, given: Any, _context: object, many: bool
    ) -> None:
        sent.extend([statement] * (len(given) if many else 1))

    sa.event.listen(journal.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(journal.engine, "before_cursor_execute", note)


def look(journal: Journal, live: list[str], at: datetime) -> None:
    with journal.write() as session:
        seen_agents.keep(session, MANY, frozenset(live), now=at)


def test_what_a_look_saw_is_kept_in_a_few_statements(journal: Journal) -> None:
    look(journal, MANY[:2000], NOW)
    with counted(journal) as sent:
        look(journal, MANY[100:2100], NOW + MINUTE)
    assert len(sent) < 12
    with journal.read() as session:
        found = seen_agents.last_look(session)
        changed = session.scalars(
            sa.select(SeenAgent.agent).where(SeenAgent.changed_at == NOW + MINUTE)
        ).all()
    assert found.at == NOW + MINUTE
    assert found.live == frozenset(MANY[100:2100])
    assert set(changed) == {*MANY[:100], *MANY[2000:2100]}


def test_one_that_is_new_and_one_that_is_not_asked_after_any_more(journal: Journal) -> None:
    with journal.write() as session:
        seen_agents.keep(session, ["A", "B"], frozenset({"A", "B"}), now=NOW)
    with journal.write() as session:
        seen_agents.keep(session, ["B", "C"], frozenset({"C"}), now=NOW + MINUTE)
    with journal.read() as session:
        rows = {
            row.agent: (row.live, row.looked_at) for row in session.scalars(sa.select(SeenAgent))
        }
    assert rows == {"A": (True, NOW), "B": (False, NOW + MINUTE), "C": (True, NOW + MINUTE)}


@pytest.mark.covers("E18")
def test_where_many_fall_out_the_open_incidents_are_read_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_shift = [agent.id for agent in PLAN.agents]
    reads = []
    real = workplace_incident.homes
    monkeypatch.setattr(agents_gone, "homes", lambda *a: reads.append(1) or real(*a))
    agents_gone.look(journal, PLAN, Seen(NOW, frozenset(on_shift), frozenset(on_shift)))
    for minute, gone in ((1, on_shift[:20]), (2, on_shift[20:40])):
        left = frozenset(on_shift) - frozenset(gone)
        asked = agents_gone.look(journal, PLAN, Seen(NOW + minute * MINUTE, left, left))
        assert list(asked) == ["INC-0001"], "one cause, one incident"
    assert len(reads) == 4, "once in each look; anew under the lock in the one that opens"
