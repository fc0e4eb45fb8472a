"""``kitart connect check`` on everything that really runs, Prefect included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.timeout(500)]


def test_on_a_stack_that_runs_nothing_is_missing_and_no_secret_is_told(run) -> None:
    stack = run("sandbox.up", "--gateway-port", "0", "--prefect-port", "0")
    stack.says("settings.env", within_s=300)
    file = Path(
        next(word for word in stack.said().split() if word.endswith("settings.env;")).rstrip(";")
    )
    env = dict(line.split("=", 1) for line in file.read_text().splitlines())
    given = {name: value.strip("'") for name, value in env.items()}
    done = subprocess.run(
        [str(Path(sys.executable).with_name("kitart")), "connect", "check", "--json"],
        env={**os.environ, **given}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout + done.stderr
    assert {each["connection"] for each in found if each["state"] == "ok"} >= {
        "journal", "prefect", "gateway", "microsoft", "vcc", "sms", "smtp", "monitoring",
    }  # fmt: skip
    for name, value in given.items():
        # What the stack has no use for is given as nothing.
        if value and any(word in name for word in ("SECRET", "PASSWORD", "TOKEN")):
            assert value not in done.stdout, name
