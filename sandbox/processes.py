"""Processes that must end with us: each in a group of its own, all bearing one mark.

The mark is a variable in their environment, handed on to whatever they start themselves. So also
a run that a worker started is found when everything is ended; and a keeper beside us ends all
that bear it if we are killed before we could.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from kitart.clock import monotonic_s, sleep_s
from sandbox.keeper import MARK, end_all, marked

STOP_LIMIT_S = 6.0


class ProcessTrouble(Exception):
    """A process did not come up, or ended; the message names it and its log."""


@dataclass
class Child:
    """One process of ours and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raise ``ProcessTrouble`` when it has ended."""
        code = self.process.poll()
        if code is not None:
            raise ProcessTrouble(f"{self.name} ended with {code}. {_end_of(self.log)}")


class Children:
    """All processes of one stack."""

    def __init__(self, logs: Path) -> None:
        self.mark = secrets.token_hex(8)
        self._logs = logs
        self._children: list[Child] = []
        self._leaving: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)
        self._keeper = _start_keeper(self.mark)

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> Child:
        """Start ``command``; what it writes goes to ``<name>.log``."""
        log = self._logs / f"{name}.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                list(command),
                env={**env, MARK: self.mark},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def check(self) -> None:
        """Raise ``ProcessTrouble`` when one that should go on has ended."""
        for child in self._children:
            child.check()

    def finish(self, child: Child, limit_s: float) -> None:
        """Wait for a process that is to end; raises ``ProcessTrouble`` unless it ends well."""
        try:
            code = child.process.wait(limit_s)
        except subprocess.TimeoutExpired:
            said = f"{child.name} did not end within {limit_s:.0f} s. {_end_of(child.log)}"
            raise ProcessTrouble(said) from None
        if code:
            child.check()
        self.forget(child)

    def forget(self, child: Child, *, still_ours: bool = False) -> None:
        """A process that has ended is asked after no more; one that may still run is ended with
        all others."""
        self._children.remove(child)
        if still_ours:
            self._leaving.append(child)

    def wait_for(self, child: Child, ready: Callable[[], bool], limit_s: float) -> None:
        """Wait until ``ready``; raises ``ProcessTrouble`` when it ends first, or takes too long."""
        until = monotonic_s() + limit_s
        while not ready():
            child.check()
            if monotonic_s() > until:
                raise ProcessTrouble(
                    f"{child.name} was not ready after {limit_s:.0f} s. {_end_of(child.log)}"
                )
            sleep_s(0.1)

    def pids(self) -> list[int]:
        """Every process that bears the mark, also those that our own have started."""
        return marked(self.mark)

    def stop(self) -> None:
        """End everything; nothing is left behind."""
        # The last started first: who depends on others goes before them.
        for child in reversed(self._children):
            _signal_group(child.process, signal.SIGTERM)
        until = monotonic_s() + STOP_LIMIT_S
        for child in reversed(self._children):
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, until - monotonic_s()))
        end_all(self.mark)
        for child in (*self._children, *self._leaving):
            child.process.wait()
        self._children.clear()
        self._leaving.clear()
        if self._keeper.stdin is not None:
            self._keeper.stdin.close()
        self._keeper.wait()


def _start_keeper(mark: str) -> subprocess.Popen[bytes]:
    # Its standard input ends when we do, however we end: that is how it hears of it.
    return subprocess.Popen(
        [sys.executable, "-m", "sandbox.keeper", mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    shown = "\n".join(f"    {line}" for line in lines[-12:])
    return f"Its log is {log}" + (f"; it ends:\n{shown}" if shown else " (empty)")
