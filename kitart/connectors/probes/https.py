"""A web page: its status, a text in it, and how long its certificate lasts."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from kitart.clock import monotonic_s, real_now
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, TlsFailed, Unreachable
from kitart.connectors.probes.look import LIMIT_S, ProbeLook, State
from kitart.plan.probes import HttpsProbe

REFUSES_US = frozenset({401, 403, 407, 408, 425, 429})
"""It answers, and not to us: that proves nothing about those who use it."""
ANY_STATUS = range(100, 600)


def look(probe: HttpsProbe, *, ca_file: Path | None = None) -> ProbeLook:
    """Read the page once, without following where it sends us."""
    client = HttpClient(
        probe.url, ca_file=ca_file, timeout_s=(3.05, 4.0), total_s=LIMIT_S - 1, name="page"
    )
    began_s = monotonic_s()
    try:
        response = client.request(
            "GET", probe.url, headers={"Accept": "*/*"}, expected=ANY_STATUS
        )  # fmt: skip
    except TlsFailed as error:
        return ProbeLook("unknown", error.message)
    except Unreachable as error:
        return ProbeLook("down", error.message)
    except ConnectorError as error:
        return ProbeLook("unknown", error.message)
    finally:
        client.close()
    took_s = monotonic_s() - began_s
    status = response.status_code
    if status not in probe.status:
        state: State = "unknown" if status in REFUSES_US else "down"
        wanted = ", ".join(map(str, probe.status))
        return ProbeLook(state, f"the page answers {status}, right would be {wanted}", took_s)
    if probe.text is not None and probe.text not in response.text:
        return ProbeLook("down", f"the page answers, but without the text {probe.text!r}", took_s)
    return ProbeLook("up", f"the page answers {status}{_certificate(probe, ca_file)}", took_s)


def _certificate(probe: HttpsProbe, ca_file: Path | None) -> str:
    """A word about a certificate that ends soon; nothing where it can't be read just now."""
    if probe.certificate_days is None:
        return ""
    parts = urlsplit(probe.url)
    host = parts.hostname or ""
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
        with (
            socket.create_connection((host, parts.port or 443), timeout=3.0) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {})["notAfter"])
    except (OSError, KeyError, ValueError):
        return "; how long its certificate lasts could not be read"
    left = timedelta(seconds=ssl.cert_time_to_seconds(ends) - real_now().timestamp())
    if left >= timedelta(days=probe.certificate_days):
        return ""
    return f"; its certificate ends in {max(0, left.days)} days"
