"""One look of each minute is at work at a time; one that a power cut ended holds up none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import prefect
import pytest
import requests
from prefect.client.constants import SERVER_API_VERSION

from kitart.clock import monotonic_s, sleep_s
from sandbox.ports import Ports

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400), pytest.mark.covers("D21")]
BEGINS_WITHIN_S, FREED_WITHIN_S = 120.0, 120.0
PATIENT_TRIES = 40
CLIENT = f"prefect/{prefect.__version__} (API {SERVER_API_VERSION})"
"""Who asks: of an older client the server expects no sign of life."""
HELD_FOR_S = 30
"""The least that Prefect allows; in production a look renews it for five minutes."""


class Server:
    """``kitart prefect-server`` in a folder of its own, killed and started as one likes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = Ports().choose("Prefect", 0)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
        with (self._folder / "said.txt").open("ab") as said:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "kitart"), "prefect-server",
                 "--host", "127.0.0.1", "--port", str(self._port)],
                env=kept | {
                    "PREFECT_HOME": str(self._folder), "DO_NOT_TRACK": "1",
                    "PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION": str(HELD_FOR_S),
                    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "2",
                },
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        within(BEGINS_WITHIN_S, self.answers, "the server")

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def answers(self) -> bool:
        try:
            return requests.get(f"{self._api}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """Patiently: its SQLite may be busy for a moment."""
        for patience in range(PATIENT_TRIES, -1, -1):
            answer = requests.post(
                f"{self._api}{path}", json=body, timeout=60, headers={"User-Agent": CLIENT}
            )
            if answer.status_code != 503 or not patience:
                break
            sleep_s(1)
        answer.raise_for_status()
        return answer.json()

    @property
    def _api(self) -> str:
        return f"http://127.0.0.1:{self._port}/api"


def within(seconds: float, came: Callable[[], object], what: str) -> None:
    until = monotonic_s() + seconds
    while not came():
        assert monotonic_s() < until, f"{what} did not come within {seconds:g} s"
        sleep_s(0.5)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    made.start()
    yield made
    made.kill()


def test_after_the_server_and_a_look_were_killed_together_the_looks_go_on(server: Server) -> None:
    flow = server.ask("/flows/", {"name": "agents-watch"})["id"]
    look = server.ask(
        "/deployments/",
        {"name": "each-minute", "flow_id": flow, "concurrency_limit": 1,
         "concurrency_options": {"collision_strategy": "CANCEL_NEW"}},
    )["id"]  # fmt: skip

    def taken_by_a_worker() -> tuple[str, str]:
        """The state of the next look, when a worker has asked whether it may begin."""
        run = server.ask(f"/deployments/{look}/create_flow_run", {"name": uuid4().hex})["id"]
        said = server.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "PENDING"}})
        return run, str(said["state"]["type"])

    run, state = taken_by_a_worker()
    assert state == "PENDING"
    server.ask(f"/flow_runs/{run}/set_state", {"state": {"type": "RUNNING"}})
    assert taken_by_a_worker()[1] == "CANCELLED"
    server.kill()
    server.start()
    # Whether the first is at work somewhere nobody can know yet.
    assert taken_by_a_worker()[1] == "CANCELLED"
    within(FREED_WITHIN_S, lambda: taken_by_a_worker()[1] == "PENDING", "the next look")
