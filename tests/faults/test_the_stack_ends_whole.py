"""However a running stack is ended, it leaves no process behind."""

from __future__ import annotations

import os
import signal
import socket

import pytest
import requests

pytestmark = [pytest.mark.stack, pytest.mark.timeout(500)]
UP = "Everything runs"


def test_with_a_port_taken_it_says_which_it_uses_and_ends_whole_on_ctrl_c(run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = run("sandbox.up", "--gateway-port", str(port), "--prefect-port", "0")
        stack.says(UP, within_s=300)
    assert f"Port {port} is taken: the gateway listens on" in stack.said()
    gateway = next(
        line.split()[-1] for line in stack.said().splitlines() if line.startswith("  Gateway")
    )
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(f"{gateway}/readyz", timeout=5).json() == {"status": "ready"}
    assert len(stack.alive()) >= 6  # itself, keeper, Prefect, sandbox, gateway, worker
    stack.process.send_signal(signal.SIGINT)
    assert stack.ends(within_s=60) == 0
    assert not stack.left_behind()


def test_when_it_is_killed_before_it_could_clear_up_its_keeper_does(run) -> None:
    stack = run("sandbox.up", "--gateway-port", "0", "--prefect-port", "0")
    stack.says(UP, within_s=300)
    stack.process.kill()
    stack.ends(within_s=5)
    assert not stack.left_behind()


def test_when_a_part_of_it_dies_it_ends_and_names_the_part_and_its_log(run) -> None:
    stack = run("sandbox.up", "--gateway-port", "0", "--prefect-port", "0")
    stack.says(UP, within_s=300)
    (gateway,) = stack.alive("kitart gateway")
    os.kill(int(gateway.split()[0]), signal.SIGKILL)
    assert stack.ends(within_s=90) == 1
    assert "gateway ended with -9" in stack.said()
    assert "gateway.log" in stack.said()
    assert not stack.left_behind()
