"""How stand-ins and sandbox people call the gateway: on loopback, so by no proxy."""

from __future__ import annotations

from typing import Any

import requests


def call(
    method: str, url: str, *, timeout_s: float, follow: bool = False, **options: Any
) -> requests.Response:
    """One request with a time limit, in seconds, on a connection of its own.

    ``follow`` follows redirects, as a browser does. Raises ``requests.RequestException``.
    """
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=timeout_s, allow_redirects=follow, **options)
