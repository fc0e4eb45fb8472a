"""Bringing a journal's tables to this version."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kitart.journal.database import Journal, JournalError

MIGRATIONS = Path(__file__).parent / "migrations"


class OtherVersion(JournalError):
    """The journal is not of this version."""


class NotMade(JournalError):
    """There is no journal, or none with tables."""


def upgrade(journal: Journal) -> str:
    """Bring the journal to this version and return the revision; safe to call twice at once.

    Raises ``JournalError`` when the journal can't be opened or written, or is a newer Kitart's.
    """
    try:
        with (
            journal.engine.connect().execution_options(kitart_write=True) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(4216)"))
            _is_not_newer(MigrationContext.configure(connection).get_current_revision())
            command.upgrade(_config(connection), "head")
    except sa.exc.DatabaseError as error:
        raise JournalError(f"the journal can't be brought up to date: {error.orig}") from error
    return _newest()


def check(journal: Journal) -> None:
    """Raise ``JournalError`` when the journal is not of this version, saying what to do."""
    try:
        with journal.engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except sa.exc.DatabaseError as error:
        raise JournalError(f"the journal can't be opened: {error.orig}") from error
    if found is None:
        raise NotMade("the journal is empty: run 'kitart db upgrade' to make its tables")
    _is_not_newer(found)
    if found != _newest():
        raise OtherVersion(
            f"the journal is at revision {found}, this Kitart needs {_newest()}: "
            "run 'kitart db upgrade'"
        )


def _is_not_newer(found: str | None) -> None:
    if found is not None and found not in _known():
        raise OtherVersion(
            f"the journal is at revision {found}, which this Kitart does not know: it was made "
            "by a newer Kitart, use that one"
        )


@dataclass(frozen=True)
class Standing:
    """What the journal lies in (``SQLite`` or ``PostgreSQL``) and its revision."""

    database: str
    revision: str


def standing(journal: Journal) -> Standing:
    """The same as ``check``, for somebody who looks: a file that is not there is not made."""
    url = journal.engine.url
    on_file = url.get_backend_name() == "sqlite"
    if on_file and not Path(url.database or "").is_file():
        raise NotMade(f"there is no journal at {url.database}: run 'kitart db upgrade'")
    check(journal)
    return Standing("SQLite" if on_file else "PostgreSQL", _newest())


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


# The migrations of a process stay as they are; each is a file to be read and run.
@lru_cache(maxsize=1)
def _newest() -> str:
    return _scripts().get_current_head() or ""


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())
