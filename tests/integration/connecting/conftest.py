"""An installation with everything set up: stand-in world, journal and gateway over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from kitart.clock import HandClock
from kitart.connecting import everything
from kitart.connecting.check import Line
from kitart.connecting.running import run
from kitart.connectors.http import host_pauses
from kitart.connectors.microsoft.tokens import forget_tokens
from kitart.gateway.app import create_app
from kitart.installation import Installation
from kitart.journal.tables import Incident
from kitart.orchestrator import PrefectSeen
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE, Settings
from sandbox.ports import Ports
from sandbox.server import SandboxServer
from sandbox.world import World
from tests.new_journal import make_tables

START = datetime.fromisoformat("2026-11-24T09:00:00+00:00")


class NoOrchestrator:
    """Nobody asks for runs here."""

    def start(self, incident: Incident, request: int) -> str:
        raise AssertionError("no run is asked for")

    def still_coming(self, run_id: str, within_s: float = 0.0) -> bool:
        return False


class Place:
    """One installation; ``settings`` and what Prefect says may be changed before ``check``."""

    secret = "webhook-secret-of-the-test"

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.clock = HandClock(START)
        self.plan = load_plan(HOUSE / "config")
        self._ports = Ports()
        port = self.free_port()
        url = f"http://127.0.0.1:{port}"
        self.world = World(
            self.plan, folder, url, self.clock, characters={"default": "never"}
        ).start()
        self.settings = self.world.settings(
            Settings(
                mode="sandbox",
                data_dir=folder,
                database_url=database_url,
                secret_key=SecretStr("a-long-key-for-the-test"),
                webhook_secrets={
                    source.name: SecretStr(self.secret) for source in self.plan.monitoring.sources
                },
                gateway_url=url,
            )
        )
        self.prefect: Callable[[], PrefectSeen] = lambda: PrefectSeen("3.8.8", (), 1)
        self.inst = Installation(self.settings, self.clock)
        make_tables(self.inst.journal)
        self.server = SandboxServer(self.new_app(), port=port).start()

    def new_app(self) -> Any:
        return create_app(self.inst, NoOrchestrator())

    def free_port(self) -> int:
        return self._ports.choose("the test", 0)

    def end(self) -> None:
        self.server.stop()
        self.world.stop()
        self.inst.journal.close()
        self._ports.release()

    def set(self, group: str = "", **values: Any) -> None:
        """Change settings, of a group or of the whole."""
        if group:
            part = getattr(self.settings, group).model_copy(update=values)
            values = {group: part}
        self.settings = self.settings.model_copy(update=values)

    def check(self, *only: str, all_s: float = 25.0, **options: Any) -> list[Line]:
        """What the command finds, for the connections named or all."""
        host_pauses.forget()
        forget_tokens()
        inst = Installation(self.settings, self.clock)
        checks = everything.all_checks(inst, prefect=self.prefect, **options)
        lines = run(
            everything.chosen(checks, only), everything.secrets_of(self.settings), all_s=all_s
        )
        inst.journal.close()
        return lines

    def one(self, id: str, **options: Any) -> Line:
        """A single check, without those that it would wait for."""
        (line,) = self.check(id, **options)
        return line


@pytest.fixture
def place(tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Place]:
    host_pauses.forget()
    forget_tokens()
    one = Place(tmp_path, database_url())
    yield one
    one.end()
    host_pauses.forget()
    forget_tokens()
