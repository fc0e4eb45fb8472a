"""A worker that is killed: signs of life to the outside stop, and the reason is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from kitart.clock import monotonic_s, sleep_s
from sandbox.ports import Ports
from sandbox.server import SandboxServer
from sandbox.stack import Stack, Wishes

pytestmark = [pytest.mark.stack, pytest.mark.timeout(700)]
LATE_S = 75.0
"""The watch looks each minute; a little more is the shortest time that says it stands still."""


@pytest.fixture
def outside() -> Iterator[tuple[str, list[float]]]:
    """A service outside that notes when a sign came."""
    beats: list[float] = []
    app = FastAPI()

    @app.get("/ping/an-id")
    def ping() -> None:
        beats.append(monotonic_s())

    server = SandboxServer(app).start()
    yield f"{server.url}/ping/an-id", beats
    server.stop()


def eventually(what: Callable[[], Any], within_s: float, said: Path) -> None:
    until = monotonic_s() + within_s
    while not what():
        assert monotonic_s() < until, said.read_text()[-3000:]
        sleep_s(0.2)


def test_signs_of_life_stop_when_the_worker_is_killed(
    tmp_path: Path, database_url: Callable[[], str], outside: tuple[str, list[float]]
) -> None:
    url, beats = outside
    wishes = Wishes(
        tmp_path / "stack", gateway_port=0, prefect_port=0, database_url=database_url()
    )  # fmt: skip
    ports = Ports()
    port = ports.choose("a second gateway", 0)
    ports.release()
    with Stack(wishes, lambda _: None) as stack:
        stack.env |= {
            "KITART_HEARTBEAT__URL": url,
            "KITART_HEARTBEAT__EVERY_S": "8",
            "KITART_HEARTBEAT__WATCH_LATE_S": str(LATE_S),
            "KITART_HEARTBEAT__LEAST_FREE_MB": "1",
        }
        # A second gateway on the same journal sends the signs: the stack's own began without.
        second = stack._run("second-gateway", "kitart", "gateway", "--port", str(port))
        eventually(lambda: beats, 200, second.log)
        worker = next(child for child in stack.children._children if child.name == "worker")
        os.kill(worker.process.pid, signal.SIGKILL)
        eventually(lambda: monotonic_s() - beats[-1] > 40, LATE_S + 120, second.log)
        shown = subprocess.run(
            [str(Path(sys.executable).with_name("kitart")), "watch", "status"],
            env=stack.env, cwd=stack.folder, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert shown.returncode == 1
        assert "no runs are taken" in shown.stdout, shown.stdout
        assert "kept back since" in shown.stdout
        assert "no sign of life is sent: health watch: looked last" in second.log.read_text()
