"""Our own gateway, as a phone that opens a link reaches it: at its public address."""

from __future__ import annotations

from pathlib import Path

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, json_body

NAME = "the gateway's address"


def version_at(
    url: str, *, ca_file: Path | None = None, timeout_s: tuple[float, float] = (3.05, 5.0)
) -> str:
    """The version of the Kitart that answers at ``url``.

    Raises ``ConnectorError`` when nobody answers, somebody else does, or it has no journal.
    """
    client = HttpClient(url, ca_file=ca_file, timeout_s=timeout_s, name=NAME)
    try:
        alive = json_body(client.request("GET", "/healthz"))
        version = alive.get("version") if isinstance(alive, dict) else None
        if not isinstance(version, str):
            raise ConnectorError(f"{NAME}: somebody answers, but not as Kitart's gateway does")
        ready = json_body(client.request("GET", "/readyz", expected=(200, 503)))
    finally:
        client.close()
    if not isinstance(ready, dict) or ready.get("status") != "ready":
        why = ready.get("why", "no reason given") if isinstance(ready, dict) else "no reason given"
        raise ConnectorError(f"{NAME}: the gateway answers but is not ready: {why}")
    return version
