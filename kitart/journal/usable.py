"""Whether the journal's database can be used now: looked at without writing a row."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from kitart.clock import as_utc
from kitart.journal.database import Journal

WAITS_S = 2.0
"""Real seconds for which somebody else may write before the journal counts as locked."""
Bar = Literal["", "locked", "read-only", "full", "other"]


@dataclass(frozen=True)
class Writing:
    """What keeps writers out, if anything, in whose words; "" where nothing does."""

    bar: Bar
    said: str = ""


def file_of(url: str) -> Path | None:
    """Where the journal's file lies; ``None`` for a database server."""
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError:
        return None
    on_file = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(parsed.database or "") if on_file else None


def writing(journal: Journal) -> Writing:
    """Ask for the right to write and give it back at once; raises what the database raises."""
    file = file_of(journal.url)
    return _to_file(file) if file is not None else _to_server(journal)


def _to_file(file: Path) -> Writing:
    address = f"{file.resolve().as_uri()}?mode=rw"
    opened = sqlite3.connect(address, uri=True, timeout=WAITS_S, isolation_level=None)
    with contextlib.closing(opened):
        try:
            opened.execute("BEGIN IMMEDIATE")
            # What can only be read begins all the same; it refuses whatever would write, also
            # where there is nothing to be written.
            opened.execute("UPDATE incidents SET seq = seq WHERE 0")
        except sqlite3.OperationalError as error:
            return Writing(bar_of(str(error)), str(error))
        opened.execute("ROLLBACK")
    return Writing("")


def _to_server(journal: Journal) -> Writing:
    with journal.engine.connect() as connection:
        if connection.scalar(sa.text("SHOW transaction_read_only")) == "on":
            waits = connection.scalar(sa.text("SELECT pg_is_in_recovery()"))
            return Writing("read-only", "it is a stand-by" if waits else "it is set so")
        waiting = sa.text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock' AND now() - query_start > make_interval(secs => :s)"
        )
        if found := connection.scalar(waiting, {"s": WAITS_S}):
            return Writing("locked", f"{found} of its writers wait for another")
    return Writing("")


def bar_of(said: str) -> Bar:
    """What SQLite's words mean for whoever wants to write."""
    if "locked" in said or "busy" in said:
        return "locked"
    if "readonly" in said or "read-only" in said:
        return "read-only"
    return "full" if "full" in said else "other"


def clock_of(journal: Journal) -> datetime | None:
    """The time of the database's server; ``None`` for a file, which has none of its own."""
    if file_of(journal.url) is not None:
        return None
    with journal.engine.connect() as connection:
        return as_utc(connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one())
