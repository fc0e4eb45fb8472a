"""Prefect's API as deploy/ starts it: with its password, and for nobody without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from kitart.clock import monotonic_s, sleep_s
from kitart.settings import HOUSE
from sandbox.ports import Ports

DEPLOY = HOUSE / "deploy"
BEGINS_WITHIN_S = 180.0
CALLS = (
    ("POST", "/flow_runs/filter"),
    ("POST", "/deployments/filter"),
    ("GET", "/variables/name/any"),
    ("POST", "/logs/filter"),
    ("DELETE", "/flow_runs/3b6e8d0c-7d3e-4a55-9d7c-7d1c0a1f2b34"),
    ("GET", "/admin/version"),
)
pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Api:
    address: str
    login: tuple[str, str]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A server whose secrets are made and handed over as the installation's are."""
    folder = tmp_path_factory.mktemp("prefect")
    secrets = folder / "secrets"
    subprocess.run([str(DEPLOY / "secrets.sh"), str(secrets)], check=True, timeout=30)
    login = (secrets / "PREFECT_API_AUTH_STRING").read_text()
    # The compose file gives the one file both names; its database is not needed here.
    (secrets / "PREFECT_SERVER_API_AUTH_STRING").write_text(login)
    (secrets / "PREFECT_SERVER_DATABASE_CONNECTION_URL").unlink()
    port = Ports().choose("Prefect", 0)
    with (folder / "said.txt").open("wb") as said:
        server = subprocess.Popen(
            [str(DEPLOY / "with-secrets.sh"), str(Path(sys.executable).parent / "prefect"),
             "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-services"],
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "PREFECT_HOME": str(folder),
                 "KITART_SECRETS_DIR": str(secrets), "DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
    found = Api(f"http://127.0.0.1:{port}/api", (login.partition(":")[0], login.partition(":")[2]))
    try:
        _wait_for(found, server, folder / "said.txt")
        yield found
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(api: Api, server: subprocess.Popen[bytes], said: Path) -> None:
    until = monotonic_s() + BEGINS_WITHIN_S
    while True:
        try:
            if requests.get(f"{api.address}/health", auth=api.login, timeout=5).ok:
                return
        except requests.RequestException:
            pass  # not there yet
        assert server.poll() is None, said.read_text()
        assert monotonic_s() < until, said.read_text()
        sleep_s(0.2)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_no_call_is_answered_without_the_password(api: Api, method: str, path: str) -> None:
    for login in (None, (api.login[0], "guessed"), ("", "")):
        refused = requests.request(
            method, f"{api.address}{path}", json={}, auth=login, timeout=10
        )  # fmt: skip
        assert refused.status_code == 401, (login, refused.text)


def test_who_has_the_password_is_answered(api: Api) -> None:
    found = requests.post(f"{api.address}/flow_runs/filter", json={}, auth=api.login, timeout=10)
    assert (found.status_code, found.json()) == (200, [])
