"""Asking Prefect for new runs as soon as the journal says that one was asked for.

Each question to Prefect is a write in its database, so that many of them slow down the very thing
they wait for. The journal can be watched for nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from kitart.journal import incidents, upgrading
from kitart.journal.database import Journal, JournalError

log = logging.getLogger(__name__)
LOOK_EVERY_S = 0.1
TRY_AGAIN_S = 5.0


class JournalAlarm:
    """Calls back, in a thread of its own, whenever a run was asked for that Prefect has by now."""

    def __init__(self, journal_url: str, asked: Callable[[], object]) -> None:
        self._url = journal_url
        self._asked = asked
        self._seen: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="journal-alarm", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self._once()
            except (JournalError, SQLAlchemyError, OSError) as error:
                # Without the journal no plan is carried out either; Prefect is asked all the same.
                log.warning("the journal can't be watched: %s; tried again", error)
                self._stop.wait(TRY_AGAIN_S)

    def _once(self) -> None:
        journal = Journal(self._url)
        try:
            upgrading.standing(journal)  # makes no file where there is none
            watch = journal.watch()
            try:
                while not self._stop.wait(LOOK_EVERY_S):
                    if watch.changed() and self._is_new(journal):
                        self._asked()
            finally:
                watch.close()
        finally:
            journal.close()

    def _is_new(self, journal: Journal) -> bool:
        with journal.read() as session:
            asked_for = incidents.runs_asked_for(session)
        new = asked_for - self._seen
        self._seen = asked_for
        return bool(new)
