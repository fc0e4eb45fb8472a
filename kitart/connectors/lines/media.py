"""The sound of one call, both ways: RTP with G.711 (µ-law) in packets of 20 ms."""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Sequence

from kitart.clock import monotonic_s
from kitart.connectors.lines.sound import RATE_HZ, SILENT_DB, from_ulaw, loudness_db, to_ulaw

PACKET = 160
PACKET_S = PACKET / RATE_HZ
HEAD = struct.Struct("!BBHII")
ULAW = 0
WINDOW = 10
"""Packets over which it is judged whether anything is heard: a fifth of a second."""
LONGEST_GAP = 5 * RATE_HZ
SILENCE = bytes([0xFF]) * PACKET
KEEP_OPEN_S = 1.0


class Media:
    """A port for one call's sound: what comes is kept in ``heard``, what is said is paced.

    ``peer`` is where sound goes: what the other side has said, until its own first packet comes.
    """

    def __init__(self, host: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # A machine at its limit reads late: what came meanwhile must not be dropped.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((host, 0))
        self.port: int = self._socket.getsockname()[1]
        self.peer: tuple[str, int] | None = None
        self.heard: list[int] = []
        self.last_sound_s: float | None = None
        self._stamp: int | None = None
        self._window: list[int] = []
        self._source = secrets.randbits(32)
        self._sent = 0
        self._began = secrets.randbits(16)
        self._sent_s = 0.0

    def listen(self, until_s: float) -> None:
        """Take what comes, until this moment of ``monotonic_s``; a little silence is sent now and
        then, which keeps the way back open where addresses are translated."""
        while (left := until_s - monotonic_s()) > 0:
            if monotonic_s() > self._sent_s + KEEP_OPEN_S:
                self._send(SILENCE)
            self._socket.settimeout(left)
            try:
                packet, sender = self._socket.recvfrom(2048)
            except TimeoutError:
                return
            self._take(packet, sender)

    def say(self, samples: Sequence[int]) -> None:
        """Speak in real time, and take what comes meanwhile."""
        data = to_ulaw(samples)
        next_s = monotonic_s()
        for at in range(0, len(data), PACKET):
            self._send(data[at : at + PACKET].ljust(PACKET, SILENCE[:1]))
            next_s += PACKET_S
            self.listen(next_s)

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    def _send(self, sound: bytes) -> None:
        if self.peer is None:
            return
        head = HEAD.pack(
            0x80, ULAW | (0x80 if not self._sent else 0), (self._began + self._sent) & 0xFFFF,
            self._sent * PACKET & 0xFFFFFFFF, self._source,
        )  # fmt: skip
        self._sent += 1
        self._sent_s = monotonic_s()
        self._socket.sendto(head + sound, self.peer)

    def _take(self, packet: bytes, sender: tuple[str, int]) -> None:
        if len(packet) <= HEAD.size or packet[0] >> 6 != 2 or packet[1] & 0x7F != ULAW:
            return
        self.peer = sender
        _, _, _, stamp, _ = HEAD.unpack_from(packet)
        skip = HEAD.size + 4 * (packet[0] & 0x0F)
        samples = from_ulaw(packet[skip:])
        if self._stamp is not None:
            # Silence that was not sent is silence that was heard.
            gap = stamp - self._stamp
            if 0 < gap <= LONGEST_GAP:
                self.heard += [0] * gap
        self._stamp = stamp + len(samples)
        self.heard += samples
        self._window = [*self._window, *samples][-WINDOW * PACKET :]
        if loudness_db(self._window) > SILENT_DB:
            self.last_sound_s = monotonic_s()
