"""What an address alone tells."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def in_the_clear(url: str) -> bool:
    """Whether a password sent there could be read on the way: no TLS, and not this machine."""
    return urlsplit(url).scheme != "https" and not on_this_machine(url)


def on_this_machine(url: str) -> bool:
    """Whether the address is this machine's own loopback."""
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_a_private_network(url: str) -> bool:
    """Whether the address is one that phones outside the house never reach."""
    try:
        return ipaddress.ip_address(_host(url)).is_private
    except ValueError:
        return False


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
