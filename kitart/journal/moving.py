"""Moving a whole journal to another database, usually from SQLite to PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kitart.journal import incidents, timeline
from kitart.journal.database import Journal, JournalError
from kitart.journal.tables import Base, Incident, WriteCount
from kitart.journal.upgrading import check

ROWS_AT_ONCE = 500


def move(source: Journal, target: Journal, *, real_now: datetime) -> Mapping[str, int]:
    """Copy every row into an empty journal of this version; how many rows each table has.

    All of it or nothing: the copy is one transaction of the target, and it ends only when every
    count agrees and every incident's hash chain is whole on the other side (D1). The source is
    only read. Raises ``JournalError`` when a run drives an incident at ``real_now``, when the
    source's record is broken, or when the target isn't empty or not of this version.
    """
    check(source)
    check(target)
    with source.read() as old, target.write() as new:
        _nobody_drives(old, real_now)
        _is_empty(new)
        moved = {table.name: _copy(old, new, table) for table in kept_tables()}
        for name, rows in moved.items():
            if (found := _count(new, Base.metadata.tables[name])) != rows:
                raise JournalError(f"{name}: {rows} rows were read and {found} arrived")
        _chains_are_whole(new)
        _numbers_go_on(new)
    return moved


def kept_tables() -> list[sa.Table]:
    """The tables that are the record, each after those that it refers to; how often something was
    written is each database's own."""
    return [t for t in Base.metadata.sorted_tables if t is not WriteCount.__table__]


def _nobody_drives(old: Session, real_now: datetime) -> None:
    held = old.scalars(
        sa.select(Incident).where(Incident.lease_run.is_not(None)).order_by(Incident.seq)
    )
    driven = [row.number for row in held if incidents.driven(row, real_now=real_now)]
    if driven:
        raise JournalError(
            f"{', '.join(driven)}: a run drives it now; stop the gateway and the workers first"
        )


def _is_empty(new: Session) -> None:
    for table in kept_tables():
        if rows := _count(new, table):
            raise JournalError(
                f"the target has {rows} rows in {table.name}; right would be a new database"
            )


def _copy(old: Session, new: Session, table: sa.Table) -> int:
    rows = 0
    found = old.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings()
    for part in found.partitions(ROWS_AT_ONCE):
        new.execute(table.insert(), [dict(row) for row in part])
        rows += len(part)
    return rows


def _count(session: Session, table: sa.Table) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def _chains_are_whole(new: Session) -> None:
    for incident in new.scalars(sa.select(Incident)):
        if (broken := timeline.first_broken(new, incident)) is not None:
            raise JournalError(
                f"{incident.number}: its record is broken from entry {broken} on; nothing was moved"
            )


def _numbers_go_on(new: Session) -> None:
    """PostgreSQL counts row numbers by itself, from where the copied rows end."""
    if new.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is not None:
            new.execute(
                sa.text(
                    "SELECT setval(pg_get_serial_sequence(:table, :column), "
                    f"COALESCE((SELECT max({column.name}) FROM {table.name}), 0) + 1, false)"
                ),
                {"table": table.name, "column": column.name},
            )
