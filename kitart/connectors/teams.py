"""Teams, by a workflow that takes a card at an https address ("When a Teams webhook request is
received") and posts it into a chat.

The address is a secret: who has it can post there. So it stands in no error and no log, and only
the settings hold it, under the name that the plan uses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, ServiceRefused, Unreachable
from kitart.connectors.quiet_logs import keep_addresses_out_of_logs
from kitart.settings import ChatSettings

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
LARGEST_BYTES = 28 * 1024
RUN_HEADER = "x-ms-workflow-run-id"
REASONS = {
    400: "the workflow does not take the card",
    401: "the address is not accepted: its signature is wrong, or was renewed",
    403: "the address is not accepted: its signature is wrong, or was renewed",
    404: "there is no such workflow, or it is turned off",
    410: "there is no such workflow any more",
    413: "the card is too large",
    429: "too many cards at once",
}


class TeamsWorkflows:
    """The workflows in the settings, by name; thread-safe. Makes no call until one is used."""

    def __init__(
        self, settings: ChatSettings, *, timeout_s: tuple[float, float] = (3.05, 10.0)
    ) -> None:
        keep_addresses_out_of_logs()
        self._addresses = settings.teams
        self._http = HttpClient(
            "",
            ca_file=settings.ca_file,
            timeout_s=timeout_s,
            name="Teams",
            secret_addresses=True,
        )

    def post(self, name: str, card: Mapping[str, Any]) -> str:
        """Hand a card to the workflow of that name; the number of the workflow's run, or ''.

        Accepted means that the workflow begins, no more: Teams may still refuse the card (A14).
        Raises ``ConnectorError``: permanent for a name or address that is none and for a card that
        is refused, passing for 429, 5xx and no answer.
        """
        url = self._address(name)
        message = _message(card)
        if len(json.dumps(message).encode()) > LARGEST_BYTES:
            raise ConnectorError(
                f"Teams: the card is larger than {LARGEST_BYTES // 1024} KB", permanent=True
            )
        try:
            response = self._http.request("POST", url, json=message, expected=(200, 202))
        except ServiceRefused as refused:
            raise _explained(refused) from None
        except Unreachable as unreachable:
            raise Unreachable(
                f"{unreachable.message}; it is not known whether the card was accepted",
                may_have_gone=unreachable.may_have_gone,
            ) from None
        return response.headers.get(RUN_HEADER, "")

    def reach(self, name: str) -> None:
        """Reach the host of that workflow over TLS; the workflow itself is not called.

        Raises ``ConnectorError`` as ``post`` does. Whatever the host says is an answer.
        """
        parts = urlsplit(self._address(name))
        try:
            self._http.request("GET", f"https://{parts.netloc}/")
        except ServiceRefused:
            return

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()

    def _address(self, name: str) -> str:
        secret = self._addresses.get(name)
        if secret is None:
            raise ConnectorError(
                f"Teams: KITART_CHAT__TEAMS has no address for {name!r}", permanent=True
            )
        url = secret.get_secret_value().strip()
        if not is_workflow_address(url):
            raise ConnectorError(
                f"Teams: what KITART_CHAT__TEAMS has for {name!r} is not the https address of a "
                "workflow",
                permanent=True,
            )
        return url


def is_workflow_address(url: str) -> bool:
    """Whether a workflow could be behind that address: https, with a host and a path."""
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and len(parts.path) > 1
    except ValueError:
        return False


def _message(card: Mapping[str, Any]) -> dict[str, Any]:
    attachment = {"contentType": CARD_TYPE, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _explained(refused: ServiceRefused) -> ServiceRefused:
    """The same refusal in our words: the service's own name the workflow."""
    reason = REASONS.get(refused.status, "it is not taken")
    code = f", {refused.code}" if re.fullmatch(r"[A-Za-z]{1,60}", refused.code) else ""
    return ServiceRefused(
        f"Teams: {reason} ({refused.status}{code})",
        status=refused.status,
        code=refused.code,
        permanent=refused.permanent,
        retry_after_s=refused.retry_after_s,
    )
