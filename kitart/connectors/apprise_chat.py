"""Any other chat, by an Apprise address: one way, so that it never counts as contact (A14).

The address is a secret, as with Teams: it stands in no error and no log. Apprise says of a message
only whether the other side took it; it has no limit for the whole, so it is given one here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kitart.connectors.errors import ConnectorError
from kitart.connectors.quiet_logs import keep_addresses_out_of_logs
from kitart.settings import ChatSettings

LIMIT_S = 10.0
OF_MICROSOFT = ("workflow", "workflows", "msteams")


@dataclass(frozen=True)
class ChatService:
    """What Apprise makes of an address: the service's name, and what speaks against it."""

    name: str
    in_the_clear: bool
    of_microsoft: bool


class AppriseChats:
    """The Apprise addresses in the settings, by name; thread-safe."""

    def __init__(self, settings: ChatSettings, *, limit_s: float = LIMIT_S) -> None:
        keep_addresses_out_of_logs()
        self._addresses = settings.apprise
        self._limit_s = limit_s

    def send(self, name: str, text: str, *, title: str = "") -> None:
        """Hand a text to the chat of that name; returns when the other side took it.

        Raises ``ConnectorError``: permanent for a name or address that is none, passing for all
        else, since Apprise does not say why.
        """
        chat = self._chat(name)
        taken = self._within_limit(lambda: chat.notify(body=text, title=title))
        if not taken:
            raise ConnectorError(f"chat: the message for {name!r} was not accepted")

    def about(self, name: str) -> ChatService:
        """What Apprise makes of the address of that name; makes no call.

        Raises ``ConnectorError`` as ``send`` does.
        """
        service = self._chat(name)[0]
        scheme = urlsplit(self._address(name)).scheme.lower()
        return ChatService(
            name=str(service.service_name),
            in_the_clear=scheme in _several(service.protocol),
            of_microsoft=scheme in OF_MICROSOFT,
        )

    def _address(self, name: str) -> str:
        secret = self._addresses.get(name)
        if secret is None:
            raise ConnectorError(
                f"chat: KITART_CHAT__APPRISE has no address for {name!r}", permanent=True
            )
        return secret.get_secret_value().strip()

    def _chat(self, name: str) -> Any:
        import apprise  # a quarter of a second, and few installations need it

        # One after the other and nothing kept on disk: the limit is ours.
        chat = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False))
        if not chat.add(self._address(name)) or len(chat) != 1:
            raise ConnectorError(
                f"chat: what KITART_CHAT__APPRISE has for {name!r} is not one address that Apprise "
                "knows",
                permanent=True,
            )
        return chat

    def _within_limit(self, work: Callable[[], Any]) -> bool:
        """Whether ``work`` came out true; a thread that hangs is left behind."""
        found: list[bool] = []
        broke: list[str] = []

        def run() -> None:
            try:
                found.append(bool(work()))
            except Exception as error:  # a plugin's own trouble; its text may hold the address
                broke.append(type(error).__name__)

        thread = threading.Thread(target=run, name="chat", daemon=True)
        thread.start()
        thread.join(self._limit_s)
        if broke:
            raise ConnectorError(f"chat: Apprise could not send it ({broke[0]})")
        if not found:
            raise ConnectorError(
                f"chat: no answer in {self._limit_s:g} s; it is not known whether the message was "
                "accepted",
                may_have_gone=True,
            )
        return found[0]


def _several(schemes: Any) -> tuple[str, ...]:
    """One scheme, several, or none, as Apprise's plugins name theirs."""
    if not schemes:
        return ()
    return (schemes,) if isinstance(schemes, str) else tuple(schemes)
