"""Rows that two writers may want at the same moment: one of them makes it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kitart.journal.tables import Base


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless one with a same unique key is there; whether it was inserted.

    SQLite's writers queue anyway; on PostgreSQL the second waits for the first.
    """
    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing()
    return session.execute(statement.returning(sa.literal(1))).first() is not None
