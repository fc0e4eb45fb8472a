"""A copy of the whole journal in one file while everything runs, and the way back from it (D1).

On SQLite by its own backup, on PostgreSQL by ``pg_dump`` and ``pg_restore``. A copy goes back only
into an empty journal, and stays there only if every record in it is whole.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from kitart.journal import upgrading, wholeness
from kitart.journal.database import Journal, JournalError
from kitart.journal.moving import kept_tables
from kitart.journal.tables import Base
from kitart.journal.wholeness import Wholeness

LIMIT_S = 1800.0
"""How long PostgreSQL's programs may take, in real seconds."""
SQLITE, POSTGRESQL = b"SQLite format 3\0", b"PGDMP"
"""What the two kinds of file begin with."""
REST = ("-wal", "-shm")
"""What SQLite keeps beside a journal that is open."""
REVISIONS = "alembic_version"
SECRET = ("password", "sslpassword")
"""Parameters of a PostgreSQL address that no list of processes may show."""


def back_up(journal: Journal, file: Path) -> Wholeness:
    """Write the journal as it stands at this moment to a new file that only its owner reads.

    What it held just before; ``JournalError``, and no file, when that can't be done.
    """
    found = wholeness.look(journal)
    if file.exists():
        raise JournalError(f"{file} is there already: name a new file")
    partial = _beside(file)
    try:
        if _on_file(journal):
            _copy_sqlite(_path_of(journal), partial)
        else:
            _run(journal, "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
                 f"--file={partial}")  # fmt: skip
        _on_the_disk(partial)
        partial.replace(file)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"no backup was made: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return found


def restore(journal: Journal, file: Path) -> Wholeness:
    """Put a backup in the place of an empty journal, or of none, and bring it to this version.

    What it holds. Raises ``JournalError``, and leaves the place empty, when the journal has
    anything in it, the backup is of the other kind of database or of a newer Kitart, or a record in
    it is not whole.
    """
    try:
        with file.open("rb") as opened:
            begins = opened.read(len(SQLITE))
    except OSError as error:
        raise JournalError(f"the backup can't be read: {error}") from error
    if not begins.startswith(SQLITE if _on_file(journal) else POSTGRESQL):
        raise JournalError(
            f"{file} is no backup of {'SQLite' if _on_file(journal) else 'PostgreSQL'}; restore it "
            "into the kind it came from, then 'kitart db move' takes it to the other"
        )
    _is_empty(journal)
    if _on_file(journal):
        return _restore_file(journal, file)
    return _restore_dump(journal, file)


def _restore_file(journal: Journal, file: Path) -> Wholeness:
    """Looked at beside its place first: whatever is wrong with it never gets there."""
    place = _path_of(journal)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = _beside(place)
    copy = Journal(f"sqlite:///{partial}")
    try:
        _copy_sqlite(file, partial)
        found = _looked_at(copy)
        copy.close()
        journal.close()
        _on_the_disk(partial)
        # What an empty journal left beside it belongs to no other file.
        for rest in REST:
            place.with_name(place.name + rest).unlink(missing_ok=True)
        partial.replace(place)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"the backup was not restored: {error}") from error
    finally:
        copy.close()
        for rest in ("", *REST):
            partial.with_name(partial.name + rest).unlink(missing_ok=True)
    return found


def _restore_dump(journal: Journal, file: Path) -> Wholeness:
    # All or nothing; tables that 'kitart db upgrade' made are in the way, and empty.
    _clear(journal)
    _run(journal, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner",
         "--no-privileges", str(file))  # fmt: skip
    try:
        return _looked_at(journal)
    except JournalError:
        _clear(journal)
        raise


def _looked_at(journal: Journal) -> Wholeness:
    """Bring it to this version and go through every record; ``JournalError`` for a broken one."""
    upgrading.upgrade(journal)
    found = wholeness.look(journal)
    if found.broken:
        said = ", ".join(f"{number} from entry {n} on" for number, n in found.broken.items())
        raise JournalError(f"the backup is broken: {said}; nothing was restored")
    return found


def _is_empty(journal: Journal) -> None:
    if _on_file(journal) and not _path_of(journal).exists():
        return
    try:
        with journal.engine.connect() as connection:
            there = set(sa.inspect(connection).get_table_names())
            for table in kept_tables():
                if table.name in there and connection.execute(sa.select(table).limit(1)).first():
                    raise JournalError(
                        f"the journal has rows in {table.name}: a backup is restored only into an "
                        "empty one. Set KITART_DATABASE_URL to a new database, or move the old "
                        "journal away first"
                    )
    except sa.exc.DatabaseError as error:
        raise JournalError(f"the journal can't be opened: {error.orig}") from error


def _clear(journal: Journal) -> None:
    """Take the tables out of a journal that has just been seen to be empty."""
    with journal.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {REVISIONS}"))


def _copy_sqlite(source: Path, target: Path) -> None:
    """One file with none beside it, as the source stood at one moment; writers go on meanwhile."""
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")


def _run(journal: Journal, program: str, *words: str) -> None:
    """One of PostgreSQL's programs on the journal's database; ``JournalError`` if it fails."""
    found = shutil.which(program)
    if found is None:
        raise JournalError(
            f"{program} is not on this machine; on Debian and Ubuntu: "
            "apt-get install postgresql-client"
        )
    with _address_without_secret(journal.engine.url) as address:
        try:
            done = subprocess.run(
                [found, "--no-password", f"--dbname={address}", *words], capture_output=True,
                text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise JournalError(f"{program} did not end within {LIMIT_S / 60:.0f} minutes") from None
    if done.returncode:
        raise JournalError(f"{program} failed: {done.stderr.strip()}")


@contextlib.contextmanager
def _address_without_secret(url: sa.URL) -> Iterator[str]:
    """The address as PostgreSQL's programs take it; its password lies in a file of the moment."""
    password = url.password or url.query.get("password", "")
    # Not by set(), which takes None for "as it was".
    plain = url._replace(drivername="postgresql", password=None).difference_update_query(SECRET)
    if not password:
        yield plain.render_as_string(hide_password=False)
        return
    escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
    with tempfile.NamedTemporaryFile("w", prefix="kitart-", encoding="utf-8") as file:  # mode 0600
        file.write(f"*:*:*:*:{escaped}\n")
        file.flush()
        given = plain.update_query_dict({"passfile": file.name})
        yield given.render_as_string(hide_password=False)


def _beside(file: Path) -> Path:
    """A new, empty file in the same folder that only its owner reads."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".partial", dir=file.parent)
    os.close(handle)
    return Path(name)


def _on_the_disk(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


def _on_file(journal: Journal) -> bool:
    return journal.engine.url.get_backend_name() == "sqlite"


def _path_of(journal: Journal) -> Path:
    return Path(journal.engine.url.database or "")
