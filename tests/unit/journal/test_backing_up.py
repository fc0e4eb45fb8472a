"""A backup that was restored is the same journal; nothing else than a whole one is restored."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kitart.journal import backing_up, timeline
from kitart.journal.database import Journal, JournalError
from kitart.journal.tables import Incident
from kitart.journal.upgrading import check, upgrade
from tests.unit.journal.conftest import NOW
from tests.unit.journal.test_moving import filled, rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backup" / "journal.kitart"


@pytest.fixture(autouse=True)
def _folder(file: Path) -> None:
    file.parent.mkdir()


@pytest.fixture
def other(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> Iterator[Journal]:
    """Another journal of the same kind, in which there is nothing at all."""
    on_file = address.startswith("sqlite")
    made = Journal(
        f"sqlite:///{tmp_path / 'new' / 'journal.db'}"
        if on_file
        else request.getfixturevalue("new_postgres_database")()
    )
    yield made
    made.close()


@pytest.mark.covers("D1")
def test_what_is_restored_is_row_for_row_what_was_backed_up(
    journal: Journal, other: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    open_one()
    filled(journal)
    held = backing_up.back_up(journal, file)
    assert (held.incidents, held.broken) == (1, {})
    assert file.stat().st_mode & 0o777 == 0o600
    assert backing_up.restore(other, file) == held
    check(other)
    assert rows(other) == rows(journal)
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_restored_journal_is_written_on(
    journal: Journal, other: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    open_one()
    filled(journal)
    backing_up.back_up(journal, file)
    backing_up.restore(other, file)
    with other.write() as session:
        timeline.append(session, "INC-0001", "note", "after the restore", now=NOW)
    with other.read() as session:
        incident = session.scalars(sa.select(Incident)).one()
        assert timeline.first_broken(session, incident) is None


def test_a_backup_is_made_while_somebody_writes(
    journal: Journal, other: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    open_one()
    with journal.write() as session:
        timeline.append(session, "INC-0001", "note", "not written yet", now=NOW)
        held = backing_up.back_up(journal, file)
    backing_up.restore(other, file)
    assert held.entries == 1
    with other.read() as session:
        assert [entry.type for entry in timeline.entries(session, "INC-0001")] == ["reported"]


def test_it_goes_into_empty_tables_too(
    journal: Journal, other: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    open_one()
    backing_up.back_up(journal, file)
    upgrade(other)
    backing_up.restore(other, file)
    assert rows(other) == rows(journal)


def test_a_journal_that_has_anything_in_it_is_left_alone(
    journal: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    backing_up.back_up(journal, file)
    open_one()
    before = rows(journal)
    with pytest.raises(JournalError, match="has rows in"):
        backing_up.restore(journal, file)
    assert rows(journal) == before


def test_a_backup_whose_record_was_changed_is_refused_and_nothing_is_left(
    journal: Journal, other: Journal, open_one: Callable[..., Any], file: Path
) -> None:
    open_one()
    filled(journal)
    with journal.write() as session:
        session.execute(sa.text("UPDATE timeline SET text = 'other' WHERE text = 'first'"))
    assert backing_up.back_up(journal, file).broken == {"INC-0001": 2}
    with pytest.raises(JournalError, match="INC-0001 from entry 2 on"):
        backing_up.restore(other, file)
    with other.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_backup_of_a_newer_kitart_is_refused_and_nothing_is_left(
    journal: Journal, other: Journal, file: Path
) -> None:
    backing_up.back_up(journal, file)
    newer = file.with_name("newer")
    with journal.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    if journal.engine.dialect.name == "sqlite":
        backing_up._copy_sqlite(backing_up._path_of(journal), newer)
    else:
        backing_up._run(journal, "pg_dump", "--format=custom", f"--file={newer}")
    with pytest.raises(JournalError, match="made by a newer Kitart"):
        backing_up.restore(other, newer)
    with other.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_an_old_backup_is_not_overwritten(journal: Journal, file: Path) -> None:
    file.write_text("an older backup")
    with pytest.raises(JournalError, match="there already"):
        backing_up.back_up(journal, file)
    assert file.read_text() == "an older backup"


def test_what_is_no_backup_of_this_kind_is_refused(other: Journal, file: Path) -> None:
    file.write_text("something else")
    with pytest.raises(JournalError, match="is no backup of"):
        backing_up.restore(other, file)
    with pytest.raises(JournalError, match="can't be read"):
        backing_up.restore(other, file.with_name("nothing"))


PASSWORD = "s3cr:et\\"
AT = {"drivername": "postgresql", "username": "kitart", "host": "db.example", "database": "kitart"}


@pytest.mark.parametrize(
    ("url", "in_the_file"),
    [
        (sa.URL.create(**AT, password=PASSWORD), "*:*:*:*:s3cr\\:et\\\\\n"),
        (sa.URL.create(**AT, query={"password": PASSWORD}), "*:*:*:*:s3cr\\:et\\\\\n"),
        (sa.URL.create(**AT), ""),
    ],
    ids=["before the host", "as a parameter", "none"],
)
def test_the_password_is_in_no_command_line(
    url: sa.URL, in_the_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def run(words: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        place = sa.make_url(words[2].removeprefix("--dbname=")).query.get("passfile")
        seen.extend((" ".join(words), Path(str(place)).read_text() if place else ""))
        return subprocess.CompletedProcess(words, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(backing_up.shutil, "which", lambda name: f"/usr/bin/{name}")
    backing_up._run(Journal(url.render_as_string(hide_password=False)), "pg_dump")
    command, file = seen
    assert "kitart@db.example/kitart" in command
    assert "s3cr" not in command
    assert file == in_the_file


def test_a_program_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    monkeypatch.setattr(backing_up.shutil, "which", lambda _: None)
    with pytest.raises(JournalError, match="pg_dump is not on this machine"):
        backing_up._run(Journal("postgresql://kitart@/kitart"), "pg_dump", f"--file={file}")
