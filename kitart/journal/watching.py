"""Hearing that something was written in the journal, and about which incident."""

from __future__ import annotations

import math
import select
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from kitart.clock import monotonic_s

CHANNEL = "kitart_journal"
ALL, ANY = "all", "any"
"""What a write is about that concerns everybody, and the count of all writes."""
OTHERS_AFTER_S = 15.0
"""Real seconds after which a run looks at what was written about other incidents: it meets them at
the people, the lines and the clients they share, and asks for those itself at each step. Were it
told of each write, fifty runs that only wait would fill two cores."""


def channel_of(topic: str) -> str:
    """PostgreSQL's channel for what is written about an incident, or about everybody."""
    return f"{CHANNEL}:{topic}"


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


class SqliteWatch(JournalWatch):
    """Looks at the file's version, and at the counts of writes when it has moved."""

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


class PostgresWatch(JournalWatch):
    """Is told by the server; a connection that broke is made anew."""

    # Notices can be missed over a reconnect, so a look is also due now and then.
    _look_every_s = 15.0

    def __init__(self, engine: sa.Engine, about: str | None) -> None:
        super().__init__(engine, about)
        self._channels = [CHANNEL]
        if self._mine is not None and OTHERS_AFTER_S:
            # Not told of others at all, which would wake fifty runs at each write of one; that they
            # may have written is taken for granted when it is time to look.
            self._channels = [channel_of(topic) for topic in sorted(self._mine)]
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
