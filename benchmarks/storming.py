"""The storm measured: the real gateway as a process, and bare FastAPI with SQLite beside it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import requests

from benchmarks.sms_gateway import Gateway
from benchmarks.storm import (
    SECRET,
    SOURCE,
    Sent,
    config_for_the_storm,
    missing,
    send,
    storm,
)
from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal.database import Journal
from kitart.journal.upgrading import upgrade

START_LIMIT_S = 30.0
NOWHERE = "http://127.0.0.1:9/api"
"""For Prefect's address: it is away, and none is started instead."""
SERVE = "from kitart.cli import app; app()"


def bare(folder: Path, posts: int) -> Sent:
    """The storm's posts sent to bare FastAPI with SQLite."""
    folder.mkdir(parents=True)
    port = _free_port()
    with _served(["-m", "benchmarks.bare", str(folder), str(port)], {}, f":{port}/docs"):
        sent = send(f"http://127.0.0.1:{port}/posts", storm(posts, _a_minute_ago()).bodies)
    _all_taken(sent, posts)
    return sent


def stormed(folder: Path, database_url: str, sms: Gateway, posts: int) -> Sent:
    """The storm sent to ``kitart gateway``; ``RuntimeError`` where the journal misses anything."""
    folder.mkdir(parents=True)
    port = _free_port()
    url = database_url or f"sqlite:///{folder / 'journal.db'}"
    environment = {
        "KITART_MODE": "sandbox",
        "KITART_DATA_DIR": str(folder),
        "KITART_DATABASE_URL": url,
        "KITART_CONFIG_DIR": str(config_for_the_storm(folder)),
        "KITART_SECRET_KEY": "a-long-key-for-the-benchmark",
        "KITART_WEBHOOK_SECRETS": f'{{"{SOURCE}": "{SECRET}"}}',
        "KITART_GATEWAY_URL": f"http://127.0.0.1:{port}",
        "KITART_SMS__BASE_URL": sms.settings.base_url,
        "KITART_SMS__ACCOUNT": sms.settings.account,
        "KITART_SMS__TOKEN": sms.settings.token.get_secret_value(),
        "KITART_SMS__SENDER": sms.settings.sender,
        "PREFECT_API_URL": NOWHERE,
    }
    journal = Journal(url)
    upgrade(journal)
    command = ["-c", SERVE, "gateway", "--port", str(port)]
    with _served(command, environment, f":{port}/readyz"):
        what = storm(posts, _a_minute_ago())
        sent = send(f"http://127.0.0.1:{port}/webhooks/{SOURCE}", what.bodies)
    _all_taken(sent, posts)
    if wrong := missing(journal, what):
        raise RuntimeError(f"after the storm: {'; '.join(wrong)}")
    journal.close()
    return sent


def _all_taken(sent: Sent, posts: int) -> None:
    if sent.statuses != {202: posts}:
        raise RuntimeError(f"{posts} posts were answered {dict(sent.statuses)}")


@contextlib.contextmanager
def _served(command: list[str], environment: dict[str, str], until: str) -> Iterator[None]:
    """A process of this Python that serves, from when ``until`` is answered to the block's end."""
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("KITART_", "PREFECT_"))}
    with subprocess.Popen(
        [sys.executable, *command], env=inherited | environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            _wait_for(f"http://127.0.0.1{until}", process)
            yield
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    give_up_s = monotonic_s() + START_LIMIT_S
    while monotonic_s() < give_up_s and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(address, timeout=5).ok:
                return
        sleep_s(0.1)
    raise RuntimeError(f"{address} did not answer in {START_LIMIT_S:g} s")


def _a_minute_ago() -> datetime:
    """So that no deadline is over before the storm is there."""
    return real_now().replace(microsecond=0) - timedelta(minutes=1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
