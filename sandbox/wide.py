"""The installation of ``deploy/compose.yaml`` as plain processes on loopback: all of it twice where
it can be, behind its own proxy, with the commands, settings, secrets and probes that stand there.

PostgreSQL and Redis are handed in. What ends is started again, as compose does, where it is asked.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from kitart.settings import HOUSE
from sandbox.ports import HOST
from sandbox.stack import QUEUE, START_LIMIT_S, Stack, Wishes

DEPLOY = HOUSE / "deploy"
API, SERVICES, PROXY = "prefect-api", "prefect-services", "proxy"
GATEWAYS, WORKERS = ("gateway-1", "gateway-2"), ("worker-1", "worker-2")
API_LOGIN = ("kitart", "sandbox-prefect-password")
PROBE_LIMIT_S = 15.0


def compose() -> dict[str, Any]:
    """What ``deploy/compose.yaml`` says, anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


class WideStack(Stack):
    """A running installation on many, in a ``with`` block. ``gateway_url`` is the proxy's."""

    def __init__(self, wishes: Wishes, redis_url: str, say: Callable[[str], None]) -> None:
        super().__init__(wishes, say)
        self._redis_url = redis_url
        self._services: dict[str, dict[str, Any]] = compose()["services"]
        self._ports_of: dict[str, dict[str, str]] = {}
        self.prefect_login = API_LOGIN

    def healthy(self, name: str) -> bool:
        """Whether the part's own probe says that it is well."""
        test = [self._placed(name, word) for word in self._services[name]["healthcheck"]["test"]]
        words = [word.replace("/opt/kitart/deploy", str(DEPLOY)) for word in test[1:]]
        done = subprocess.run(
            words, env=self._environment(name), cwd=self.folder, check=False, timeout=PROBE_LIMIT_S,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode == 0

    def _choose_ports(self) -> None:
        super()._choose_ports()
        api = {"4200": str(self._prefect_port)}
        self._ports_of = {API: api}
        for name, inside in [*((g, "8090") for g in GATEWAYS), *((w, "8080") for w in WORKERS),
                             (PROXY, "2019"), (PROXY, "443")]:  # fmt: skip
            port = str(self._ports.choose(name, 0))
            self._ports_of.setdefault(name, {})[inside] = port
        login = ":".join(API_LOGIN)
        self.env |= {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{self.env.get('PATH', '')}",
            "PREFECT_API_AUTH_STRING": login,
            "PREFECT_SERVER_API_AUTH_STRING": login,
            "PREFECT_SERVER_DOCKET_URL": self._redis_url,
            "PREFECT_REDIS_MESSAGING_URL": self._redis_url,
            "KITART_METRICS__TOKEN": "sandbox-metrics-token",
        }

    def _start_prefect(self) -> None:
        self._finish("migrate")
        for name in (API, SERVICES):
            self.start_part(name)
        for name in (API, SERVICES):
            self._wait_for(name)

    def _make_pool(self) -> None:
        """The job that deploys the plans makes it."""

    def deploy(self) -> None:
        self._finish("deploy")

    def _start_kitart(self) -> None:
        parts = (PROXY, *GATEWAYS, *WORKERS)
        for name in parts:
            self.start_part(name)
        for name in (*GATEWAYS, *WORKERS):
            self._wait_for(name)
        self.children.wait_for(self.parts[PROXY], self._gateway_answers, START_LIMIT_S)
        self.children.wait_for(self.parts[WORKERS[-1]], self._worker_online, START_LIMIT_S)

    def _finish(self, name: str) -> None:
        folder = HOUSE if "working_dir" in self._services[name] else self.folder
        job = self.children.start(name, self._command(name), self._environment(name), folder)
        self.children.finish(job, START_LIMIT_S)

    def _wait_for(self, name: str) -> None:
        self.children.wait_for(self.parts[name], lambda: self.healthy(name), START_LIMIT_S)

    def _command(self, name: str) -> list[str]:
        if name == PROXY:
            return self._proxy()
        words: Sequence[str] = self._services[name]["command"]
        # At another speed a look each minute of real time could conclude nothing.
        alone = ("--work-queue", QUEUE) if name in WORKERS and self._wishes.speed != 1 else ()
        return [
            str(DEPLOY / "with-secrets.sh"), *(self._placed(name, word) for word in words), *alone
        ]  # fmt: skip

    def _proxy(self) -> list[str]:
        caddy = shutil.which("caddy")
        if caddy is None:
            raise FileNotFoundError("caddy is not installed")
        return [caddy, "run", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]

    def _environment(self, name: str) -> Mapping[str, str]:
        """The part's settings: those of compose where this stack has none of its own, and its
        secrets in a folder."""
        written: Mapping[str, str] = self._services[name].get("environment", {})
        given = {key: self._placed(name, value) for key, value in written.items()} | self.env
        if name == PROXY:
            ports = self._ports_of[PROXY]
            return given | {
                "KITART_SITE": self.gateway_url,
                "KITART_PREFECT_SITE": f"http://{HOST}:{ports['443']}",
                "KITART_GATEWAYS": " ".join(
                    f"{HOST}:{self._ports_of[each]['8090']}" for each in GATEWAYS
                ),
                "KITART_PREFECT_APIS": f"{HOST}:{self._prefect_port}",
                "KITART_PROXY_ADMIN": f"{HOST}:{ports['2019']}",
                "XDG_DATA_HOME": str(self.folder / "caddy"),
                "XDG_CONFIG_HOME": str(self.folder / "caddy"),
            }
        folder = self.folder / "secrets" / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for secret in compose()["secrets"]:
            value = given.pop(secret, None)
            if value is not None and secret in self._services[name].get("secrets", ()):
                (folder / secret).write_text(value, encoding="utf-8")
        return given | {"KITART_SECRETS_DIR": str(folder)}

    def _placed(self, name: str, text: str) -> str:
        """``text`` with the addresses of a container as they are here."""
        text = text.replace("0.0.0.0", HOST)
        for inside, port in self._ports_of.get(name, {}).items():
            text = re.sub(rf"\b{inside}\b", port, text)
        return text
