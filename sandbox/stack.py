"""The whole installation on this machine's loopback: sandbox, Prefect, gateway and worker.

Everything is in one folder (journal, Prefect's database, logs, documents), on ports of its own,
with secrets of its own, so that two can run beside one another. Nothing outlives it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from kitart.clock import SteadyClock, real_now, sleep_s
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.calling import call
from sandbox.ports import HOST, Ports
from sandbox.processes import Child, Children, ProcessTrouble

POOL, QUEUE, WATCH = "kitart", "incidents", "watch"
PREFECT, GATEWAY, WORKER = "prefect-server", "gateway", "worker"
GATEWAY_PORT, PREFECT_PORT = 8090, 4200
WARM = "kitart-warm"
START_LIMIT_S = 180.0
ASK_LIMIT_S = 60.0  # a busy machine is no failure: whoever asks has a limit of their own
PATIENT_TRIES = 40
UNTIL_BEGUN_S = 4.0
"""Real seconds from setting the plan's clock until the last part is up, about."""


@dataclass(frozen=True)
class Wishes:
    """What kind of stack: where, how fast, since when on the plan's clock (None: real time).

    The journal is a SQLite file in the folder, unless ``database_url`` names an empty database;
    so is what Prefect remembers, unless ``prefect_database_url`` names another empty one. The
    ``worker`` is of Kitart's own type, or Prefect's ``process``. The plan is the sample company's,
    unless ``config`` names another; without ``watch`` no look of each minute is taken. ``pbx`` is a
    real phone system ("asterisk") in place of the stand-in. ``for_parts`` are variables that
    Kitart and Prefect alone are started with, beside their settings. With ``people_elsewhere`` the
    stand-in world has no people: whoever started the stack plays them.
    """

    folder: Path
    speed: float = 1.0
    start: datetime | None = None
    people: Path | None = None
    gateway_port: int = GATEWAY_PORT
    prefect_port: int = PREFECT_PORT
    database_url: str = ""
    prefect_database_url: str = ""
    worker: str = WARM
    config: Path | None = None
    watch: bool = True
    pbx: str = ""
    for_parts: Mapping[str, str] = field(default_factory=dict)
    people_elsewhere: bool = False


class Stack:
    """A running installation, in a ``with`` block; everything is ended with the block."""

    def __init__(self, wishes: Wishes, say: Callable[[str], None]) -> None:
        self.folder = wishes.folder.resolve()  # its processes have it as their working folder
        self._wishes = wishes
        self._say = say
        self._ports = Ports()
        self.children: Children
        self.parts: dict[str, Child] = {}
        """What of Kitart and Prefect runs, by name."""
        self._changing = threading.RLock()
        self.clock = SteadyClock()
        self.world: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self.webhook_secret = secrets.token_urlsafe(18)
        self.input_secrets: dict[str, str] = {}
        self.gateway_url = self.prefect_url = ""
        self.prefect_login: tuple[str, str] | None = None

    @property
    def ca_file(self) -> str:
        """What the stand-in tenant's certificate is trusted by."""
        return self.env["KITART_MICROSOFT__CA_FILE"]

    @property
    def journal_url(self) -> str:
        """The journal's SQLAlchemy URL."""
        return self._wishes.database_url or f"sqlite:///{self.folder / 'journal.db'}"

    def __enter__(self) -> Stack:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(self.folder.iterdir()):
            raise FileExistsError(f"folder is {self.folder}: a new or an empty one is needed")
        # Prefect's worker keeps files in the temporary folder: not in one that users share.
        (self.folder / "tmp").mkdir()
        self.children = Children(self.folder / "logs")
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process."""
        self.children.stop()
        self._ports.release()

    def kill(self, name: str, *, alone: bool = False) -> None:
        """End a part at once and with it all that it has started, as the loss of its machine
        would, or the part ``alone``; it is not started again."""
        with self._changing:
            child = self.parts.pop(name)
            self.children.forget(child)  # before: whoever looks meanwhile is to miss nothing
            with suppress(ProcessLookupError):
                (os.kill if alone else os.killpg)(child.process.pid, signal.SIGKILL)
            child.process.wait()

    def leave(self, name: str) -> None:
        """Ask a part to end when its work is done, as an upgrade does; it is not waited for."""
        child = self.parts.pop(name)
        child.process.terminate()
        self.children.forget(child, still_ours=True)

    def restart_ended(self) -> list[str]:
        """Start again what has ended by itself, as a machine's service manager does; the names of
        these."""
        with self._changing:
            ended = [name for name, child in self.parts.items() if child.process.poll() is not None]
            for name in ended:
                self.children.forget(self.parts[name])
                self.start_part(name)
        return ended

    def start_part(self, name: str) -> None:
        """Start a part that is not running; it is not waited for."""
        with self._changing:
            self.parts[name] = self.children.start(
                name, self._command(name), self._environment(name), self.folder
            )

    def plan_time(self, real: datetime) -> datetime:
        """A real moment on the plan's clock."""
        return self.clock.at(real)

    def command(self, *words: str) -> str:
        """What a command of Kitart prints on this stack; raises ``ProcessTrouble`` if it fails."""
        done = subprocess.run(
            [_program("kitart"), *words], env=self.env, cwd=self.folder, text=True, check=False,
            capture_output=True, timeout=START_LIMIT_S,
        )  # fmt: skip
        if done.returncode:
            raise ProcessTrouble(f"kitart {' '.join(words)} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def prefect(self, path: str, body: dict[str, Any], method: str = "POST") -> Any:
        """Ask the Prefect API, patiently; raises ``requests.RequestException``.

        What is to be made and is there already counts as made. ``None`` where nothing is answered.
        """
        for patience in range(PATIENT_TRIES, -1, -1):
            answer = call(
                method, f"{self.prefect_url}/api{path}", json=body, timeout_s=ASK_LIMIT_S,
                auth=self.prefect_login,
            )  # fmt: skip
            if answer.status_code != 503 or not patience:
                break
            sleep_s(0.5)  # SQLite is busy for a moment, with its server's own start above all
        if answer.status_code != 409:
            answer.raise_for_status()
        return answer.json() if answer.content else None

    def _start(self) -> None:
        self._choose_ports()
        self._say("Starting the Prefect server …")
        self._start_prefect()
        self._say("Deploying the plans …")
        self._make_pool()
        self.deploy()
        self._set_clock()
        self._say("Starting the sandbox, the gateway and the worker …")
        self._start_world()
        self._start_kitart()

    def _start_prefect(self) -> None:
        """Prefect's server, and the journal's tables meanwhile."""
        self.start_part(PREFECT)
        tables = self._run("journal", "kitart", "db", "upgrade")
        self.children.finish(tables, START_LIMIT_S)
        self.children.wait_for(self.parts[PREFECT], self._prefect_answers, START_LIMIT_S)

    def _start_kitart(self) -> None:
        """Gateway and worker."""
        for name in (GATEWAY, WORKER):
            self.start_part(name)
        self.children.wait_for(self.parts[GATEWAY], self._gateway_answers, START_LIMIT_S)
        self.children.wait_for(self.parts[WORKER], self._worker_online, START_LIMIT_S)

    def _command(self, name: str) -> list[str]:
        """What starts a part."""
        if name == PREFECT:
            port = str(self._prefect_port)
            return [_program("kitart"), "prefect-server", "--host", HOST, "--port", port]
        if name == GATEWAY:
            return [_program("kitart"), "gateway", "--host", HOST, "--port",
                    str(self._gateway_port)]  # fmt: skip
        # At another speed a look each minute of real time could conclude nothing.
        watches = self._wishes.watch and self._wishes.speed == 1
        watch = ("--work-queue", WATCH) if watches else ()
        return [_program("prefect"), "worker", "start", "--pool", POOL, "--work-queue", QUEUE,
                *watch, "--type", self._wishes.worker, "--install-policy", "never"]  # fmt: skip

    def _environment(self, _name: str) -> Mapping[str, str]:
        """The settings of a part."""
        return {**self.env, **self._wishes.for_parts}

    def _choose_ports(self) -> None:
        self._gateway_port = self._ports.choose("the gateway", self._wishes.gateway_port)
        self._prefect_port = self._ports.choose("Prefect", self._wishes.prefect_port)
        for note in self._ports.notes:
            self._say(note)
        self.gateway_url = f"http://{HOST}:{self._gateway_port}"
        self.prefect_url = f"http://{HOST}:{self._prefect_port}"
        self.input_secrets = {code: secrets.token_urlsafe(18) for code in _inputs()}
        self.env = clean_environment() | {
            "KITART_MODE": "sandbox",
            "KITART_DATA_DIR": str(self.folder),
            "KITART_DATABASE_URL": self.journal_url,
            "KITART_CONFIG_DIR": str(self._wishes.config or HOUSE / "config"),
            "KITART_GATEWAY_URL": self.gateway_url,
            "KITART_PREFECT_UI_URL": self.prefect_url,
            "KITART_SECRET_KEY": secrets.token_urlsafe(32),
            "KITART_WEBHOOK_SECRETS": json.dumps(
                {name: secrets.token_urlsafe(18) for name in _sources()}
                | {"alertmanager": self.webhook_secret}
            ),
            "KITART_INPUT_SECRETS": json.dumps(self.input_secrets),
            "PREFECT_HOME": str(self.folder / "prefect"),
            "PREFECT_API_URL": f"{self.prefect_url}/api",
            **_prefect_database(self._wishes.prefect_database_url),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(self.folder / "prefect" / "ui"),
            "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
            "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "50",
            "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
            **({} if self._wishes.worker == WARM else {"PREFECT_WORKER_QUERY_SECONDS": "1"}),
            "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
            "PREFECT_CLI_PROMPT": "false",
            "PYTHONTZPATH": "",
            "DO_NOT_TRACK": "1",
            "TMPDIR": str(self.folder / "tmp"),
        }

    def _make_pool(self) -> None:
        # The worker fills in the pool's job template; the deployments need only its name.
        self.prefect("/work_pools/", {"name": POOL, "type": self._wishes.worker})
        self.prefect(f"/work_pools/{POOL}/queues", {"name": QUEUE})
        self.prefect(f"/work_pools/{POOL}/queues", {"name": WATCH})

    def deploy(self) -> None:
        """Deploy the plans, as after an upgrade."""
        deploying = self._run("deploy", "prefect", "--no-prompt", "deploy", "--all",
                              "--prefect-file", str(HOUSE / "prefect.yaml"), cwd=HOUSE)  # fmt: skip
        self.children.finish(deploying, START_LIMIT_S)

    def _set_clock(self) -> None:
        wishes = self._wishes
        if wishes.speed == 1 and wishes.start is None:
            return
        anchor = real_now() + timedelta(seconds=UNTIL_BEGUN_S)
        self.clock = SteadyClock(wishes.speed, anchor, wishes.start or anchor)
        self.env |= {
            "KITART_CLOCK_SPEED": str(wishes.speed),
            "KITART_CLOCK_ANCHOR": anchor.isoformat(),
            "KITART_CLOCK_START": (wishes.start or anchor).isoformat(),
        }

    def _start_world(self) -> None:
        ready = self.folder / "world.json"
        people = ["--people", str(self._wishes.people)] if self._wishes.people else []
        world = self._run(
            "sandbox",
            "python",
            "-m",
            "sandbox",
            "--ready",
            str(ready),
            *people,
            *(("--pbx", self._wishes.pbx) if self._wishes.pbx else ()),
            *(("--nobody",) if self._wishes.people_elsewhere else ()),
        )
        self.children.wait_for(world, ready.exists, START_LIMIT_S)
        told = json.loads(ready.read_text())
        self.env |= told["env"]
        self.world = told["addresses"]

    def _run(self, name: str, program: str, *arguments: str, cwd: Path | None = None) -> Child:
        command = [_program(program), *arguments]
        return self.children.start(name, command, self.env, cwd or self.folder)

    def _prefect_answers(self) -> bool:
        return answers(f"{self.prefect_url}/api/health")

    def _gateway_answers(self) -> bool:
        return answers(f"{self.gateway_url}/readyz")

    def _worker_online(self) -> bool:
        try:
            workers = self.prefect(f"/work_pools/{POOL}/workers/filter", {})
        except requests.RequestException:
            return False
        return any(worker["status"] == "ONLINE" for worker in workers)


def answers(url: str) -> bool:
    """Whether a server answers there, and says that all is well."""
    try:
        return call("GET", url, timeout_s=ASK_LIMIT_S).status_code == 200
    except requests.RequestException:
        return False


def _sources() -> list[str]:
    """The monitoring sources of the sample company."""
    return [source.name for source in load_plan(HOUSE / "config").monitoring.sources]


def _inputs() -> list[str]:
    """The vital inputs of the sample company."""
    return [each.id for each in load_plan(HOUSE / "config").inputs]


def _prefect_database(url: str) -> dict[str, str]:
    """Prefect's server speaks to PostgreSQL by a driver that its address has to name."""
    if not url:
        return {}
    scheme, _, rest = url.partition("://")
    if scheme == "postgresql":
        scheme = "postgresql+asyncpg"
    return {"PREFECT_SERVER_DATABASE_CONNECTION_URL": f"{scheme}://{rest}"}


def clean_environment() -> dict[str, str]:
    """Ours, without what would lead a stack elsewhere: other settings, proxies, other code."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KITART_", "PREFECT_", "UVICORN_"))
        and not name.lower().endswith("_proxy")  # all of a stack is on loopback
        # Without compiled files each process of a stack takes seconds longer to start.
        and name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH")
    }
    local = f"{HOST},localhost,::1"
    return {**ours, "NO_PROXY": local, "no_proxy": local, "PYTHONUNBUFFERED": "1"}


def _program(name: str) -> str:
    """A program of the environment that we ourselves run in."""
    if name == "python":
        return sys.executable
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(
            f"{name} is not installed beside {sys.executable}: run 'make .venv'"
        )
    return found
