"""Telling Prefect what happens, beside the incident and never in its way.

The timeline is the queue and the journal keeps how far it was told, so nothing is held in memory
and nothing is lost while Prefect is away or the gateway is not there. Each event is told at least
once, those of one incident in order; another gateway that tells the same sends the same ids.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kitart.clock import monotonic_s
from kitart.gateway.happenings import happenings
from kitart.gateway.own_thread import OwnThread
from kitart.journal import told_events
from kitart.journal.database import Journal
from kitart.orchestrator import OrchestratorError
from kitart.prefect_events import EventRefused, EventSink, Happening

log = logging.getLogger(__name__)

# Technical limits, on real time.
LOOK_EVERY_S = 2.0
TRY_AGAIN_AFTER_S = (1.0, 2.0, 5.0, 10.0, 30.0)
AT_ONCE = 200
"""Entries of one round: what waited long follows bit by bit."""


class Events(OwnThread):
    """The events of one installation."""

    def __init__(self, journal: Journal, sink: EventSink) -> None:
        super().__init__("events")
        self._journal = journal
        self._sink = sink
        self._failures = 0

    def _run(self) -> None:
        due_s = monotonic_s()
        while not self._stop.wait(LOOK_EVERY_S):
            if monotonic_s() < due_s:
                continue
            self._round()
            if self._failures:
                due_s = monotonic_s() + TRY_AGAIN_AFTER_S[self._failures - 1]

    def _round(self) -> None:
        """Tell what waits; outlives whatever fails in it."""
        try:
            while self.look() and not self._stop.is_set():
                pass
        except OrchestratorError as error:
            if self._failures == 1:  # once is a server that is busy for a moment
                log.warning("%s; they wait in the journal", error)
        except Exception:
            log.exception("telling Prefect of what happened failed; tried again")
        else:
            self._failures = 0
            return
        self._failures = min(self._failures + 1, len(TRY_AGAIN_AFTER_S))

    def look(self) -> bool:
        """Tell the next entries and note it; whether more wait. Raises ``OrchestratorError``."""
        with self._journal.read() as session:
            rows = told_events.untold(session, AT_ONCE)
        if not rows:
            return False
        self._tell(happenings(rows))
        with self._journal.write(heard=False) as session:
            told_events.told(session, {incident.number: entry.seq for incident, entry in rows})
        return len(rows) == AT_ONCE

    def _tell(self, found: Sequence[Happening]) -> None:
        """Send them together; where Prefect refuses one, that one alone is left out."""
        if not found:
            return
        try:
            self._sink.send(found)
        except EventRefused as error:
            if len(found) == 1:
                log.error("the event %s %s is left out: %s", found[0].name, found[0].id, error)
                return
            for one in found:
                self._tell([one])
