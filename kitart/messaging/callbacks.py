"""The addresses that the SMS gateway calls us back at, each for one message."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from kitart.journal.messages import Outgoing
from kitart.messaging import links
from kitart.settings import Settings

STATUS, SMS = "/twilio/status", "/twilio/sms"


def status_address(settings: Settings, key: str) -> str:
    """Where the provider reports what became of a message.

    Our own key is in it: the report may be faster than the answer that names the provider's.
    """
    return f"{settings.gateway_url}{STATUS}?{urlencode({'message': key})}"


def call_page(settings: Settings, message: Outgoing, now: datetime) -> str:
    """Where the provider asks what to say in a call that carries a message."""
    return links.new(settings, "call", message.key, message.recipient, now=now)
