"""The sandbox's SMS gateway in a process of its own, so that it takes no time from the sender.

``python -m benchmarks.sms_gateway`` prints its address and ends with its standard input.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from pydantic import SecretStr

from kitart.settings import SmsSettings
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.sms import sms_app
from sandbox.sms_state import SmsState

MESSAGE_S = 0.05
"""How long the gateway takes for a message."""
SENDS = "POST */Messages.json"
ACCOUNT = SmsState()


class Gateway:
    """What the measuring side sees of the process: its address, what it took, its faults."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._taken_before = 0

    @property
    def settings(self) -> SmsSettings:
        """How Kitart reaches it."""
        return SmsSettings(
            base_url=self.url,
            account=ACCOUNT.account,
            token=SecretStr(ACCOUNT.token),
            sender="KITART",
        )

    def begin(self, every_refused: int = 0) -> None:
        """Count anew; each message takes ``MESSAGE_S``, and of ``every_refused`` one gets 429."""
        rules: list[dict[str, Any]] = [
            {"pattern": SENDS, "kind": "delay", "seconds": MESSAGE_S},
        ]
        if every_refused:
            rules.append(
                {"pattern": SENDS, "kind": "throttle", "retry_after": 1, "every": every_refused}
            )
        answer = requests.put(f"{self.url}/sandbox/faults", json={"rules": rules}, timeout=10)
        answer.raise_for_status()
        self._taken_before = 0
        self._taken_before = len(self.sent())

    def taken(self) -> Counter[str]:
        """How many messages each number got since ``begin``."""
        return Counter(sms["to"] for sms in self.sent())

    def refused(self) -> int:
        """How many requests were answered 429 since ``begin``."""
        rules = requests.get(f"{self.url}/sandbox/faults", timeout=10).json()["rules"]
        return sum(rule["used"] for rule in rules if rule["kind"] == "throttle")

    def sent(self) -> list[dict[str, Any]]:
        """The messages that it took since ``begin``, as ``GET /sandbox/sms`` shows them."""
        found: list[dict[str, Any]] = requests.get(f"{self.url}/sandbox/sms", timeout=10).json()
        return found[self._taken_before :]


@contextmanager
def gateway_process() -> Iterator[Gateway]:
    """The gateway, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.sms_gateway"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Gateway(process.stdout.readline().strip())
        process.stdin.close()


def main() -> None:
    """Serve until standard input ends, as it does when the measuring process is gone."""
    with SandboxServer(sms_app(SmsState(), Faults())) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
