"""What a maker announces on its Statuspage (``status.json``); it can lag behind what is true."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, json_body

State = Literal["up", "degraded", "down", "unknown"]
INDICATORS: dict[str, State] = {
    "none": "up", "minor": "degraded", "major": "down", "critical": "down",
    "maintenance": "degraded",
}  # fmt: skip


def announced(url: str, *, ca_file: Path | None = None) -> tuple[State, str]:
    """The page's state and what it says; unknown, with the reason, if it can't be read."""
    client = HttpClient(url, ca_file=ca_file, timeout_s=(3.05, 4.0), total_s=7.0, name="Statuspage")
    try:
        body = json_body(client.request("GET", url))
    except ConnectorError as error:
        return "unknown", f"the maker's page can't be read: {error.message}"
    finally:
        client.close()
    status = body.get("status") if isinstance(body, dict) else None
    if not isinstance(status, dict):
        return "unknown", "the maker's page has no status in it"
    word = str(status.get("indicator") or "")
    said = " ".join(str(status.get("description") or "no words").split())[:200]
    return INDICATORS.get(word.lower(), "unknown"), f"the maker's page says {word or '?'}: {said}"
