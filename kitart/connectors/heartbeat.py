"""The sign of life to a service outside, which calls the operator when it stays away."""

from __future__ import annotations

from kitart.connectors.http import HttpClient
from kitart.settings import HeartbeatSettings

ANY_2XX = range(200, 300)


def beat(settings: HeartbeatSettings) -> None:
    """Send one; raises ``ConnectorError``, never with the address, which is a secret as a whole."""
    url = settings.url.get_secret_value()
    client = HttpClient(
        url, ca_file=settings.ca_file, timeout_s=(3.05, settings.timeout_s),
        total_s=settings.timeout_s, name="heartbeat", secret_addresses=True,
    )  # fmt: skip
    try:
        client.request(settings.method.upper(), url, expected=ANY_2XX)
    finally:
        client.close()
