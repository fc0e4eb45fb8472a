"""Two telephone systems behind one bench: what a contract test does to them from outside.

One is the stand-in of VCC Live, which calls in no time; the other a real Asterisk, called by SIP.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import requests
from fastapi import FastAPI, Response
from pydantic import SecretStr

from kitart.clock import HandClock, SteadyClock, monotonic_s, sleep_s
from kitart.connectors.http import host_pauses
from kitart.connectors.vcc_live import VccLive
from kitart.connectors.voice import CallRecord, VoicePlatform
from kitart.settings import VccSettings
from sandbox.asterisk.sounds import melody
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.vcc import vcc_app
from sandbox.vcc_state import VccState
from tests.integration.voice.conftest import ModesInMemory
from tests.telephone import Telephone

PROJECT, LINE, NUMBER, QUEUE = "CHARLIE", "line-33", "+448081570303", "CHARLIE/ro"
AGENTS = ("AG-010", "AG-011", "AG-012")
RECORD_LIMIT_S = 10.0
WORDS_S = 2.0


class System(ABC):
    """One telephone system under test."""

    platform: VoicePlatform

    @abstractmethod
    def now(self) -> datetime:
        """The moment, as its records date it."""

    @abstractmethod
    def log_in(self, agents: Sequence[str]) -> None: ...

    @abstractmethod
    def log_out(self, agents: Sequence[str]) -> None: ...

    @abstractmethod
    def dial(self) -> None:
        """A caller dials the Romanian line, and speaks where it has fallen silent."""

    @abstractmethod
    def another(self) -> VoicePlatform:
        """A connection of its own, as another process has one."""

    @abstractmethod
    def refused(self) -> VoicePlatform:
        """A connection with a wrong password."""

    @abstractmethod
    def away(self) -> VoicePlatform:
        """A connection to where nothing answers."""

    @abstractmethod
    def close(self) -> None: ...

    def records(self, since: datetime, count: int) -> list[CallRecord]:
        """The records since a moment, once there are so many."""
        until = monotonic_s() + RECORD_LIMIT_S
        while len(found := self.platform.calls(PROJECT, since)) < count:
            assert monotonic_s() < until, f"{len(found)} records of {count}"
            sleep_s(0.1)
        return found


class VccSystem(System):
    """The stand-in of VCC Live, which asks our webhook for a line's mode."""

    def __init__(self) -> None:
        self._clock = HandClock(datetime(2026, 3, 3, 10, 0, tzinfo=UTC))
        self._modes = ModesInMemory(self._clock)
        self._state = VccState.of(
            [(code, (3,)) for code in AGENTS], clock=self._clock, online=False
        )
        self._state.project_names = {3: PROJECT}
        app = FastAPI()

        @app.get("/ivr")
        def mode(line: str) -> Response:
            return Response(self._modes.read({NUMBER: LINE}[line]).mode, media_type="text/plain")

        self._server = SandboxServer(vcc_app(self._state, Faults()))
        self._webhook = SandboxServer(app)
        host_pauses.forget()
        self._server.start()
        self._webhook.start()
        self._state.ivr_url = f"{self._webhook.url}/ivr?line=${{destination}}"
        self.platform = self._client(self._server.url)

    def now(self) -> datetime:
        return self._clock.now()

    def log_in(self, agents: Sequence[str]) -> None:
        self._state.put_agents(agents, "AVAILABLE4CALL")

    def log_out(self, agents: Sequence[str]) -> None:
        self._state.put_agents(agents, None)

    def dial(self) -> None:
        self._clock.advance(minutes=1)
        requests.post(
            f"{self._server.url}/sandbox/call", json={"project": 3, "line": NUMBER}, timeout=5
        ).raise_for_status()

    def another(self) -> VoicePlatform:
        return self._client(self._server.url)

    def refused(self) -> VoicePlatform:
        return self._client(self._server.url, "old")

    def away(self) -> VoicePlatform:
        return self._client("http://127.0.0.1:9")

    def close(self) -> None:
        self._server.stop()
        self._webhook.stop()
        host_pauses.forget()

    def _client(self, url: str, password: str = "sandbox") -> VccLive:
        settings = VccSettings(base_url=url, user="kitart", password=SecretStr(password))
        return VccLive(settings, self._modes, clock=self._clock)


class AsteriskSystem(System):
    """A real one: calls are SIP and sound."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone
        host_pauses.forget()
        self.platform = telephone.platform()

    def now(self) -> datetime:
        return SteadyClock().now()

    def log_in(self, agents: Sequence[str]) -> None:
        self._telephone.phones.log_in(agents)

    def log_out(self, agents: Sequence[str]) -> None:
        self._telephone.phones.log_out(agents)

    def dial(self) -> None:
        words = melody("a caller's words", WORDS_S)
        self._telephone.caller().call(NUMBER, words=words, listen_s=5)

    def another(self) -> VoicePlatform:
        return self._telephone.platform()

    def refused(self) -> VoicePlatform:
        return self._telephone.platform(password=SecretStr("old"))

    def away(self) -> VoicePlatform:
        return self._telephone.platform(base_url="http://127.0.0.1:9")

    def close(self) -> None:
        host_pauses.forget()


SYSTEMS: dict[str, Callable[[Any], System]] = {
    "VCC Live": lambda _: VccSystem(),
    "Asterisk": lambda request: AsteriskSystem(request.getfixturevalue("telephone")),
}
