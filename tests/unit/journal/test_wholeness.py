"""Every incident's record is gone through, and the broken ones are named."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from kitart.cli import app
from kitart.journal import timeline, wholeness
from kitart.journal.database import Journal, JournalError
from kitart.journal.incidents import Opened
from kitart.journal.tables import TimelineEntry
from kitart.settings import settings
from tests.unit.journal.conftest import NOW


def two_incidents(journal: Journal, open_one: Callable[..., Opened]) -> None:
    open_one("VCC")
    open_one("SHAREPOINT")
    with journal.write() as session:
        for number in ("INC-0001", "INC-0002"):
            timeline.append(session, number, "note", "áram ő", now=NOW)


@pytest.mark.covers("D1")
def test_a_whole_journal_and_one_with_a_changed_entry(
    journal: Journal, open_one: Callable[..., Opened]
) -> None:
    two_incidents(journal, open_one)
    found = wholeness.look(journal)
    assert (found.incidents, found.broken) == (2, {})
    with journal.write() as session:
        last = sa.select(sa.func.max(TimelineEntry.seq)).where(TimelineEntry.incident == "INC-0002")
        place = session.scalar(last)
        count = session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry))
        session.execute(
            sa.update(TimelineEntry)
            .where(TimelineEntry.incident == "INC-0002", TimelineEntry.seq == place)
            .values(text="nothing happened")
        )
    assert found.entries == count
    assert wholeness.look(journal).broken == {"INC-0002": place}


def test_an_empty_database_is_no_journal(empty_journal: Journal) -> None:
    with pytest.raises(JournalError, match="kitart db upgrade"):
        wholeness.look(empty_journal)


def test_the_command_ends_with_1_for_a_broken_record(
    journal: Journal, open_one: Callable[..., Opened], monkeypatch: pytest.MonkeyPatch
) -> None:
    two_incidents(journal, open_one)
    monkeypatch.setenv("KITART_DATABASE_URL", journal.url)
    settings.cache_clear()
    well = CliRunner().invoke(app, ["db", "check"])
    assert well.exit_code == 0, well.output
    assert "2 incidents with" in well.output
    with journal.write() as session:
        session.execute(sa.delete(TimelineEntry).where(TimelineEntry.incident == "INC-0001"))
    broken = CliRunner().invoke(app, ["db", "check"])
    settings.cache_clear()
    assert broken.exit_code == 1
    assert "INC-0001: the record is broken from entry 1 on" in broken.output
