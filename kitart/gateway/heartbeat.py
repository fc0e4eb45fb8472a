"""The sign of life to the outside, sent only while everything vital works.

Who watches the watcher: a service outside calls the operator when the sign stays away, so that a
failure of ours is heard of without us.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from kitart.clock import real_now
from kitart.connectors.errors import ConnectorError
from kitart.connectors.heartbeat import beat
from kitart.gateway import vital
from kitart.gateway.own_thread import OwnThread
from kitart.installation import Installation
from kitart.journal import health
from kitart.orchestrator import PrefectSeen

log = logging.getLogger(__name__)


class Heartbeat(OwnThread):
    """Looks at our parts and sends the sign, in a thread of its own; rests without an address."""

    def __init__(self, inst: Installation, look_at_prefect: Callable[[], PrefectSeen]) -> None:
        super().__init__("heartbeat")
        self._inst = inst
        self._look_at_prefect = look_at_prefect
        self._withheld = ""

    def start(self) -> None:
        """Begin, if an address is set."""
        if self._inst.settings.heartbeat.url.get_secret_value():
            super().start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.once()
            except Exception:
                # The next one follows; a sign that stays away is heard of outside.
                log.exception("the sign of life can't be sent")
            self._stop.wait(self._inst.settings.heartbeat.every_s)

    def once(self) -> str:
        """Send a sign, or keep it back; returns why it was kept back, empty when it was sent."""
        said = vital.reasons(vital.look(self._inst, self._look_at_prefect))
        if not said:
            try:
                beat(self._inst.settings.heartbeat)
            except ConnectorError as error:
                said = f"it did not arrive: {error.message}"
        if said and said != self._withheld:
            log.error("no sign of life is sent: %s", said)
        if self._withheld and not said:
            log.info("signs of life are sent again")
        self._withheld = said
        self._mark(said)
        return said

    def _mark(self, said: str) -> None:
        try:
            with self._inst.journal.write() as session:
                health.mark(
                    session, health.HEARTBEAT, not said, said,
                    now=self._inst.clock.now(), real_now=real_now(),
                )  # fmt: skip
        except Exception:
            # A journal that can't be written is one of the reasons; the log has it.
            log.exception("where the sign of life stands can't be kept")
