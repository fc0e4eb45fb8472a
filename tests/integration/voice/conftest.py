"""A VCC Live stand-in over TLS on loopback, and our client for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from kitart.clock import HandClock
from kitart.connectors.http import host_pauses
from kitart.connectors.vcc_live import VccLive
from kitart.connectors.voice import Mode, RoutingConflict, RoutingMode
from kitart.settings import VccSettings
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.tls import Certificate, issue_certificate
from sandbox.vcc import vcc_app
from sandbox.vcc_state import VccState

ALPHA, BRAVO = 11, 12


class ModesInMemory:
    """Routing modes by compare-and-set, as the journal keeps them."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self._modes: dict[str, RoutingMode] = {}
        self._lock = threading.Lock()

    def read(self, line: str) -> RoutingMode:
        return self._modes.get(line, RoutingMode(line, "normal", 0))

    def write(self, line: str, mode: Mode, expected_version: int, set_by: str) -> RoutingMode:
        with self._lock:
            current = self.read(line)
            if current.version != expected_version:
                raise RoutingConflict(current, expected_version)
            new = RoutingMode(line, mode, expected_version + 1, self._clock.now(), set_by)
            self._modes[line] = new
            return new


@dataclass
class Vcc:
    """The stand-in with its switches, and clients for it."""

    state: VccState
    faults: Faults
    server: SandboxServer
    ca_file: Path
    clock: HandClock
    modes: ModesInMemory
    clients: list[VccLive] = field(default_factory=list)

    def client(self, *, password: str = "sandbox", timeout_s: float = 2.0) -> VccLive:
        settings = VccSettings(
            base_url=self.server.url,
            user=self.state.user,
            password=SecretStr(password),
            ca_file=self.ca_file,
        )
        client = VccLive(
            settings,
            self.modes,
            clock=self.clock,
            zone=self.state.zone,
            timeout_s=(1.0, timeout_s),
        )
        self.clients.append(client)
        return client


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return issue_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def vcc(certificate: Certificate) -> Iterator[Vcc]:
    clock = HandClock(datetime(2026, 3, 3, 10, 0, tzinfo=UTC))
    agents = [
        ("AG-001", (ALPHA,)),
        ("AG-002", (ALPHA, BRAVO)),
        ("AG-003", (BRAVO,)),
        ("AG-004", (BRAVO,)),
    ]
    state = VccState.of(agents, clock=clock)
    faults = Faults()
    host_pauses.forget()
    with SandboxServer(vcc_app(state, faults), tls=certificate) as server:
        vcc = Vcc(state, faults, server, certificate.ca_file, clock, ModesInMemory(clock))
        yield vcc
        for client in vcc.clients:
            client.close()
    host_pauses.forget()
