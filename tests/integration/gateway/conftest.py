"""The real gateway over real sockets, the outside world beside it, and no Prefect."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from pydantic import SecretStr

from kitart.clock import HandClock, monotonic_s, real_now, sleep_s
from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft.tokens import forget_tokens
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.journal import incidents, messages, timeline
from kitart.journal.database import Lease
from kitart.journal.tables import Alert, Incident
from kitart.orchestrator import OrchestratorError
from kitart.plan.loading import load_plan
from kitart.plan.schema import Plan
from kitart.settings import HOUSE, Settings
from sandbox.ports import Ports
from sandbox.server import SandboxServer
from sandbox.world import World
from tests.new_journal import make_tables

T = TypeVar("T")
SECRET = "webhook-secret-of-the-test"
START = "2026-11-24T09:00:00+00:00"  # a Tuesday, every line open
PATIENCE_S = 20.0


class HandOrchestrator:
    """Takes notes; "away" it raises as a dead Prefect does, ``hold`` lets a request hang."""

    def __init__(self) -> None:
        self.away = False
        self.coming = False
        self.asked: list[tuple[str, int]] = []
        self.given_s: set[float] = set()
        self.hold = threading.Event()
        self.hold.set()

    def start(self, incident: Incident, request: int) -> str:
        self.asked.append((incident.number, request))
        self.hold.wait(PATIENCE_S)
        if self.away:
            raise OrchestratorError("Prefect is away")
        return f"run-{incident.number}-{request}"

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        self.given_s.add(within_s)
        return self.coming


class Place:
    """One gateway, its world and its clock."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.clock = HandClock(datetime.fromisoformat(START))
        self.plan = load_plan(HOUSE / "config")
        self.orchestrator = HandOrchestrator()
        # The gateway's address is in every link, so it is known before the gateway listens.
        self._ports = Ports()
        port = self._ports.choose("the gateway", 0)
        self.world = World(
            self.plan, folder, f"http://127.0.0.1:{port}", self.clock,
            characters={"default": "never"},
        )  # fmt: skip
        self.world.start()
        settings = self.world.settings(
            Settings(
                mode="sandbox",
                data_dir=folder,
                database_url=database_url,
                secret_key=SecretStr("a-long-key-for-the-test"),
                webhook_secrets={
                    source.name: SecretStr(SECRET) for source in self.plan.monitoring.sources
                },
                gateway_url=f"http://127.0.0.1:{port}",
            )
        )
        self.inst = Installation(settings, self.clock)
        make_tables(self.inst.journal)
        self._port = port
        self.server = self._new_server().start()

    def _new_server(self) -> SandboxServer:
        self.app = create_app(self.inst, self.orchestrator)
        return SandboxServer(self.app, port=self._port, before_stop=self.app.state.live.end)

    def restart(self) -> None:
        """End the gateway and begin a new one over the same journal."""
        self.server.stop()
        self.server = self._new_server().start()

    def use_plan(self, raw: dict[str, Any]) -> None:
        """Have the gateway open incidents under another plan."""
        self.plan = Plan.from_snapshot(raw)
        self.app.state.house.plans.current = lambda: self.plan
        self.app.state.house.plans.at_hand = lambda: self.plan

    def end(self) -> None:
        self.orchestrator.hold.set()
        self.server.stop()
        self.world.stop()
        self.inst.journal.close()
        self._ports.release()
        host_pauses.forget()
        forget_tokens()

    # --- what can be done --------------------------------------------------------------------

    def post(self, body: Any, source: str = "alertmanager", **options: Any) -> requests.Response:
        """Post a body as a monitor does; bytes go as they are."""
        headers = {"Authorization": f"Bearer {SECRET}"} | options.pop("headers", {})
        if not isinstance(body, bytes):
            options["json"] = body
        else:
            options["data"] = body
        return requests.post(
            f"{self.server.url}/webhooks/{source}", headers=headers, timeout=30, **options
        )

    def alert(self, status: str = "firing", service: str = "vcc", **fields: Any) -> dict[str, Any]:
        """One alert of an Alertmanager post, as the plan's rules know it."""
        return {
            "status": status,
            "labels": {"alertname": "Down", "service": service, "severity": "critical"},
            "annotations": {"summary": "It does not answer"},
            "startsAt": START,
            "endsAt": "0001-01-01T00:00:00Z",
            "fingerprint": f"f-{service}",
        } | fields

    def post_alerts(self, *alerts: dict[str, Any]) -> requests.Response:
        return self.post({"version": "4", "status": "firing", "alerts": list(alerts)})

    def take_lease(self, number: str = "INC-0001", run: str = "a-run") -> Lease:
        with self.inst.journal.write() as session:
            lease = incidents.take_lease(session, number, run, real_now=real_now())
        assert lease is not None
        return lease

    def eventually(self, what: Callable[[], T], why: str) -> T:
        until = monotonic_s() + PATIENCE_S
        while monotonic_s() < until:
            found = what()
            if found:
                return found
            sleep_s(0.02)
        raise AssertionError(f"never came: {why}")

    # --- what can be seen --------------------------------------------------------------------

    def alerts(self) -> list[Alert]:
        with self.inst.journal.read() as session:
            return session.query(Alert).order_by(Alert.id).all()

    def incidents(self) -> list[Incident]:
        with self.inst.journal.read() as session:
            return session.query(Incident).order_by(Incident.seq).all()

    def entries(self, type: str, number: str = "INC-0001") -> list[Any]:
        with self.inst.journal.read() as session:
            return timeline.entries(session, number, type)

    def messages(self, purpose: str, number: str = "INC-0001") -> list[Any]:
        with self.inst.journal.read() as session:
            return messages.of_purpose(session, number, purpose)

    def phone(self, person: str) -> str:
        return next(c.address for c in self.plan.person(person).channels if c.kind == "sms")

    def texts_to(self, person: str) -> list[str]:
        """The SMS that arrived on a person's phone."""
        return [sms.body for sms in list(self.world.sms.sent) if sms.to == self.phone(person)]


@pytest.fixture
def place(tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Place]:
    host_pauses.forget()
    forget_tokens()
    one = Place(tmp_path, database_url())
    yield one
    one.end()
