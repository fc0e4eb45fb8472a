"""Phone calls through Twilio, or a gateway that speaks as Twilio does.

The gateway rings the number and asks us at ``page`` what to say. A call that is picked up is no
contact: a machine may have done it. Only a pressed key is, and that comes to our page.
"""

from __future__ import annotations

from kitart.connectors.http import HttpClient, ServiceRefused, Unreachable, json_body
from kitart.connectors.sms import SmsAccepted, accepted_of, explained
from kitart.settings import SmsSettings

RING_S = 25
"""How long it rings: most answering machines take over later."""


class CallGateway:
    """One account at a Twilio-compatible gateway, over kept-alive connections; thread-safe."""

    def __init__(
        self, settings: SmsSettings, *, timeout_s: tuple[float, float] = (3.05, 10.0)
    ) -> None:
        self._caller = settings.caller
        self._path = f"/2010-04-01/Accounts/{settings.account}/Calls.json"
        self._http = HttpClient(
            settings.base_url,
            ca_file=settings.ca_file,
            auth=(settings.account, settings.token.get_secret_value()),
            timeout_s=timeout_s,
            name="Call gateway",
        )

    def call(self, to: str, page: str, *, status_callback: str) -> SmsAccepted:
        """Have ``to`` (E.164) called, saying what ``page`` says; returns when that is accepted.

        Raises ``ConnectorError``: permanent for a number or account that is refused, passing for
        429, 5xx and no answer (E24).
        """
        form = {
            "To": to,
            "From": self._caller,
            "Url": page,
            "Method": "POST",
            "StatusCallback": status_callback,
            "StatusCallbackMethod": "POST",
            "Timeout": str(RING_S),
        }
        try:
            response = self._http.request("POST", self._path, data=form, expected=(200, 201))
        except ServiceRefused as refused:
            raise explained(refused, to) from None
        except Unreachable as unreachable:
            raise Unreachable(
                f"{unreachable.message}; it is not known whether the call was placed",
                may_have_gone=unreachable.may_have_gone,
            ) from unreachable
        return accepted_of(json_body(response))

    def rest_s(self) -> float:
        """Seconds for which the gateway still wants to be left alone; 0 for none."""
        return self._http.rest_s()

    def close(self) -> None:
        """Close the kept connections."""
        self._http.close()
