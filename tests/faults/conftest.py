"""Programs run as a person runs them, and what they leave behind."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kitart.clock import monotonic_s, sleep_s

MARK = "TEST_MARK_OF_KITART"


@dataclass
class Program:
    """One program under test; whatever it starts inherits its mark."""

    process: subprocess.Popen[bytes]
    output: Path
    mark: str

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def says(self, words: str, within_s: float) -> None:
        """Wait until it has said the words; fail when it ends first or never does."""
        until = monotonic_s() + within_s
        while words not in self.said():
            assert self.process.poll() is None, f"it ended first:\n{self.said()}"
            assert monotonic_s() < until, f"it never said {words!r}:\n{self.said()}"
            sleep_s(0.1)

    def ends(self, within_s: float) -> int:
        """Its exit code; fails when it does not end in time."""
        try:
            return self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            pytest.fail(f"it did not end within {within_s} s:\n{self.said()}")

    def left_behind(self, within_s: float = 15) -> list[str]:
        """What still runs of all it started, after at most so long."""
        until = monotonic_s() + within_s
        while (left := self.alive()) and monotonic_s() < until:
            sleep_s(0.1)
        return left

    def alive(self, command: str = "") -> list[str]:
        """The running processes that bear the mark: ``pid command line``."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"{MARK}={self.mark}".encode() not in (folder / "environ").read_bytes():
                    continue
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                continue
            if int(folder.name) != os.getpid() and command in line:
                found.append(f"{folder.name} {line}")
        return found


@pytest.fixture
def run(tmp_path: Path, database_url: Callable[[], str]) -> Iterator[Callable[..., Program]]:
    """Start ``python -m <module> <arguments>`` as a program of its own, on free ports."""
    programs: list[Program] = []

    def start(module: str, *arguments: str) -> Program:
        mark = secrets.token_hex(8)
        output = tmp_path / f"{mark}.txt"
        with output.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", module, "--folder", str(tmp_path / f"run-{mark}"),
                 "--database-url", database_url(), *arguments],
                env={**os.environ, MARK: mark}, stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        programs.append(Program(process, output, mark))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.poll() is None:
            program.process.terminate()
            program.process.wait(30)
