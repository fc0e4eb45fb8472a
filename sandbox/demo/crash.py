"""Killing an incident's run where it stands, as a machine that fails would."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from sandbox.stack import Stack

RUN_ID = b"PREFECT__FLOW_RUN_ID="


def kill_run(stack: Stack) -> list[int]:
    """``kill -9`` the processes of this stack that carry out a flow run; returns which."""
    killed = []
    for pid in stack.children.pids():
        with suppress(OSError):
            environment = (Path("/proc") / str(pid) / "environ").read_bytes().split(b"\0")
            if any(entry.startswith(RUN_ID) for entry in environment):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
    return killed
