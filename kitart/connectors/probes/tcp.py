"""A port that takes connections."""

from __future__ import annotations

import socket

from kitart.clock import monotonic_s
from kitart.connectors.probes.look import ProbeLook
from kitart.plan.probes import TcpProbe

CONNECT_S = 3.0


def look(probe: TcpProbe) -> ProbeLook:
    """Connect and hang up."""
    what = f"port {probe.port} of {probe.host}"
    began_s = monotonic_s()
    try:
        socket.create_connection((probe.host, probe.port), timeout=CONNECT_S).close()
    except socket.gaierror:
        # Nobody told us where it is: that is the name service's answer, not the system's.
        return ProbeLook("unknown", f"{what}: the name is not found")
    except ConnectionRefusedError:
        return ProbeLook("down", f"{what}: connection refused")
    except OSError as error:
        return ProbeLook("down", f"{what}: no connection ({error.strerror or 'not in time'})")
    return ProbeLook("up", f"{what} answers", monotonic_s() - began_s)
