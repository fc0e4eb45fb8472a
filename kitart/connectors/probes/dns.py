"""A name, as this machine's own name service finds it."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading

from kitart.clock import monotonic_s
from kitart.connectors.probes.look import ProbeLook
from kitart.plan.probes import DnsProbe

ANSWER_S = 5.0


def look(probe: DnsProbe) -> ProbeLook:
    """Ask for the name once.

    The system's own call has no limit of its own, so that it is asked in a thread that may be left
    behind.
    """
    began_s = monotonic_s()
    answer: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(probe.name, None, type=socket.SOCK_STREAM)
            answer.put([str(each[4][0]) for each in found])
        except OSError as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True, name="probe-dns").start()
    try:
        got = answer.get(timeout=ANSWER_S)
    except queue.Empty:
        return ProbeLook("unknown", f"{probe.name}: the name service did not answer in time")
    if isinstance(got, socket.gaierror) and got.errno in (socket.EAI_NONAME, socket.EAI_FAIL):
        return ProbeLook("down", f"{probe.name}: there is no such name")
    if isinstance(got, OSError):
        return ProbeLook("unknown", f"{probe.name}: the name service does not answer ({got})")
    took_s = monotonic_s() - began_s
    if probe.address is not None and not _among(probe.address, got):
        return ProbeLook(
            "down", f"{probe.name} is {', '.join(got)}; right would be {probe.address}", took_s
        )
    return ProbeLook("up", f"{probe.name} is found", took_s)


def _among(wanted: str, found: list[str]) -> bool:
    try:
        return ipaddress.ip_address(wanted) in {ipaddress.ip_address(one) for one in found}
    except ValueError:
        return wanted in found
