"""The processes that make PDFs: started when one is needed, kept for the next, never for long.

A process of its own, so that whatever a layout or a system library does, the run that waits for it
goes on; a warm one, since loading the libraries takes longer than the document.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
from typing import IO

from kitart.reports.printing import CANNOT_LOAD


class Ended(Exception):
    """The process is gone: with which code, and what it said last."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code
        self.said = said

    @property
    def cannot_load(self) -> bool:
        """Whether what it needs is not on this machine."""
        return self.code == CANNOT_LOAD


class TooSlow(Exception):
    """A document took longer than its limit; the process was ended."""


class Printer:
    """One process that makes one PDF after another."""

    def __init__(self) -> None:
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kitart.reports.printing"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words,
        )  # fmt: skip
        self._owner = os.getpid()

    @property
    def ready(self) -> bool:
        """Whether it still waits for orders, of this process and no other."""
        return self._owner == os.getpid() and self._process.poll() is None

    def pdf(self, html: str, moment: str, limit_s: float) -> bytes:
        """The PDF of a page. Raises ``Ended`` or ``TooSlow``; the printer is of no use then."""
        slow = threading.Event()

        def end() -> None:
            slow.set()
            self._process.kill()

        alarm = threading.Timer(limit_s, end)
        alarm.daemon = True
        alarm.start()
        try:
            content = self._asked(html, moment)
        except OSError:
            content = b""
        finally:
            alarm.cancel()
        if slow.is_set():
            self.end()
            raise TooSlow
        if not content.startswith(b"%PDF"):
            raise self._gone()
        return content

    def _asked(self, html: str, moment: str) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = json.dumps({"html": html, "moment": moment})
        self._process.stdin.write(order.encode() + b"\n")
        self._process.stdin.flush()
        length = self._process.stdout.readline().strip()
        return self._process.stdout.read(int(length)) if length.isdigit() else b""

    def _gone(self) -> Ended:
        """Why it is of no use any more."""
        self._close()
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._words.seek(0)
        said = self._words.read().decode("utf-8", "replace").strip()
        self._words.close()
        return Ended(code, said)

    def end(self) -> None:
        """End it now; one of another process is left alone."""
        if self._owner == os.getpid():
            self._process.kill()
            self._close()
            self._process.wait()
            self._words.close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass  # an order that it never read


class Pool:
    """The printers that wait for the next order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Printer] = []
        atexit.register(self.end)

    def pdf(self, html: str, moment: str, limit_s: float) -> bytes:
        """As ``Printer.pdf``, by a printer that waits or a new one. One that had ended by itself,
        as it does when it is idle, is no reason: then a new one is asked."""
        printer = self._taken()
        if printer is not None:
            try:
                return self._kept(printer, printer.pdf(html, moment, limit_s))
            except Ended:
                pass
        printer = Printer()
        return self._kept(printer, printer.pdf(html, moment, limit_s))

    def _taken(self) -> Printer | None:
        with self._lock:
            while self._waiting:
                printer = self._waiting.pop()
                if printer.ready:
                    return printer
        return None

    def _kept(self, printer: Printer, content: bytes) -> bytes:
        with self._lock:
            self._waiting.append(printer)
        return content

    def end(self) -> None:
        """End all that wait."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for printer in waiting:
            printer.end()
