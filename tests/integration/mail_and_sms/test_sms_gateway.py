"""SMS by a Twilio-compatible gateway (E43)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from fastapi import FastAPI, Request
from pydantic import SecretStr

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.sms import SmsGateway
from kitart.settings import SmsSettings
from sandbox.faults import Faults
from sandbox.server import SandboxServer
from sandbox.sms import sms_app
from sandbox.sms_state import SmsState

TO = "+36301234567"


@pytest.fixture
def listener(sms: Any) -> Iterator[dict[str, Any]]:
    """Our side of the gateway's callbacks: what it was told, with its signature checked."""
    told: dict[str, Any] = {"forms": [], "url": ""}
    app = FastAPI()

    @app.post("/told")
    async def take(request: Request) -> dict[str, str]:
        form = {name: str(value) for name, value in (await request.form()).items()}
        signed = request.headers["x-twilio-signature"] == sms.state.signature(told["url"], form)
        told["forms"].append({**form, "signed": signed})
        return {}

    with SandboxServer(app) as server:
        told["url"] = f"{server.url}/told"
        yield told


def eventually(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "did not happen in 5 s"
        time.sleep(0.01)


def test_a_message_is_accepted_and_seen_from_outside_with_our_key(sms: Any) -> None:
    text = "KITART: VCC nem érhető el. Válasz: http://127.0.0.1/q/1?a=1&b=2"
    accepted = sms.gateway.send(TO, text, message_key="INC-1/ask/ERT-1/sms/1")
    assert (accepted.provider_id[:2], len(accepted.provider_id), accepted.status) == (
        "SM",
        34,
        "queued",
    )
    (shown,) = requests.get(f"{sms.url}/sandbox/sms", timeout=5).json()
    assert (shown["to"], shown["from"], shown["body"]) == (TO, "+3670000000", text)
    assert (shown["sid"], shown["message_key"]) == (accepted.provider_id, "INC-1/ask/ERT-1/sms/1")
    assert shown["at"].endswith("+00:00")
    (letter,) = sms.state.letters()
    assert (letter.id, letter.to, letter.body_text) == (accepted.provider_id, TO, text)


def test_one_kept_connection_carries_many_messages_quickly() -> None:
    state, ports = SmsState(), []
    app = sms_app(state, Faults())

    async def noting(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            ports.append(scope["client"][1])
        await app(scope, receive, send)

    with SandboxServer(noting) as server:
        settings = SmsSettings(
            base_url=server.url, account=state.account, token=SecretStr(state.token), sender="+3670"
        )
        gateway = SmsGateway(settings)
        began = time.perf_counter()
        for number in range(20):
            gateway.send(TO, "next", message_key=f"k{number}")
        took_s = time.perf_counter() - began
        gateway.close()
    assert (len(ports), len(set(ports))) == (20, 1)
    assert took_s < 2.0


@pytest.mark.parametrize("to", ["0630", "+36 30 123", "nobody"])
def test_an_invalid_number_is_permanent_and_not_repeated_in_the_words(sms: Any, to: str) -> None:
    with pytest.raises(ConnectorError, match=r"the number is not valid \(code 21211\)") as caught:
        sms.gateway.send(to, "text", message_key="k")
    assert caught.value.permanent
    assert to not in caught.value.message
    assert sms.state.sent == []


def test_a_number_that_unsubscribed_is_permanent(sms: Any) -> None:
    fault = {"status": 400, "code": 21610, "message": "Attempt to send to unsubscribed recipient"}
    requests.put(f"{sms.url}/sandbox/sms/numbers/{TO}", json=fault, timeout=5).raise_for_status()
    with pytest.raises(ConnectorError, match="unsubscribed from our messages") as caught:
        sms.gateway.send(TO, "text", message_key="k")
    assert caught.value.permanent
    sms.gateway.send("+36307654321", "others still get theirs", message_key="k")
    requests.delete(f"{sms.url}/sandbox/sms/numbers/{TO}", timeout=5).raise_for_status()
    sms.gateway.send(TO, "text", message_key="k")
    assert [message.to for message in sms.state.sent] == ["+36307654321", TO]


def test_a_fault_of_one_number_can_pass_after_a_while(sms: Any) -> None:
    fault = {"status": 500, "code": 20500, "message": "Internal", "times": 1}
    requests.put(f"{sms.url}/sandbox/sms/numbers/{TO}", json=fault, timeout=5).raise_for_status()
    with pytest.raises(ConnectorError) as caught:
        sms.gateway.send(TO, "text", message_key="k")
    assert not caught.value.permanent
    assert sms.gateway.send(TO, "text", message_key="k").provider_id


def test_a_refused_token_is_permanent_and_the_token_is_not_in_the_words(sms: Any) -> None:
    settings = sms.settings.model_copy(update={"token": SecretStr("wrong-token")})
    with pytest.raises(ConnectorError, match="refuses our account or token") as caught:
        SmsGateway(settings).send(TO, "text", message_key="k")
    assert caught.value.permanent
    assert "wrong-token" not in caught.value.message


def test_too_many_requests_may_pass_and_say_when(sms: Any) -> None:
    sms.faults.set("POST *", "throttle", retry_after=7)
    with pytest.raises(ConnectorError) as caught:
        sms.gateway.send(TO, "text", message_key="k")
    assert (caught.value.permanent, caught.value.retry_after_s) == (False, 7.0)


@pytest.mark.parametrize("kind", ["unavailable", "status"])
def test_a_server_error_may_pass(sms: Any, kind: str) -> None:
    sms.faults.set("POST *", kind, times=1)
    with pytest.raises(ConnectorError) as caught:
        sms.gateway.send(TO, "text", message_key="k")
    assert not caught.value.permanent
    host_pauses.forget()
    assert sms.gateway.send(TO, "text", message_key="k").provider_id


@pytest.mark.covers("D7")
def test_a_lost_answer_says_that_it_is_not_known_whether_the_message_went_out(sms: Any) -> None:
    sms.faults.set("POST *", "lost_answer", times=1)
    with pytest.raises(ConnectorError, match="not known whether the message was accepted") as c:
        sms.gateway.send(TO, "text", message_key="k")
    assert not c.value.permanent
    assert [message.message_key for message in sms.state.sent] == ["k"]


def test_silence_ends_at_the_time_limit(sms: Any) -> None:
    sms.faults.set("POST *", "delay", seconds=3)
    began = time.perf_counter()
    with pytest.raises(ConnectorError, match="no answer in time") as caught:
        sms.gateway.send(TO, "text", message_key="k")
    assert time.perf_counter() - began < 2.5
    assert not caught.value.permanent


def test_a_gateway_that_is_away_may_come_back(sms: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        away = f"http://127.0.0.1:{closed.getsockname()[1]}"
    settings = sms.settings.model_copy(update={"base_url": away})
    with pytest.raises(ConnectorError, match="connection refused") as caught:
        SmsGateway(settings).send(TO, "text", message_key="k")
    assert not caught.value.permanent


@pytest.mark.parametrize("body", ["<html>sign in</html>", {"sid": ""}, []])
def test_an_answer_without_an_identifier_does_not_count_as_accepted(sms: Any, body: Any) -> None:
    sms.faults.set("POST *", "status", status=201, body=body)
    with pytest.raises(ConnectorError):
        sms.gateway.send(TO, "text", message_key="k")


@pytest.mark.parametrize(("delivery", "last"), [("delivered", "delivered"), ("failed", "failed")])
def test_delivery_is_told_to_the_callback_and_signed(
    sms: Any, listener: dict[str, Any], delivery: str, last: str
) -> None:
    requests.put(
        f"{sms.url}/sandbox/sms/numbers/{TO}", json={"delivery": delivery}, timeout=5
    ).raise_for_status()
    accepted = sms.gateway.send(TO, "text", message_key="k", status_callback=listener["url"])
    eventually(lambda: len(listener["forms"]) == 2)
    assert [form["MessageStatus"] for form in listener["forms"]] == ["sent", last]
    assert {form["MessageSid"] for form in listener["forms"]} == {accepted.provider_id}
    assert all(form["signed"] for form in listener["forms"])


def test_delivery_may_be_reported_long_after_the_answer(sms: Any, listener: dict[str, Any]) -> None:
    late = requests.put(f"{sms.url}/sandbox/sms/reporting", json={"after_s": 1}, timeout=5)
    late.raise_for_status()
    sms.gateway.send(TO, "text", message_key="k", status_callback=listener["url"])
    time.sleep(0.5)
    assert listener["forms"] == []
    eventually(lambda: len(listener["forms"]) == 2)


def test_a_reply_reaches_our_webhook_signed(sms: Any, listener: dict[str, Any]) -> None:
    reply = {"from": TO, "to": "+3670000000", "body": "1"}
    nobody = requests.post(f"{sms.url}/sandbox/sms/inbound", json=reply, timeout=5)
    assert nobody.status_code == 409
    sms.state.inbound_url = listener["url"]
    requests.post(f"{sms.url}/sandbox/sms/inbound", json=reply, timeout=5).raise_for_status()
    (form,) = listener["forms"]
    assert (form["From"], form["Body"], form["signed"]) == (TO, "1", True)


def test_the_stand_in_refuses_what_the_provider_refuses(sms: Any) -> None:
    url = f"{sms.url}/2010-04-01/Accounts/{sms.state.account}/Messages.json"
    auth = (sms.state.account, sms.state.token)
    form = {"To": TO, "From": "+3670000000", "Body": "x"}

    def code(**change: str) -> int:
        answer = requests.post(url, data={**form, **change}, auth=auth, timeout=5)
        assert answer.status_code == 400
        return int(answer.json()["code"])

    assert (code(To=""), code(From=""), code(Body=""), code(Body="x" * 1601)) == (
        21604,
        21603,
        21602,
        21617,
    )
    assert requests.post(url, data=form, timeout=5).json()["code"] == 20003
