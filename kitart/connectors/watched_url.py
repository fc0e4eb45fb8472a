"""When something at an address was last changed, asked without fetching it (R6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from kitart.clock import as_utc
from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, ServiceRefused

NOT_THERE = frozenset({404, 410})


@dataclass(frozen=True)
class UrlStamp:
    """Its last change (UTC), where the server says it; its version, empty where it names none."""

    modified_at: datetime | None
    etag: str


class WatchedUrls:
    """Addresses on hosts that the settings allow, and no others: whoever edits the plan can't have
    us ask any machine of the network. Redirects are not followed; ``HttpClient`` has the limits."""

    def __init__(self, hosts: Collection[str], ca_file: Path | None = None) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._ca_file = ca_file

    def stamp(self, url: str) -> UrlStamp | None:
        """What a HEAD says; ``None`` when nothing is there.

        Raises ``ConnectorError``: permanent for a host that is not allowed, or for an answer that
        says neither when it was changed nor which version it is.
        """
        host = (urlsplit(url).hostname or "").lower()
        if host not in self._hosts:
            raise ConnectorError(
                f"{host or url!r} is not among KITART_INPUT_HOSTS: not asked", permanent=True
            )
        client = HttpClient(url, ca_file=self._ca_file, name=host)
        try:
            answer = client.request("HEAD", url, headers={"Accept": "*/*"})
        except ServiceRefused as refusal:
            if refusal.status in NOT_THERE:
                return None
            raise
        finally:
            client.close()
        found = UrlStamp(
            _moment(answer.headers.get("Last-Modified", "")), answer.headers.get("ETag", "")
        )
        if found.modified_at is None and not found.etag:
            raise ConnectorError(
                f"{host} says neither Last-Modified nor ETag: a change can't be seen",
                permanent=True,
            )
        return found


def _moment(header: str) -> datetime | None:
    try:
        return as_utc(parsedate_to_datetime(header))
    except (TypeError, ValueError):
        return None
