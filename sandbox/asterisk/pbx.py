"""Asterisk as a process on loopback: started, asked, stopped, and killed where a story wants it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from kitart.clock import monotonic_s, sleep_s
from kitart.plan.schema import Plan
from sandbox.asterisk.configuration import Wishes, lay_out
from sandbox.asterisk.packages import asterisk_root
from sandbox.calling import call
from sandbox.ports import HOST, Ports
from sandbox.processes import ProcessTrouble

START_LIMIT_S, STOP_LIMIT_S, ASK_LIMIT_S = 60.0, 10.0, 10.0
CALLER = "+442079460900"
RTP_PORTS = 200


class Pbx:
    """The sample company's telephone system, in a folder; nothing of it outlives ``stop``.

    Its console's socket is in a folder of its own, since a socket's path must be short.

    Raises ``NotToBeHad`` where Asterisk's packages can't be had.
    """

    def __init__(self, plan: Plan, folder: Path, *, most_messages: int = 100) -> None:
        self._root = asterisk_root()
        self._ports = Ports()
        self._process: subprocess.Popen[bytes] | None = None
        self.wishes = Wishes(
            folder.resolve(), Path(tempfile.mkdtemp(prefix="kpbx", dir="/tmp")), plan,
            self._ports.choose("Asterisk", 0), self._ports.choose("its manager", 0),
            self._ports.choose("SIP", 0),
            40_000 + RTP_PORTS * secrets.randbelow(90),
            secrets.token_hex(12), secrets.token_hex(12), CALLER, most_messages,
        )  # fmt: skip
        lay_out(self.wishes, self._root)

    @property
    def url(self) -> str:
        """Where its own web server answers."""
        return f"http://{HOST}:{self.wishes.http_port}"

    @property
    def sip_server(self) -> str:
        """Where SIP calls go."""
        return f"{HOST}:{self.wishes.sip_port}"

    @property
    def greetings(self) -> Path:
        """What a line sounds like, for whoever listens."""
        return self.wishes.folder / "greetings"

    @property
    def voicemail(self) -> Path:
        """The boxes."""
        return self.wishes.folder / "spool/voicemail/kitart"

    @property
    def records(self) -> Path:
        """The call records."""
        return self.wishes.folder / "log/cdr-custom/kitart.csv"

    def start(self) -> None:
        """Start it, and wait until it is whole; raises ``ProcessTrouble``."""
        with (self.wishes.folder / "log/console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(), "-f", "-C", f"{self.wishes.folder}/etc/asterisk.conf"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=self.wishes.folder,
            )  # fmt: skip
        until = monotonic_s() + START_LIMIT_S
        while not self._up():
            if self._process.poll() is not None or monotonic_s() > until:
                raise ProcessTrouble(f"Asterisk did not come up: {self.wishes.folder}/log")
            sleep_s(0.1)

    def ask(self, command: str) -> str:
        """What its console answers; raises ``ProcessTrouble``."""
        done = subprocess.run(
            [*self._command(), "-C", f"{self.wishes.folder}/etc/asterisk.conf", "-rx", command],
            capture_output=True, text=True, timeout=ASK_LIMIT_S, check=False,
        )  # fmt: skip
        if done.returncode:
            raise ProcessTrouble(f"Asterisk's console: {done.stdout or done.stderr}")
        return done.stdout

    def kill(self) -> None:
        """As a power cut: no orderly end, nobody is told."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it, and let others have its ports."""
        self._end(signal.SIGTERM)
        shutil.rmtree(self.wishes.run_folder, ignore_errors=True)
        self._ports.release()

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(STOP_LIMIT_S)
        self._process = None

    def change(self, **wishes: object) -> None:
        """Set it up otherwise; counts from the next start, or what the console reloads."""
        self.wishes = replace(self.wishes, **wishes)  # type: ignore[arg-type]
        lay_out(self.wishes, self._root)

    def _up(self) -> bool:
        # The manager's answer comes once all modules are loaded.
        try:
            answer = call(
                "POST", f"{self.url}/rawman", timeout_s=2,
                data={"action": "login", "username": "kitart", "secret": self.wishes.password},
            )  # fmt: skip
        except OSError:
            return False
        return "Success" in answer.text and "fully booted" in self.ask("core waitfullybooted")

    def _command(self) -> list[str]:
        """Asterisk with the libraries it came with, the C library too: any Linux will do."""
        libraries = self._root / "lib/x86_64-linux-gnu"
        loader = next(libraries.glob("ld-linux*.so.*"))
        path = ":".join(str(self._root / part) for part in (
            "usr/lib", "usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"))  # fmt: skip
        return [str(loader), "--library-path", path, str(self._root / "usr/sbin/asterisk")]
