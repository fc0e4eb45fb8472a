"""A mail server's greeting."""

from __future__ import annotations

import socket

from kitart.clock import monotonic_s
from kitart.connectors.probes.look import ProbeLook
from kitart.plan.probes import SmtpProbe

CONNECT_S, GREETING_S = 3.0, 4.0


def look(probe: SmtpProbe) -> ProbeLook:
    """Wait for the greeting, say goodbye; no mail is begun."""
    what = f"mail server {probe.host}:{probe.port}"
    began_s = monotonic_s()
    try:
        with socket.create_connection((probe.host, probe.port), timeout=CONNECT_S) as line:
            line.settimeout(GREETING_S)
            greeting = line.recv(512)
            took_s = monotonic_s() - began_s
            if greeting.startswith(b"220"):
                line.sendall(b"QUIT\r\n")
    except socket.gaierror:
        return ProbeLook("unknown", f"{what}: the name is not found")
    except ConnectionRefusedError:
        return ProbeLook("down", f"{what}: connection refused")
    except OSError as error:
        return ProbeLook("down", f"{what}: no greeting ({error.strerror or 'not in time'})")
    if greeting.startswith(b"220"):
        return ProbeLook("up", f"{what} greets", took_s)
    if greeting[:1] == b"4":
        return ProbeLook("down", f"{what} takes nothing now: {_short(greeting)}", took_s)
    if greeting.startswith(b"5"):
        return ProbeLook("unknown", f"{what} refuses us: {_short(greeting)}", took_s)
    return ProbeLook("down", f"{what} does not greet as one: {_short(greeting)}", took_s)


def _short(greeting: bytes) -> str:
    return " ".join(greeting.decode("ascii", "replace").split())[:100] or "nothing"
