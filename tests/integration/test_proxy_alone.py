"""The deployment's proxy while no gateway answers: it says so itself, and when to come again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from kitart.clock import monotonic_s, sleep_s
from kitart.settings import HOUSE
from sandbox.ports import HOST, Ports
from tests.servers import missing

pytestmark = pytest.mark.timeout(90)
UP_WITHIN_S = 20.0


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[str]:
    """Its address; behind it nobody listens."""
    caddy = shutil.which("caddy")
    if caddy is None:
        missing("no caddy on this machine")
    ports = Ports()
    site, admin, prefect, *gone = (
        ports.choose(what, 0) for what in ("site", "admin", "prefect", "gateway", "api")
    )
    env = {
        "KITART_SITE": f"http://{HOST}:{site}", "KITART_PROXY_ADMIN": f"{HOST}:{admin}",
        "KITART_PREFECT_SITE": f"http://{HOST}:{prefect}",
        "KITART_GATEWAYS": f"{HOST}:{gone[0]}", "KITART_PREFECT_APIS": f"{HOST}:{gone[1]}",
        "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path),
    }  # fmt: skip
    process = subprocess.Popen(
        [caddy, "run", "--config", str(HOUSE / "deploy" / "Caddyfile"), "--adapter", "caddyfile"],
        env={**os.environ, **env}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until_s = monotonic_s() + UP_WITHIN_S
        while monotonic_s() < until_s:
            with suppress(requests.RequestException):
                requests.get(f"http://{HOST}:{admin}/config/", timeout=2)
                break
            sleep_s(0.1)
        yield env["KITART_SITE"]
    finally:
        process.kill()
        process.wait()
        ports.release()


@pytest.mark.covers("D21")
@pytest.mark.parametrize("path", ["/webhooks/alertmanager", "/d/a-link"])
def test_where_no_gateway_answers_it_says_when_to_come_again(proxy: str, path: str) -> None:
    answer = requests.post(f"{proxy}{path}", data="{}", timeout=30)
    assert answer.status_code in (502, 503)
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "try again in a few seconds" in answer.text
    assert "Próbálja újra néhány másodperc múlva" in answer.text
