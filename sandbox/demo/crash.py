"""Killing an incident's run where it stands, as a machine that fails would."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from sandbox.stack import Stack


def kill_run(stack: Stack) -> list[int]:
    """``kill -9`` the processes of this stack that carry out a flow run; returns which.

    Prefect knows their numbers; only those that bear the stack's mark are touched.
    """
    running = stack.prefect(
        "/flow_runs/filter",
        {"flow_runs": {"state": {"type": {"any_": ["RUNNING", "PENDING"]}}}},
    )
    ours, killed = set(stack.children.pids()), []
    for run in running:
        pid = int(run["infrastructure_pid"] or 0)
        if pid in ours:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
    return killed
