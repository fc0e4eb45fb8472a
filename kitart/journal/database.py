"""The journal's database: transactions, and hearing that something was written."""

from __future__ import annotations

import contextlib
import functools
import importlib
import math
import os
import select
import sqlite3
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, configure_mappers

from kitart.clock import monotonic_s, sleep_s
from kitart.journal.once import locked
from kitart.journal.tables import Incident
from kitart.journal.write_times import WriteTimes

CHANNEL = "kitart_journal"
LOCK_LIMIT_S = 15.0
"""The longest that SQLite waits for another writer, in real time."""


class JournalError(Exception):
    """The journal can't be used; the message says why and what to do."""


class LeaseLost(Exception):
    """Another run drives this incident now: whoever sees this stops writing."""


@dataclass(frozen=True)
class Lease:
    """The right to drive one incident: one driver each, told apart by the fence number."""

    incident: str
    run: str
    fence: int


CHANGES = "changes of rows"
"""Where a connection to PostgreSQL counts them; SQLite's counts by itself."""
CONCERNED = "incidents concerned"
"""Where a session keeps whose timeline was written."""
ALL, ANY = "all", "any"
"""What a write is about that concerns everybody, and the count of all writes."""
OTHERS_AFTER_S = 15.0
"""Real seconds after which a run looks at what was written about other incidents: it meets them at
the people, the lines and the clients they share, and asks for those itself at each step. Were it
told of each write, fifty runs that only wait would fill two cores."""
COUNT_WRITE = sa.text(
    "INSERT INTO write_counts (topic, count) VALUES (:topic, 1) "
    "ON CONFLICT (topic) DO UPDATE SET count = count + 1"
)

TELL = sa.text("SELECT pg_notify(:all, :topic), pg_notify(:own, :topic)")

KEPT, AT_MOST = 16, 24
"""Connections of a process to PostgreSQL, which has a hundred for all unless it is told."""


class Journal:
    """All that is known, sent, answered and decided.

    Opened lazily: no connection is made before the first use, so that a process may be forked
    with this module loaded.
    """

    def __init__(self, url: str, connections_kept: int = KEPT) -> None:
        """``connections_kept``: how many are left open to PostgreSQL while nobody uses them; at
        most ``AT_MOST`` are open at once."""
        self.url = url
        self._kept = connections_kept
        self._engine: sa.Engine | None = None
        self._turn = threading.Lock()
        self.write_times = WriteTimes()

    @property
    def engine(self) -> sa.Engine:
        """The engine, made at first use."""
        if self._engine is None:
            self._engine = _make_engine(self.url, self._kept)
        return self._engine

    @functools.cached_property
    def _reading(self) -> sa.Engine:
        if self.engine.dialect.name != "postgresql":
            return self.engine
        return self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextlib.contextmanager
    def write(
        self, lease: Lease | None = None, *, about: str | None = None, heard: bool = True
    ) -> Iterator[Session]:
        """A transaction that writes; with ``lease``, only while it holds.

        Runs hear at once of what is ``about`` their incident, held by their ``lease`` or entered in
        their incident's timeline; of what is none of these all hear at once. Of other incidents
        they hear within seconds, and of a transaction that changed nothing never. What nobody waits
        for need not be ``heard``.

        Raises ``LeaseLost`` (nothing is written) when another run holds the incident.
        """
        begun_s = monotonic_s()
        # A read that later writes fails at once in SQLite's WAL mode, so writers begin as such.
        with (
            self._writers_turn(),
            self.engine.connect().execution_options(kitart_write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            before = _changes(connection)
            if lease is not None:
                _check_lease(session, lease)
            yield session
            session.flush()
            # Whoever found nothing to change may not wake others, who would ask again in turn.
            if heard and _changes(connection) != before:
                given = (about, lease.incident if lease else None)
                self._tell(session, {topic for topic in given if topic})
        self.write_times.add(monotonic_s() - begun_s)

    def _tell(self, session: Session, given: Collection[str]) -> None:
        topics = {*given, *session.info.get(CONCERNED, ())} or {ALL}
        if self.engine.dialect.name != "postgresql":
            session.execute(COUNT_WRITE, [{"topic": topic} for topic in {*topics, ANY}])
            return
        for topic in sorted(topics):
            told = {"all": CHANNEL, "own": _channel_of(topic), "topic": topic}
            session.execute(TELL, told)

    @contextlib.contextmanager
    def _writers_turn(self) -> Iterator[None]:
        """On SQLite, one writer of this process after another.

        The file has one writer anyway, and who waits for it there sleeps for up to a tenth of a
        second at a time, also when it has long been free; here the next one is woken at once.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        # Whoever never gets the turn asks SQLite, which says what is the matter.
        got = self._turn.acquire(timeout=LOCK_LIMIT_S)
        try:
            yield
        finally:
            if got:
                self._turn.release()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view of the journal: all of it as it stood at the first question."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    def watch(self, about: str | None = None) -> JournalWatch:
        """A listener that tells cheaply whether anything was written since it last looked; with
        ``about`` soon what concerns that incident, and within seconds what concerns others."""
        if self.engine.dialect.name == "postgresql":
            return _PostgresWatch(self.engine, about)
        return _SqliteWatch(self.engine, about)

    def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self.__dict__.pop("_reading", None)


def concerns(session: Session, incident: str) -> None:
    """Say that this transaction is about an incident: its run hears of it at once, others later."""
    session.info.setdefault(CONCERNED, set()).add(incident)


class JournalWatch:
    """Tells whether the journal changed since the last question."""

    _look_every_s = math.inf

    def __init__(self, engine: sa.Engine, about: str | None) -> None:
        self._engine = engine
        self._mine = None if about is None else {about, ALL}
        self._looked_at_s = monotonic_s()
        self._others_wait = False

    def changed(self) -> bool:
        """Whether anything was written since the last call; the first call says yes."""
        topics = self._written()
        mine = bool(topics) if self._mine is None else not self._mine.isdisjoint(topics)
        self._others_wait |= bool(topics)
        since_s = monotonic_s() - self._looked_at_s
        others = self._others_wait and since_s >= OTHERS_AFTER_S
        if not mine and not others and since_s < self._look_every_s:
            return False
        self._looked_at_s = monotonic_s()
        self._others_wait = False
        return True

    def _written(self) -> Collection[str]:
        """What the writes since the last call were about."""
        raise AssertionError("each database has its own watch")

    def fileno(self) -> int | None:
        """The file at which the system says that something was written; ``None`` where nothing
        does, and it has to be looked at again and again."""
        return None

    def close(self) -> None:
        """Give the connection back."""


class _SqliteWatch(JournalWatch):
    # data_version moves when another connection commits; this one must hold no transaction.
    def __init__(self, engine: sa.Engine, about: str | None) -> None:
        super().__init__(engine, about)
        self._connection = engine.raw_connection()
        self._version: int | None = None
        self._counts: dict[str, int] = {}

    def _written(self) -> Collection[str]:
        cursor = self._connection.cursor()
        try:
            first = self._version is None
            version = cursor.execute("PRAGMA data_version").fetchone()[0]
            if version == self._version:
                return ()
            asked = sorted({ANY, *(self._mine or ())})
            marks = ", ".join("?" * len(asked))
            counts = dict(
                cursor.execute(
                    f"SELECT topic, count FROM write_counts WHERE topic IN ({marks})", asked
                ).fetchall()
            )
        finally:
            cursor.close()
        new = {topic for topic, count in counts.items() if count != self._counts.get(topic)}
        self._version, self._counts = version, counts
        return {ALL} if first else new

    def close(self) -> None:
        self._connection.invalidate()


def _channel_of(topic: str) -> str:
    return f"{CHANNEL}:{topic}"


class _PostgresWatch(JournalWatch):
    # Notices can be missed over a reconnect, so a look is also due now and then.
    _look_every_s = 15.0

    def __init__(self, engine: sa.Engine, about: str | None) -> None:
        super().__init__(engine, about)
        self._channels = [CHANNEL]
        if self._mine is not None and OTHERS_AFTER_S:
            # Not told of others at all, which would wake fifty runs at each write of one; that they
            # may have written is taken for granted when it is time to look.
            self._channels = [_channel_of(topic) for topic in sorted(self._mine)]
            self._look_every_s = OTHERS_AFTER_S
        self._connection: Any = None
        self._there = select.poll()

    def _written(self) -> Collection[str]:
        if self._connection is None:
            return self._listen()
        try:
            # Asked twenty times a second by each run: mostly nothing lies there to be read.
            if not self._there.poll(0):
                return ()
            return {notice.payload for notice in self._connection.notifies(timeout=0)}
        except Exception:
            # Whatever broke the connection, the journal is read and listened to anew.
            self.close()
            return {ALL}

    def fileno(self) -> int | None:
        return None if self._connection is None else int(self._connection.fileno())

    def _listen(self) -> Collection[str]:
        import psycopg

        url = self._engine.url.set(drivername="postgresql")
        try:
            self._connection = psycopg.connect(
                url.render_as_string(hide_password=False), autocommit=True, connect_timeout=5
            )
            for channel in self._channels:
                self._connection.execute(
                    psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel))
                )
            self._there = select.poll()
            self._there.register(self._connection.fileno(), select.POLLIN)
        except psycopg.OperationalError:
            self._connection = None
        return {ALL}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def make_ready() -> None:
    """In a process that others are forked from: what each of them would do at its first question.
    No connection is opened."""
    importlib.import_module("psycopg")
    configure_mappers()


def _make_engine(url: str, kept: int) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise JournalError(
            f"database_url is {url!r}: not a database address; right would be "
            "sqlite:////path/journal.db or postgresql://user@host/name"
        ) from error
    if parsed.get_backend_name() == "postgresql":
        engine = sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=kept,
            max_overflow=AT_MOST - kept,
            connect_args={"connect_timeout": 5},
        )
        sa.event.listen(engine, "after_cursor_execute", _note_change)
        return engine
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise JournalError(f"database_url is {url!r}: SQLite (a file) or PostgreSQL is needed")
    _make_private_folder(Path(parsed.database).parent)
    engine = sa.create_engine(
        parsed,
        connect_args={"timeout": LOCK_LIMIT_S, "check_same_thread": False},
        # A connection is an open file: threads must wait for the journal, not for one of these.
        # As many are kept as threads tell people at once: opening one costs more than a question.
        pool_size=20,
        max_overflow=45,
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _note_change(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
    if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE") and cursor.rowcount:
        connection.info[CHANGES] = connection.info.get(CHANGES, 0) + 1


def _changes(connection: sa.Connection) -> int:
    """How often a row was changed by it, ever."""
    if connection.dialect.name == "postgresql":
        return int(connection.info.get(CHANGES, 0))
    opened: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
    return opened.total_changes


def _make_private_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        os.chmod(folder, 0o700)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # Kitart begins its transactions itself, below.
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={round(LOCK_LIMIT_S * 1000)}")
    _use_wal(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _use_wal(cursor: Any) -> None:
    """Change a new file's mode: of two processes that do it at once SQLite refuses one without
    waiting, whatever the time-out says, so that one comes again."""
    until = monotonic_s() + LOCK_LIMIT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic_s() > until:
                raise
        sleep_s(0.02)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("kitart_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _check_lease(session: Session, lease: Lease) -> None:
    fence = sa.select(Incident.lease_fence).where(Incident.number == lease.incident)
    held = session.scalars(locked(fence)).one_or_none()
    if held != lease.fence:
        raise LeaseLost(
            f"{lease.incident} is driven by another run (fence {held}, ours was {lease.fence})"
        )
