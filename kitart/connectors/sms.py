"""SMS through Twilio, or a gateway that speaks as Twilio does.

Twilio knows no key of ours: a repeat after a lost answer is a second SMS. So the error says when
it is not known whether the message went out, and the caller's text says "repeat" (D7).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import HttpClient, ServiceRefused, Unreachable, json_body
from kitart.settings import SmsSettings

KEY_HEADER = "X-Kitart-Key"
INVALID_NUMBER = "21211"
REASONS = {
    "20003": "the gateway refuses our account or token",
    "21210": "the number that calls come from is not ours",
    "21211": "the number is not valid",
    "21215": "the gateway may not call this country",
    "21408": "the gateway may not send to this country",
    "21610": "the person has unsubscribed from our messages",
    "21612": "the gateway can't reach this number from our sender",
    "21614": "the number is not a mobile number",
    "30003": "the phone can't be reached",
    "30004": "the phone takes no messages",
    "30005": "the number is not known, or no longer in use",
    "30006": "the number is a landline, or its operator can't be reached",
    "30007": "the operator took it for spam",
    "30008": "the operator gave no reason",
}
"""What the provider's codes mean to us, in place of its own longer words."""


@dataclass(frozen=True)
class SmsAccepted:
    """The gateway took the message; delivered is another word (it comes by callback)."""

    provider_id: str
    status: str = "queued"


@dataclass(frozen=True)
class SmsAccount:
    """What the gateway says of our account: ``active`` and ``Full`` where it may send to all."""

    status: str
    kind: str


class SmsGateway:
    """One account at a Twilio-compatible gateway, over kept-alive connections; thread-safe."""

    def __init__(
        self, settings: SmsSettings, *, timeout_s: tuple[float, float] = (3.05, 10.0)
    ) -> None:
        self._sender = settings.sender
        self._path = f"/2010-04-01/Accounts/{settings.account}/Messages.json"
        self._http = HttpClient(
            settings.base_url,
            ca_file=settings.ca_file,
            auth=(settings.account, settings.token.get_secret_value()),
            timeout_s=timeout_s,
            name="SMS gateway",
        )

    def send(
        self, to: str, text: str, *, message_key: str, status_callback: str | None = None
    ) -> SmsAccepted:
        """Hand over one message to ``to`` (E.164, ``+36…``); returns when it is accepted (E43).

        ``status_callback`` is the address told about delivery. Raises ``ConnectorError``:
        permanent for a number or account that is refused, passing for 429, 5xx and no answer.
        """
        form = {"To": to, "From": self._sender, "Body": text}
        if status_callback:
            form["StatusCallback"] = status_callback
        try:
            response = self._http.request(
                "POST",
                self._path,
                data=form,
                headers={KEY_HEADER: message_key},
                expected=(200, 201),
            )
        except ServiceRefused as refused:
            raise explained(refused, to) from None
        except Unreachable as unreachable:
            raise Unreachable(
                f"{unreachable.message}; it is not known whether the message was accepted",
                may_have_gone=unreachable.may_have_gone,
            ) from unreachable
        return accepted_of(json_body(response))

    def account(self) -> SmsAccount:
        """Our account at the gateway; sends nothing. Raises ``ConnectorError`` as ``send`` does."""
        path = self._path.removesuffix("/Messages.json") + ".json"
        try:
            body = json_body(self._http.request("GET", path))
        except ServiceRefused as refused:
            raise explained(refused, "") from None
        if not isinstance(body, dict):
            raise ConnectorError("SMS gateway: the answer about our account is not an object")
        return SmsAccount(str(body.get("status", "")), str(body.get("type", "")))

    def rest_s(self) -> float:
        """Seconds for which the gateway still wants to be left alone; 0 for none."""
        return self._http.rest_s()

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()


def accepted_of(body: Any) -> SmsAccepted:
    """What the gateway's answer says of what it took; ``ConnectorError`` where it names nothing."""
    if not isinstance(body, dict) or not body.get("sid"):
        raise ConnectorError("SMS gateway: the answer has no message identifier (sid)")
    return SmsAccepted(str(body["sid"]), str(body.get("status", "queued")))


def explained(refused: ServiceRefused, to: str) -> ServiceRefused:
    """The same refusal in words that say what to do, without the person's number in them."""
    reason = REASONS.get(refused.code)
    message = f"SMS gateway: {reason} (code {refused.code})" if reason else refused.message
    return ServiceRefused(
        message.replace(to, "the number") if to else message,
        status=refused.status,
        code=refused.code,
        permanent=refused.permanent,
        retry_after_s=refused.retry_after_s,
    )
