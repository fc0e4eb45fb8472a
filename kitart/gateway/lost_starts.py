"""A plan that a person or a schedule started in Prefect, and whose process died before it had an
incident: it is begun again. Nothing that was accepted is lost (D21)."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kitart.clock import real_now
from kitart.gateway.own_thread import OwnThread
from kitart.installation import Installation
from kitart.journal import incidents
from kitart.orchestrator import TAKES_HOLD_WITHIN_S, OrchestratorError
from kitart.prefect_starts import MOST_TIMES, Begun, PrefectStarts

log = logging.getLogger(__name__)

LOOK_EVERY_S = 10.0


class LostStarts(OwnThread):
    """Asks Prefect each few seconds which plans are said to run, in a thread of its own.

    A run that the gateway asked for has its incident, which the watchman cares for; what else runs
    and never held one by ``TAKES_HOLD_WITHIN_S`` died on the way. Should it live after all, the new
    one finds the incident that it opens and joins it.
    """

    def __init__(self, inst: Installation, starts: PrefectStarts) -> None:
        super().__init__("lost-starts")
        self._inst = inst
        self._starts = starts
        self._given_up: set[str] = set()

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                self.look()
            except OrchestratorError as error:
                log.debug("Prefect was not asked for lost starts: %s", error)
            except Exception:
                log.exception("lost starts can't be looked for; tried again")

    def look(self) -> None:
        """Begin again what was lost; raises ``OrchestratorError``, and what the journal raises."""
        for lost in self._lost(self._starts.begun()):
            if lost.again >= MOST_TIMES:
                if lost.id not in self._given_up:
                    self._given_up.add(lost.id)
                    log.error(
                        "the run %s of %s died %d times before it had an incident: not begun again",
                        lost.name, lost.deployment, lost.again + 1,
                    )  # fmt: skip
                continue
            new = self._starts.begin_again(lost)
            log.warning("the run %s died before it had an incident: begun again, %s", lost.id, new)

    def _lost(self, begun: Sequence[Begun]) -> list[Begun]:
        now = real_now()
        old = [one for one in begun if (now - one.since).total_seconds() >= TAKES_HOLD_WITHIN_S]
        if not old:
            return []
        with self._inst.journal.read() as session:
            return [one for one in old if incidents.of_run(session, one.id) is None]
