"""What the forks of the tests do: they run in a process of their own and write what they see."""

from __future__ import annotations

import atexit
import json
import os
import random
import sys
import threading
import time
from pathlib import Path

from kitart.worker import child


def looks_around(out: str) -> None:
    said = {
        "threads": threading.active_count(),
        "main_again": getattr(sys.modules["__main__"], "__file__", None),
        "flows": sorted(name for name in sys.modules if name.startswith("flows.")),
        "chance": random.random(),
        "settings": "kitart.settings" in sys.modules,
        "pid": os.getpid(),
    }
    Path(out).write_text(json.dumps(said))


def ends_as_a_run(out: str) -> None:
    child._engine = lambda *_: atexit.register(Path(out).write_text, "done")  # type: ignore[assignment]
    child.carry_out("00000000-0000-0000-0000-000000000001", dict(os.environ), str(Path.cwd()))


def sleeps() -> None:
    time.sleep(600)
