"""The journal on SQLite and on PostgreSQL, each test with a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kitart.journal import incidents, plans
from kitart.journal.database import Journal
from kitart.journal.incidents import Opened, Report
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PLAN_HASH = "0" * 64


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    made: str = request.getfixturevalue("new_postgres_database")()
    return made


@pytest.fixture
def empty_journal(address: str) -> Iterator[Journal]:
    journal = Journal(address)
    yield journal
    journal.close()


@pytest.fixture
def journal(empty_journal: Journal) -> Journal:
    """A journal of this version with one plan in it."""
    make_tables(empty_journal)
    with empty_journal.write() as session:
        plans.keep(session, PLAN_HASH, {"a": "plan"}, now=NOW)
    return empty_journal


@pytest.fixture
def open_one(journal: Journal) -> Callable[..., Opened]:
    """Open an incident for a system, or join its open one."""

    def make(system: str = "VCC", *, at: datetime = NOW, exercise: bool = False) -> Opened:
        with journal.write() as session:
            return incidents.open_or_join(
                session,
                Report(
                    kind="vital systems offline",
                    system_id=system,
                    title=f"{system} offline",
                    cause_at=at,
                    reported_at=at,
                    reported_by="monitor test",
                    priority_proposed="P1",
                    plan_hash=PLAN_HASH,
                    exercise=exercise,
                ),
                now=NOW,
                real_now=NOW,
            )

    return make
