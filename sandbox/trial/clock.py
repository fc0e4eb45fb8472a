"""The wall clock of Kitart and Prefect, set by hours while they work; sleeps and waits go on."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

SOURCE = Path(__file__).with_name("clock_step.c")
COMPILED_WITHIN_S = 60.0
FILE = "KITART_TRIAL_CLOCK_STEP"


class NoCompiler(Exception):
    """There is no C compiler here; the message says what to install."""


class ClockStep:
    """How far the clock of a stack's parts is from ours, in a file that they all read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "step"
        self._library = folder / "clock_step.so"
        self._write(timedelta(0))

    def compile(self) -> Mapping[str, str]:
        """What the parts are to be started with; raises ``NoCompiler``."""
        compiler = shutil.which("cc")
        if compiler is None:
            raise NoCompiler("no C compiler on this machine: Debian's packages are gcc, libc6-dev")
        done = subprocess.run(
            [compiler, "-shared", "-fPIC", "-O2", "-o", str(self._library), str(SOURCE), "-ldl"],
            capture_output=True, text=True, timeout=COMPILED_WITHIN_S, check=False,
        )  # fmt: skip
        if done.returncode:
            raise NoCompiler(f"{SOURCE.name} can't be compiled: {done.stderr.strip()[-300:]}")
        return {"LD_PRELOAD": str(self._library), FILE: str(self._file)}

    def set_by(self, step: timedelta) -> None:
        """From now on their clock differs from ours by so much."""
        self._write(step)

    def _write(self, step: timedelta) -> None:
        number = struct.pack("l", round(step.total_seconds()))
        if self._file.exists():  # it is mapped into their memory: never cut it short
            with self._file.open("r+b") as file:
                file.write(number)
        else:
            self._file.write_bytes(number)


def end_of_summer_time(before: datetime) -> datetime:
    """The last moment at which Europe's clocks went back, in UTC."""
    for year in (before.year, before.year - 1):
        day = datetime(year, 10, 31, 1, tzinfo=UTC)
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if day < before:
            return day
    raise AssertionError("one of two Octobers is over")
