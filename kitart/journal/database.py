"""The journal's database: transactions, and hearing that something was written."""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, configure_mappers

from kitart.clock import monotonic_s, sleep_s
from kitart.journal.once import locked
from kitart.journal.reading import only_reads
from kitart.journal.tables import Incident
from kitart.journal.together import Together, no_questions, nothing
from kitart.journal.watching import (
    ALL,
    ANY,
    CHANNEL,
    JournalWatch,
    PostgresWatch,
    SqliteWatch,
    channel_of,
)
from kitart.journal.write_times import WriteTimes

LOCK_LIMIT_S = 15.0
"""The longest that SQLite waits for another writer, in real time."""
PERSIST_S, PERSIST_EVERY_S = 60.0, 0.5
"""Real seconds for which a write that must not be forgotten is tried again, and between tries."""


T = TypeVar("T")
log = logging.getLogger(__name__)


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
COUNT_WRITE = sa.text(
    "INSERT INTO write_counts (topic, count) VALUES (:topic, 1) "
    "ON CONFLICT (topic) DO UPDATE SET count = count + 1"
)

TELL = sa.text(
    "SELECT set_config('synchronous_commit', 'off', true), pg_notify(channel, topic) "
    "FROM unnest(CAST(:channels AS text[]), CAST(:topics AS text[])) AS told (channel, topic)"
)
"""The disk is not waited for: what it would keep is told to nobody after a crash."""
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
        self._together: dict[tuple[str, str], Together] = {}
        self._telling, self._to_tell = threading.Lock(), deque[str]()
        self.patience_s = 0.0
        """Real seconds for which PostgreSQL is asked for a connection while it is away; who asks
        waits. For whoever can do nothing else meanwhile, as a plan's run."""
        self.write_times = WriteTimes()

    @property
    def engine(self) -> sa.Engine:
        """The engine, made at first use."""
        if self._engine is None:
            self._engine = _make_engine(self.url, self._kept)
            if self._engine.dialect.name == "postgresql":
                sa.event.listen(self._engine, "do_connect", self._connect)
        return self._engine

    def _connect(
        self, dialect: Any, _record: Any, cargs: tuple[Any, ...], cparams: dict[str, Any]
    ) -> Any:
        until_s = monotonic_s() + self.patience_s
        while True:
            try:
                return dialect.connect(*cargs, **cparams)
            except dialect.loaded_dbapi.OperationalError:
                if monotonic_s() >= until_s:
                    raise
            sleep_s(PERSIST_EVERY_S)

    @functools.cached_property
    def _reading(self) -> sa.Engine:
        if self.engine.dialect.name != "postgresql":
            return self.engine
        return self.engine.execution_options(isolation_level="REPEATABLE READ")

    @contextlib.contextmanager
    def write(
        self,
        lease: Lease | None = None,
        *,
        about: str | None = None,
        heard: bool = True,
        beside: bool = False,
    ) -> Iterator[Session]:
        """A transaction that writes; with ``lease``, only while it holds.

        One that goes ``beside`` others only looks at the lease: it waits for none of those who
        write about the incident, and a run that takes the incident over does not wait for it.

        Runs hear at once of what is ``about`` their incident, held by their ``lease`` or entered in
        their incident's timeline; of what is none of these all hear at once. Of other incidents
        they hear within seconds, and of a transaction that changed nothing never. What nobody waits
        for need not be ``heard``.

        Raises ``LeaseLost`` (nothing is written) when another run holds the incident.
        """
        begun_s = monotonic_s()
        told: Collection[str] = ()
        # A read that later writes fails at once in SQLite's WAL mode, so writers begin as such.
        with (
            self._writers_turn(),
            self.engine.connect().execution_options(kitart_write=True) as connection,
        ):
            with Session(connection, expire_on_commit=False) as session, session.begin():
                before = _changes(connection)
                if lease is not None:
                    _check_lease(session, lease, beside=beside)
                yield session
                session.flush()
                # Whoever found nothing to change may not wake others, who would ask again in turn.
                if heard and _changes(connection) != before:
                    given = {topic for topic in (about, lease and lease.incident) if topic}
                    told = {*given, *session.info.get(CONCERNED, ())} or {ALL}
                    if self.engine.dialect.name == "sqlite":
                        session.execute(COUNT_WRITE, [{"topic": each} for each in {*told, ANY}])
            if told and self.engine.dialect.name == "postgresql":
                self._tell(connection, told)
        self.write_times.add(monotonic_s() - begun_s)

    def _tell(self, connection: sa.Connection, topics: Collection[str]) -> None:
        """Have PostgreSQL tell who listens: after the commit, and with what others have to tell.

        In the transaction itself one would wait for the other: PostgreSQL lets only one at a time
        commit that tells something, and the disk is waited for meanwhile. What a crash in this
        moment leaves untold is found by the look that everybody takes now and then.
        """
        self._to_tell.extend(topics)
        with self._telling:
            told = set()
            while self._to_tell:  # only who has the turn takes any
                told.add(self._to_tell.popleft())
            if not told:
                return
            words = [(CHANNEL, topic) for topic in told]
            words += [(channel_of(topic), topic) for topic in told]
            said = {"channels": [word[0] for word in words], "topics": [word[1] for word in words]}
            try:
                connection.execution_options(isolation_level="AUTOCOMMIT").execute(TELL, said)
            except DBAPIError as error:
                log.warning("that something was written was not told: %s", error.orig)

    @contextlib.contextmanager
    def _writers_turn(self) -> Iterator[None]:
        """On SQLite, one writer of this process after another.

        The file has one writer anyway, and who waits for it there sleeps for up to a tenth of a
        second at a time, also when it has long been free; here the next one is woken at once.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        # Whoever never gets the turn asks the database, which says what is the matter.
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
            only_reads(session)
            yield session

    def ask(self, question: Callable[[Session], T]) -> T:
        """What the journal answers; asked once more where the server went away meanwhile."""
        try:
            with self.read() as session:
                return question(session)
        except DBAPIError as error:
            if not went_away(error):
                raise
        with self.read() as session:
            return question(session)

    def persist(
        self,
        write: Callable[[Session], T],
        then: Callable[[Session, T], None] = nothing,
        *,
        ahead: Callable[[Session], None] = no_questions,
        about: str | None = None,
    ) -> T:
        """Write what happened outside and can't be found out again: tried for a minute while the
        database can't be reached or written to. ``write`` may find that its last try was written
        after all; what several threads have to write ``about`` an incident goes into one
        transaction, and what each enters ``then`` in its timeline comes after all that they wrote;
        what they say ``ahead`` that they will ask for is asked at once. Raises the last failure."""
        together = Together(self.write) if about is None else self._written_together("", about)
        until_s = monotonic_s() + PERSIST_S
        while True:
            try:
                return together.write(write, then, ahead)
            except (DBAPIError, PoolTimeout):
                if monotonic_s() >= until_s:
                    raise
            sleep_s(PERSIST_EVERY_S)

    def write_together(
        self,
        kind: str,
        write: Callable[[Session], T],
        then: Callable[[Session, T], None],
        *,
        ahead: Callable[[Session], None],
        about: str,
    ) -> T:
        """Write what comes many times in one moment ``about`` an incident: what several threads
        have of this ``kind`` goes into one transaction, as in ``persist``. Tried once; raises as
        ``write`` and ``then`` do, or as the commit."""
        return self._written_together(kind, about).write(write, then, ahead)

    def _written_together(self, kind: str, about: str) -> Together:
        fresh = Together(functools.partial(self.write, about=about))
        return self._together.setdefault((kind, about), fresh)

    def watch(self, about: str | None = None) -> JournalWatch:
        """A listener that tells cheaply whether anything was written since it last looked; with
        ``about`` soon what concerns that incident, and within seconds what concerns others."""
        if self.engine.dialect.name == "postgresql":
            return PostgresWatch(self.engine, about)
        return SqliteWatch(self.engine, about)

    def close(self) -> None:
        """Close every connection."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
            self.__dict__.pop("_reading", None)


def went_away(error: BaseException) -> bool:
    """Whether the database's server ended a connection that was in use."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def concerns(session: Session, incident: str) -> None:
    """Say that this transaction is about an incident: its run hears of it at once, others later."""
    session.info.setdefault(CONCERNED, set()).add(incident)


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
    sa.event.listen(engine, "do_connect", _refuse_read_only)
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


def _refuse_read_only(
    _dialect: Any, _record: Any, cargs: tuple[Any, ...], _cparams: dict[str, Any]
) -> None:
    """SQLite would open a file that can't be written to without a word, and all connections of the
    process to it stay read-only for as long as one of them lasts: also when it can be written to
    again. Refused, it is opened as soon as it can be."""
    file = Path(cargs[0])
    if file.exists() and not os.access(file, os.W_OK):
        raise sqlite3.OperationalError(
            f"{file} can only be read: is its disk mounted read-only, as after an error?"
        )


def _check_lease(session: Session, lease: Lease, *, beside: bool) -> None:
    fence = sa.select(Incident.lease_fence).where(Incident.number == lease.incident)
    held = session.scalars(fence if beside else locked(fence)).one_or_none()
    if held != lease.fence:
        raise LeaseLost(
            f"{lease.incident} is driven by another run (fence {held}, ours was {lease.fence})"
        )
