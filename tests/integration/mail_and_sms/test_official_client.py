"""The provider's own client library finds in the stand-in what it finds at the provider."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client


def client(sms: Any, token: str = "") -> Client:
    made = Client(sms.state.account, token or sms.state.token)
    made.api.base_url = sms.url
    return made


def test_the_official_client_sends_a_message(sms: Any) -> None:
    sent = client(sms).messages.create(to="+36301234567", from_="+3670000000", body="Szia, ő az")
    assert (sent.status, sent.to, sent.body) == ("queued", "+36301234567", "Szia, ő az")
    assert sent.sid == sms.state.sent[0].sid


def test_the_official_client_reads_our_refusals(sms: Any) -> None:
    with pytest.raises(TwilioRestException) as caught:
        client(sms).messages.create(to="0630", from_="+3670000000", body="x")
    assert (caught.value.status, caught.value.code) == (400, 21211)
    with pytest.raises(TwilioRestException) as caught:
        client(sms, "wrong").messages.create(to="+36301234567", from_="+3670000000", body="x")
    assert caught.value.code == 20003


def test_the_official_client_places_a_call(sms: Any) -> None:
    placed = client(sms).calls.create(
        to="+36301234567", from_="+3670000000", url="http://127.0.0.1:9/page"
    )
    assert (placed.sid, placed.status) == (sms.state.calls[0].sid, "queued")
