"""A call to a number, placed as any caller would: by SIP through ``sipp``, with real sound.

The line is listened to until it falls silent; then, if there is something to say, it is said.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from kitart.clock import monotonic_s, real_now
from kitart.connectors.errors import ConnectorError
from kitart.connectors.lines.media import Media
from kitart.connectors.lines.scenario import Wanted, hang_up, scenario
from kitart.connectors.lines.sound import seconds
from kitart.settings import SipSettings

PROGRAM = "sipp"
LOOK_EVERY_S, SILENCE_S, END_LIMIT_S, AFTER_WORDS_S = 0.05, 1.5, 12.0, 0.6
ANSWER_LIMIT_S = 35.0
RECEIVED = re.compile(
    r"received \[\d+\] bytes.*?\n\nSIP/2\.0 (\d{3}) [^\n]*(.*?)(?=^-{20})", re.S | re.M
)
OF_A_CALL = re.compile(r"^CSeq: \d+ INVITE", re.M)
ADDRESS = re.compile(r"^c=IN IP4 (\S+)", re.M)
AUDIO = re.compile(r"^m=audio (\d+)", re.M)


@dataclass(frozen=True)
class Call:
    """A call that is over. ``status`` is the last word of the other side about it (SIP; 0 for
    none at all), ``heard`` the samples that came, ``spoken_s`` how long we spoke, in seconds."""

    sip_id: str
    number: str
    placed_at: datetime
    status: int
    rang_s: float
    heard: tuple[int, ...]
    spoken_s: float
    hung_up_by_them: bool

    @property
    def answered(self) -> bool:
        """Whether somebody or something took the call."""
        return self.status == 200


class Caller:
    """Places calls by one SIP server, one at a time."""

    def __init__(self, settings: SipSettings) -> None:
        self._settings = settings

    @property
    def ready(self) -> bool:
        """Whether a SIP server is set, and ``sipp`` is on this machine."""
        return not self.lacking()

    def lacking(self) -> str:
        """What is missing before a call can be placed; empty for nothing."""
        if not self._settings.server:
            return "KITART_SIP__SERVER is not set"
        if shutil.which(PROGRAM) is None:
            return "sipp is not installed (Debian's package sip-tester)"
        return ""

    def call(self, number: str, *, words: Sequence[int] = (), listen_s: float = 25.0) -> Call:
        """Call, listen until the line falls silent (``listen_s`` real seconds at most), speak
        ``words``, hang up.

        Raises ``ConnectorError`` when no call can be placed at all; a call that nobody takes is a
        call.
        """
        if lacking := self.lacking():
            raise ConnectorError(f"no call can be placed: {lacking}", permanent=True)
        host, _, port = self._settings.server.rpartition(":")
        own = self._settings.own_address or _own_address(host, int(port))
        media = Media(own)
        try:
            with TemporaryDirectory(prefix="kitart-call-") as folder:
                return _Going(self._settings, number, Path(folder), media, own).run(words, listen_s)
        finally:
            media.close()


class _Going:
    """One call while it goes on."""

    def __init__(
        self, settings: SipSettings, number: str, folder: Path, media: Media, own: str
    ) -> None:
        self._settings = settings
        self._number = number
        self._media = media
        self._own = own
        self._port = _free_port(own)
        self._id = f"kitart-{token_hex(8)}"
        self._messages = folder / "messages"
        self._folder = folder

    def run(self, words: Sequence[int], listen_s: float) -> Call:
        placed_at, began_s = real_now(), monotonic_s()
        process = self._start()
        spoken_s, rang_s = 0.0, 0.0
        try:
            if self._wait_for_answer(process):
                rang_s = monotonic_s() - began_s
                self._listen(process, listen_s)
                if words and process.poll() is None:
                    self._media.say(words)
                    self._media.listen(monotonic_s() + AFTER_WORDS_S)
                    spoken_s = seconds(words)
            by_them = process.poll() is not None
            self._hang_up(process)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        answers = self._answers()
        status = self._status(answers)
        if not self._messages.exists():
            raise ConnectorError(f"{PROGRAM} placed no call: {self._last_words()}")
        return Call(
            self._id, self._number, placed_at, status, rang_s or monotonic_s() - began_s,
            tuple(self._media.heard), spoken_s, by_them and status == 200,
        )  # fmt: skip

    def _start(self) -> subprocess.Popen[bytes]:
        settings = self._settings
        host = settings.server.rpartition(":")[0]
        file = self._folder / "scenario.xml"
        file.touch(mode=0o600)
        file.write_text(
            scenario(
                Wanted(
                    self._number, settings.domain or host, settings.caller, settings.user,
                    settings.password.get_secret_value(), self._own, self._media.port,
                )
            )
        )  # fmt: skip
        with (self._folder / "said").open("wb") as log:
            return subprocess.Popen(
                [PROGRAM, settings.server, "-sf", str(file), "-m", "1", "-i", self._own, "-p",
                 str(self._port), "-cid_str", self._id, "-nostdin", "-aa", "-trace_msg",
                 "-message_file", str(self._messages), "-timeout", "240",
                 "-max_invite_retrans", "5"],
                cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    def _wait_for_answer(self, process: subprocess.Popen[bytes]) -> bool:
        until_s = monotonic_s() + ANSWER_LIMIT_S
        while monotonic_s() < until_s:
            self._media.listen(monotonic_s() + LOOK_EVERY_S)
            for status, body in self._answers():
                if status == 200 and (audio := AUDIO.search(body)):
                    address = ADDRESS.search(body)
                    if self._media.peer is None and address:
                        self._media.peer = (address[1], int(audio[1]))
                    return True
            if process.poll() is not None:
                return False
        return False

    def _listen(self, process: subprocess.Popen[bytes], listen_s: float) -> None:
        """Until the line has fallen silent, or they hang up."""
        began_s = monotonic_s()
        while monotonic_s() < began_s + listen_s and process.poll() is None:
            self._media.listen(monotonic_s() + LOOK_EVERY_S)
            last_s = self._media.last_sound_s
            # A line that says nothing at all is waited for longer: somebody may still pick up.
            quiet_s = monotonic_s() - (last_s or began_s)
            if quiet_s > (SILENCE_S if last_s else 4 * SILENCE_S):
                return

    def _hang_up(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is not None:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(hang_up(self._id, self._own, self._port), (self._own, self._port))
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_LIMIT_S)

    def _answers(self) -> list[tuple[int, str]]:
        """What the other side answered so far: each status with the rest of its message."""
        if not self._messages.exists():
            return []
        text = self._messages.read_text(errors="replace").replace("\r\n", "\n") + "\n" + 20 * "-"
        return [(int(status), rest) for status, rest in RECEIVED.findall(text)]

    def _status(self, answers: list[tuple[int, str]]) -> int:
        """The last word about the call itself; its first final answer, but for a sign-in."""
        invites = [status for status, rest in answers if OF_A_CALL.search(rest)]
        final = [status for status in invites if status >= 200 and status not in (401, 407)]
        refused = [status for status in invites if status in (401, 407)]
        return final[0] if final else (refused[-1] if len(refused) > 1 else 0)

    def _last_words(self) -> str:
        lines = (self._folder / "said").read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"


def _own_address(host: str, port: int) -> str:
    """The address of ours that reaches the server; raises ``ConnectorError``."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.connect((host, port))
        except OSError as error:
            raise ConnectorError(f"no way to the SIP server {host}:{port}: {error}") from None
        return str(out.getsockname()[0])


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
