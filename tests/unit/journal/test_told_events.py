"""How far the timeline was told to Prefect: the journal itself is the queue."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from kitart.journal import timeline, told_events
from kitart.journal.database import Journal
from kitart.journal.upgrading import upgrade
from tests.unit.journal.conftest import NOW


def seqs(journal: Journal, limit: int = 100) -> list[tuple[str, int]]:
    with journal.read() as session:
        return [(e.incident, e.seq) for _, e in told_events.untold(session, limit)]


def note(journal: Journal, number: str) -> None:
    with journal.write() as session:
        timeline.append(session, number, "note", "x", now=NOW)


def tell(journal: Journal, **up_to: int) -> None:
    with journal.write() as session:
        told_events.told(session, {name.replace("_", "-"): seq for name, seq in up_to.items()})


def test_what_was_told_is_not_told_again_and_each_incident_goes_on_where_it_stands(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    open_one("MAIL")
    note(journal, "INC-0001")
    assert seqs(journal) == [("INC-0001", 1), ("INC-0002", 1), ("INC-0001", 2)]
    assert seqs(journal, limit=2) == [("INC-0001", 1), ("INC-0002", 1)]
    tell(journal, INC_0001=1)
    assert seqs(journal) == [("INC-0002", 1), ("INC-0001", 2)]
    with journal.read() as session:
        assert told_events.waiting(session) == 2
    tell(journal, INC_0001=2, INC_0002=1)
    assert seqs(journal) == []
    note(journal, "INC-0002")
    assert seqs(journal) == [("INC-0002", 2)]


def test_a_slower_gateway_does_not_turn_it_back(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    note(journal, "INC-0001")
    tell(journal, INC_0001=2)
    tell(journal, INC_0001=1)
    assert seqs(journal) == []


def test_what_happened_before_the_upgrade_is_no_news(
    journal: Journal, open_one: Callable[..., object]
) -> None:
    open_one()
    with journal.engine.connect().execution_options(kitart_write=True) as connection:
        for table in ("told_events", "readiness_days", "readiness_news", "printed_copies",
                      "write_counts", "holds"):  # fmt: skip
            connection.execute(sa.text(f"DROP TABLE {table}"))
        connection.execute(sa.text("ALTER TABLE incidents DROP COLUMN part_of"))
        connection.execute(sa.text("ALTER TABLE incidents ADD COLUMN lease_until TIMESTAMP"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0015'"))
        connection.commit()
    upgrade(journal)
    assert seqs(journal) == []
    note(journal, "INC-0001")
    assert seqs(journal) == [("INC-0001", 2)]
