"""What each part of the installation takes of the machine's memory, its share of what is shared
counted once (PSS)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sandbox.stack import Stack

RUNS = "runs"


def memory_mb(stack: Stack) -> Mapping[str, float]:
    """MB of each part, by name; what a worker started is ``runs``, all together."""
    groups = {child.process.pid: name for name, child in stack.parts.items()}
    found = dict.fromkeys((*groups.values(), RUNS), 0.0)
    for process in Path("/proc").glob("[0-9]*"):
        pid = int(process.name)
        try:
            name = groups.get(os.getpgid(pid))
        except ProcessLookupError:
            continue
        if name is None:
            continue
        if name.startswith("worker") and pid not in groups:
            name = RUNS
        found[name] += _pss_mb(process)
    return found


def _pss_mb(process: Path) -> float:
    try:
        lines = (process / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
