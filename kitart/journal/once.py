"""Rows that two writers may want at once: one makes it, and one at a time holds it."""

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


def locked(query: sa.Select[Any]) -> sa.Select[Any]:
    """The query for a row that is held until the transaction ends, and read as it is then.

    What this session read of the row before is read again: another writer may have changed it.
    Writers of other rows that refer to this one are not kept out: two who answer at once would
    wait for one another on PostgreSQL.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)
