"""The columns that an operator is told to make are those that are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kitart.alerts.opening import open_or_join
from kitart.journal.database import Journal
from kitart.journal.register import COLUMNS
from kitart.journal.upgrading import upgrade
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.world import REGISTER_COLUMNS
from tasks.filing import register_fields

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_the_register_is_written_into_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    upgrade(journal)
    plan = load_plan(HOUSE / "config")
    with journal.write() as session:
        opened = open_or_join(
            session, plan, "VCC", reported_by="a test", seen="silent", cause_at=None, now=NOW
        )
        fields = register_fields(session, plan, opened.incident.number)
    journal.close()
    assert tuple(fields) == COLUMNS
    assert all(isinstance(value, str | None) for value in fields.values())


def test_the_stand_in_has_the_columns_that_an_operator_makes() -> None:
    assert REGISTER_COLUMNS == COLUMNS
