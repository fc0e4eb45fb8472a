"""What two writers may want at once: one makes the row, one at a time holds it or has its turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from kitart.journal.tables import Base


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert a row unless one with a same unique key is there; whether it was inserted.

    SQLite's writers queue anyway; on PostgreSQL the second waits for the first.
    """
    return _inserted(session, table, values) is not None


def insert_new(
    session: Session, table: type[Base], rows: Sequence[dict[str, Any]], *, told_by: str
) -> list[Any]:
    """Insert many rows in a few statements, but none with a unique key that is there; of those that
    were inserted the column ``told_by``."""
    session.flush()
    if not rows:
        return []
    statement = _statement(table, session.get_bind().dialect.name, told_by)
    return list(session.scalars(statement, rows))


def id_if_new(session: Session, table: type[Base], **values: Any) -> int | None:
    """As ``insert_once``, for a table whose key is a number: that of the new row, or ``None``."""
    row = _inserted(session, table, values)
    return None if row is None else int(row[0])


def _inserted(session: Session, table: type[Base], values: dict[str, Any]) -> Any:
    """The new row's primary key; ``None`` where one with a same unique key is there."""
    session.flush()  # what the new row refers to
    statement = _statement(table, session.get_bind().dialect.name)
    return session.execute(statement, values).first()


@lru_cache
def _statement(table: type[Base], dialect: str, told_by: str | None = None) -> Any:
    """Made once for each table: writers wait for one another while it is worked out."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    kept: sa.Table = table.__table__  # type: ignore[assignment]
    told = [kept.c[told_by]] if told_by else kept.primary_key.columns
    return insert(kept).on_conflict_do_nothing().returning(*told)


TURNS = "turns taken"
"""Under this name a transaction knows which it has."""


class Turn(IntEnum):
    """What PostgreSQL's writers have one at a time, where no row stands for it (ADR 26)."""

    INCIDENTS = 4217
    NEWS = 4218
    SIGN_INS = 4219
    AGENTS = 4220
    LOOKS = 4221


def of_transaction(session: Session, what: str) -> dict[Any, Any]:
    """What this transaction keeps in mind under a name; empty at its beginning."""
    transaction, kept = session.info.get(what, (None, {}))
    if transaction is None or transaction is not session.get_transaction():
        kept = {}
        session.info[what] = session.get_transaction(), kept
    return kept  # type: ignore[no-any-return]


def will_ask(session: Session, what: str, key: Any) -> None:
    """Say before anything is asked that this transaction will ask for it (``asked``)."""
    of_transaction(session, what).setdefault(key, None)


def asked(
    session: Session, what: str, key: Any, ask: Callable[[list[Any]], Mapping[Any, Any]]
) -> Any:
    """What ``ask`` answers for the key: asked at once for all keys that this transaction said it
    will ask for, and once in it. Raises ``LookupError`` where it answers nothing."""
    known = of_transaction(session, what)
    if known.get(key) is None:
        known |= ask(sorted({key, *(each for each, found in known.items() if found is None)}))
    if known.get(key) is None:
        raise LookupError(f"{what}: there is no {key!r}")
    return known[key]


def take_turn(session: Session, turn: Turn, whose: int | str | None = None) -> None:
    """Wait for whoever has this turn, or that of ``whose``, until the transaction ends.

    SQLite's writers queue anyway; PostgreSQL's are made to, here alone.
    """
    if not _queues(session) and (turn, whose) not in (taken := of_transaction(session, TURNS)):
        session.execute(*_asked("pg_advisory_xact_lock", turn, whose))
        taken[turn, whose] = True


def turn_if_free(session: Session, turn: Turn, whose: int | str | None = None) -> bool:
    """As ``take_turn``, without waiting; ``False`` when somebody else has it."""
    return _queues(session) or bool(
        session.scalar(*_asked("pg_try_advisory_xact_lock", turn, whose))
    )


def _queues(session: Session) -> bool:
    return session.get_bind().dialect.name != "postgresql"


def _asked(function: str, turn: Turn, whose: int | str | None) -> tuple[Any, dict[str, Any]]:
    if whose is None:
        return sa.text(f"SELECT {function}(:turn)"), {"turn": int(turn)}
    number = "hashtext(:whose)" if isinstance(whose, str) else ":whose"
    return sa.text(f"SELECT {function}(:turn, {number})"), {"turn": int(turn), "whose": whose}


def locked(query: sa.Select[Any]) -> sa.Select[Any]:
    """The query for a row that is held until the transaction ends, and read as it is then.

    What this session read of the row before is read again: another writer may have changed it.
    Writers of other rows that refer to this one are not kept out: two who answer at once would
    wait for one another on PostgreSQL.
    """
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)
