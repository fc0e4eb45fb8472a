"""The columns that an operator is told to make are those that are written."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kitart.alerts.opening import open_or_join
from kitart.journal import register
from kitart.journal.database import Journal
from kitart.journal.register import COLUMNS
from kitart.plan.loading import load_plan
from kitart.reports import filed
from kitart.settings import HOUSE
from sandbox.world import LIBRARY_COLUMNS, REGISTER_COLUMNS
from tasks.filing import register_fields
from tests.new_journal import make_tables

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_the_register_is_written_into_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    journal = Journal(f"sqlite:///{tmp_path / 'journal.db'}")
    make_tables(journal)
    plan = load_plan(HOUSE / "config")
    with journal.write() as session:
        opened = open_or_join(
            session, plan, "VCC", reported_by="a test", seen="silent", cause_at=None, now=NOW
        )
        fields = register_fields(session, plan, opened.incident.number)
    journal.close()
    assert tuple(fields) == COLUMNS
    assert all(isinstance(value, str | None) for value in fields.values())


def test_the_stand_in_has_the_columns_that_are_made() -> None:
    for there, wanted in ((REGISTER_COLUMNS, filed.REGISTER), (LIBRARY_COLUMNS, filed.LIBRARY)):
        assert list(there) == [column.name for column in wanted]
        assert all(column.fits(there[column.name]) for column in wanted)


def test_a_moment_is_written_so_that_a_column_of_text_and_one_for_dates_take_it() -> None:
    assert register.written_moment(NOW) == "2026-11-24T09:00:00Z"
    assert register.written_moment(None) is None
    assert {column.name for column in filed.REGISTER if column.kind == "dateTime"} == set(
        register.MOMENTS
    )
    assert all(column.fits("text") for column in filed.REGISTER)
