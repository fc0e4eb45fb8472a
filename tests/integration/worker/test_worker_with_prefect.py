"""The warm worker on a real Prefect server: what the stock one does, it does too."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from kitart.clock import monotonic_s, sleep_s
from kitart.settings import HOUSE
from sandbox.ports import Ports
from sandbox.processes import Child, Children

pytestmark = [pytest.mark.stack, pytest.mark.timeout(480)]
RUNS = "tests.integration.worker.runs"


class Server:
    """A Prefect server with one pool, and workers of it as processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = Ports()
        port = self._ports.choose("Prefect", 0)
        self.api = f"http://127.0.0.1:{port}/api"
        bare = {n: v for n, v in os.environ.items() if not n.startswith(("PREFECT_", "KITART_"))}
        self.env = bare | {
            "PREFECT_API_URL": self.api,
            "PREFECT_HOME": str(folder / "home"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_ENABLED": "false",
            "PREFECT_CLI_PROMPT": "false",
            "DO_NOT_TRACK": "1",
            "PYTHONPATH": str(HOUSE),
            "KITART_DATA_DIR": str(folder),
        }
        self.children = Children(folder / "logs")
        server = self._start("server", "server", "start", "--port", str(port))
        self.children.wait_for(server, self._answers, 90)

    def pool(self) -> str:
        """A new pool, so that no other test's worker takes what is meant for this one's."""
        name = f"pool-{secrets.token_hex(3)}"
        self.ask("POST", "/work_pools/", {"name": name, "type": "kitart-warm"})
        return name

    def stop(self) -> None:
        self.children.stop()
        self._ports.release()

    def _start(self, name: str, *words: str) -> Child:
        prefect = str(Path(sys.executable).with_name("prefect"))
        return self.children.start(name, [prefect, *words], self.env, self.folder)

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.api}/health", timeout=5).ok
        return False

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        for _ in range(20):
            answer = requests.request(method, self.api + path, json=body, timeout=90)
            if answer.status_code != 503:
                break
            sleep_s(0.5)  # SQLite is busy for a moment
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def worker(self, pool: str, *words: str) -> Child:
        name = f"worker-{secrets.token_hex(3)}"
        child = self._start(
            name, "worker", "start", "--pool", pool, "--type", "kitart-warm", "--name", name,
            "--install-policy", "never", *words,
        )  # fmt: skip
        self.children.wait_for(child, lambda: "started!" in child.log.read_text(), 90)
        return child

    def run(
        self, pool: str, flow: str, env: dict[str, str] | None = None, **parameters: str
    ) -> str:
        """Ask for a run of one of the tests' flows; returns its number."""
        made = self.ask("POST", "/flows/", {"name": flow})
        deployed = self.ask("POST", "/deployments/", {
            "name": secrets.token_hex(4), "flow_id": made["id"], "work_pool_name": pool,
            "entrypoint": f"{RUNS}.{flow}", "pull_steps": [], "job_variables": {"env": env or {}},
            "enforce_parameter_schema": False,
        })  # fmt: skip
        path = f"/deployments/{deployed['id']}/create_flow_run"
        return str(self.ask("POST", path, {"parameters": parameters})["id"])

    def state(self, run: str) -> str:
        return str(self.ask("GET", f"/flow_runs/{run}")["state_type"])

    def _said(self, run: str) -> str:
        logs = (log.read_text()[-1500:] for log in (self.folder / "logs").glob("worker*.log"))
        return "\n".join((self.state(run), *logs))

    def becomes(self, run: str, *states: str, within_s: float = 60) -> str:
        eventually(lambda: self.state(run) in states, within_s, lambda: self._said(run))
        return self.state(run)


def eventually(what: Callable[[], Any], within_s: float, said: Callable[[], Any]) -> None:
    until = monotonic_s() + within_s
    while not what():
        assert monotonic_s() < until, said()
        sleep_s(0.1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("prefect"))
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def shared(server: Server) -> Iterator[tuple[str, Child]]:
    """A pool and its worker, for the tests that leave both as they were."""
    pool = server.pool()
    child = server.worker(pool)
    yield pool, child
    ended(server, child, signal.SIGTERM)


@pytest.fixture
def pool(shared: tuple[str, Child]) -> str:
    return shared[0]


def ended(server: Server, child: Child, how: signal.Signals) -> int:
    if child.process.poll() is None:
        child.process.send_signal(how)
    code = child.process.wait(60)
    with suppress(ValueError):
        server.children.forget(child)
    return code


def read(path: Path, within_s: float = 60) -> str:
    eventually(lambda: path.exists() and path.read_text(), within_s, lambda: f"no {path}")
    return path.read_text()


def test_a_run_has_a_process_and_a_folder_of_its_own_and_the_jobs_environment(
    server: Server, shared: tuple[str, Child], tmp_path: Path
) -> None:
    pool, worker = shared
    runs = [
        server.run(pool, "says", {"ASKED_FOR": f"{n}"}, out=str(tmp_path / f"{n}"))
        for n in range(3)
    ]
    seen = [read(tmp_path / f"{n}").split() for n in range(3)]
    for run in runs:
        assert server.becomes(run, "COMPLETED") == "COMPLETED"
    assert [asked for _, _, asked in seen] == ["0", "1", "2"]
    assert len({pid for pid, _, _ in seen}) == 3
    assert len({folder for _, folder, _ in seen}) == 3
    eventually(
        lambda: not any(Path(folder).exists() for _, folder, _ in seen), 20,
        lambda: "a folder is left behind",
    )  # fmt: skip
    assert str(worker.process.pid) not in {pid for pid, _, _ in seen}


def test_a_flow_that_fails_is_failed_and_its_log_reaches_prefect(server: Server, pool: str) -> None:
    run = server.run(pool, "fails")
    assert server.becomes(run, "FAILED", "CRASHED") == "FAILED"

    def logged() -> bool:
        lines = server.ask("POST", "/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
        return any("as asked" in line["message"] for line in lines)

    eventually(logged, 20, lambda: "its log never came")


def test_a_killed_run_is_crashed_and_takes_no_other_with_it(
    server: Server, pool: str, tmp_path: Path
) -> None:
    stop = tmp_path / "stop"
    one, other = (
        server.run(pool, "waits", out=str(tmp_path / name), until=str(stop))
        for name in ("one", "other")
    )
    pid = int(read(tmp_path / "one"))
    read(tmp_path / "other")
    os.kill(pid, signal.SIGKILL)
    assert server.becomes(one, "CRASHED", within_s=60) == "CRASHED"
    assert server.state(other) == "RUNNING"
    stop.touch()
    assert server.becomes(other, "COMPLETED") == "COMPLETED"


def test_a_cancelled_run_ends_as_cancelled(server: Server, pool: str, tmp_path: Path) -> None:
    run = server.run(pool, "waits", out=str(tmp_path / "out"), until=str(tmp_path / "never"))
    pid = int(read(tmp_path / "out"))
    server.becomes(run, "RUNNING")
    server.ask("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert server.becomes(run, "CANCELLED", "CRASHED", within_s=90) == "CANCELLED"
    eventually(lambda: not Path(f"/proc/{pid}").exists(), 10, lambda: f"{pid} lives on")
    assert not (tmp_path / "out.ended").exists()


def test_a_suspended_run_leaves_at_its_next_step_and_stays_suspended(
    server: Server, pool: str, tmp_path: Path
) -> None:
    def asked_for(name: str) -> str:
        return server.run(
            pool, "goes_step_by_step", out=str(tmp_path / name), until=str(tmp_path / "stop")
        )

    suspended, other = asked_for("suspended"), asked_for("other")
    pid, others = (int(read(tmp_path / name)) for name in ("suspended", "other"))
    server.becomes(suspended, "RUNNING")
    details = {"pause_timeout": "2099-01-01T00:00:00Z", "pause_reschedule": True}
    server.ask("POST", f"/flow_runs/{suspended}/set_state", {
        "state": {"type": "PAUSED", "name": "Suspended", "state_details": details},
    })  # fmt: skip
    eventually(lambda: not Path(f"/proc/{pid}").exists(), 30, lambda: f"{pid} lives on")
    assert server.state(suspended) == "PAUSED"
    assert Path(f"/proc/{others}").exists()
    assert server.state(other) == "RUNNING"
    (tmp_path / "stop").touch()
    assert server.becomes(other, "COMPLETED") == "COMPLETED"


def test_asked_to_leave_it_takes_no_new_runs_and_goes_with_its_last(
    server: Server, tmp_path: Path
) -> None:
    pool = server.pool()
    old = server.worker(pool)
    stop = tmp_path / "stop"
    at_work = server.run(pool, "waits", out=str(tmp_path / "old"), until=str(stop))
    read(tmp_path / "old")
    old.process.send_signal(signal.SIGTERM)
    eventually(lambda: "takes no new runs" in old.log.read_text(), 10, lambda: old.log.read_text())
    later = server.run(pool, "says", out=str(tmp_path / "later"))
    sleep_s(2)
    assert server.state(later) == "SCHEDULED"
    new = server.worker(pool)
    assert server.becomes(later, "COMPLETED") == "COMPLETED"
    assert old.process.poll() is None, "its own run goes on"
    assert server.state(at_work) == "RUNNING"
    stop.touch()
    assert server.becomes(at_work, "COMPLETED") == "COMPLETED"
    assert old.process.wait(30) == 0
    assert "has left" in old.log.read_text()
    server.children.forget(old)
    ended(server, new, signal.SIGTERM)


def test_no_more_runs_at_once_than_it_is_limited_to(server: Server, tmp_path: Path) -> None:
    pool = server.pool()
    worker = server.worker(pool, "--limit", "1")
    stop = tmp_path / "stop"
    first = server.run(pool, "waits", out=str(tmp_path / "first"), until=str(stop))
    read(tmp_path / "first")
    second = server.run(pool, "says", out=str(tmp_path / "second"))
    sleep_s(2)
    assert server.state(second) == "SCHEDULED"
    stop.touch()
    for run in (first, second):
        assert server.becomes(run, "COMPLETED") == "COMPLETED"
    ended(server, worker, signal.SIGTERM)


def test_when_the_worker_is_killed_its_runs_go_on(server: Server, tmp_path: Path) -> None:
    pool = server.pool()
    worker = server.worker(pool)
    stop = tmp_path / "stop"
    run = server.run(pool, "waits", out=str(tmp_path / "out"), until=str(stop))
    pid = int(read(tmp_path / "out"))
    ended(server, worker, signal.SIGKILL)
    sleep_s(1)
    assert Path(f"/proc/{pid}").exists()
    stop.touch()
    assert server.becomes(run, "COMPLETED") == "COMPLETED"


def test_asked_twice_to_leave_it_ends_its_runs(server: Server, tmp_path: Path) -> None:
    pool = server.pool()
    worker = server.worker(pool)
    server.run(pool, "waits", out=str(tmp_path / "out"), until=str(tmp_path / "never"))
    pid = int(read(tmp_path / "out"))
    for words in ("takes no new runs", "was asked twice"):
        worker.process.send_signal(signal.SIGTERM)
        eventually(lambda: words in worker.log.read_text(), 10, worker.log.read_text)  # noqa: B023
    assert worker.process.wait(60) == 0
    eventually(lambda: not Path(f"/proc/{pid}").exists(), 10, lambda: f"{pid} lives on")
    server.children.forget(worker)
