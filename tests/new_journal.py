"""A new journal's tables, without going through all migrations for each test again.

The migrations take a seventh of a second, more than most tests. They run once a process and kind
of database; each journal after that gets what they made.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kitart.journal.database import Journal
from kitart.journal.upgrading import upgrade

_said: list[str] = []
"""What the migrations say to an empty database on PostgreSQL."""


def make_tables(journal: Journal) -> None:
    """Bring an empty journal to this version, as ``upgrade`` does."""
    if journal.engine.dialect.name == "sqlite":
        file = Path(journal.engine.url.database or "")
        assert not file.exists(), f"{file} is not empty: upgrade is for that"
        file.write_bytes(_file())
    elif _said:
        with journal.engine.begin() as connection:
            connection.exec_driver_sql(";\n".join(_said))
    else:
        _listen_while_upgrading(journal)


@lru_cache(maxsize=1)
def _file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="kitart-tables-") as folder:
        file = Path(folder) / "journal.db"
        journal = Journal(f"sqlite:///{file}")
        upgrade(journal)
        journal.close()
        assert [each.name for each in Path(folder).iterdir()] == [file.name]
        return file.read_bytes()


def _listen_while_upgrading(journal: Journal) -> None:
    heard: list[str] = []

    def hear(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, _m: Any) -> None:
        if not statement.lstrip().upper().startswith("SELECT"):
            assert not parameters, f"a migration writes with values of its own: {statement}"
            heard.append(statement)

    sa.event.listen(journal.engine, "before_cursor_execute", hear)
    try:
        upgrade(journal)
    finally:
        sa.event.remove(journal.engine, "before_cursor_execute", hear)
    _said.extend(heard)
