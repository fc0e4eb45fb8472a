"""Whether VCC is up, down or unknown to us (E41)."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests

from kitart.connectors.errors import ConnectorError
from kitart.connectors.http import host_pauses
from kitart.connectors.vcc_live import VccLive
from kitart.settings import VccSettings


@pytest.mark.covers("R43", "E41")
def test_a_platform_that_answers_is_up_with_its_agents_counted(vcc: Any) -> None:
    vcc.state.put_agents(["AG-004"], None)
    health = vcc.client().health()
    assert (health.state, health.agents_online) == ("up", 3)
    assert health.detail == "VCC Live answers; 3 agents are logged in"
    assert 0 < health.latency_s < 2


@pytest.mark.covers("E41")
def test_an_outage_switched_from_outside_is_seen_as_down_and_its_end_as_up(vcc: Any) -> None:
    client = vcc.client()
    control = f"{vcc.server.url}/sandbox/outage"
    requests.put(control, json={"mode": "down"}, verify=vcc.ca_file, timeout=5).raise_for_status()
    health = client.health()
    assert (health.state, health.agents_online) == ("down", None)
    assert "503" in health.detail

    assert client.health().state == "down", "while told to wait, nothing better is known"

    requests.put(control, json={"mode": "up"}, verify=vcc.ca_file, timeout=5).raise_for_status()
    host_pauses.forget()
    assert client.health().state == "up"


@pytest.mark.covers("E41")
def test_a_server_error_with_errors_in_the_body_is_down(vcc: Any) -> None:
    vcc.state.outage = "errors"
    assert vcc.client().health().state == "down"


@pytest.mark.covers("E41")
def test_silence_beyond_the_time_limit_is_down(vcc: Any) -> None:
    vcc.faults.set("/v2/*", "delay", seconds=2)
    health = vcc.client(timeout_s=0.2).health()
    assert health.state == "down"
    assert "no answer in time" in health.detail
    assert health.latency_s < 1.5


@pytest.mark.covers("E41")
@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_broken_connection_is_down(vcc: Any, kind: str) -> None:
    vcc.faults.set("/v2/*", kind)
    assert vcc.client().health().state == "down"


@pytest.mark.covers("E41")
def test_a_refused_connection_is_down(vcc: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    health = VccLive(VccSettings(base_url=f"http://127.0.0.1:{port}"), vcc.modes).health()
    assert (health.state, "connection refused" in health.detail) == ("down", True)


@pytest.mark.covers("E41")
def test_a_wrong_token_is_unknown_and_says_that_our_access_is_refused(vcc: Any) -> None:
    health = vcc.client(password="old").health()
    assert health.state == "unknown"
    assert "our access is refused (401)" in health.detail


@pytest.mark.covers("E41")
def test_an_unregistered_address_is_unknown(vcc: Any) -> None:
    vcc.state.access_refused = True
    health = vcc.client().health()
    assert health.state == "unknown"
    assert "(403)" in health.detail


@pytest.mark.covers("E41")
def test_too_many_requests_is_unknown_also_while_we_wait(vcc: Any) -> None:
    vcc.faults.set("/v2/*", "throttle", retry_after=30, times=1)
    client = vcc.client()
    assert [client.health().state, client.health().state] == ["unknown", "unknown"]
    assert "wait" in client.health().detail


@pytest.mark.covers("E41")
@pytest.mark.parametrize(
    "body",
    ["<html>sign in</html>", {"a": 1}, [], {"response": "x", "errors": []}, {"response": [1]}],
)
def test_an_answer_that_can_not_be_read_is_unknown(vcc: Any, body: Any) -> None:
    vcc.faults.set("/v2/*", "status", status=200, body=body)
    assert vcc.client().health().state == "unknown"


@pytest.mark.covers("E41")
def test_errors_beside_the_data_are_not_taken_for_up(vcc: Any) -> None:
    vcc.state.errors_with_data = True
    health = vcc.client().health()
    assert health.state == "unknown"
    assert "error.missing_arguments" in health.detail


@pytest.mark.covers("E41")
def test_an_untrusted_certificate_is_unknown(vcc: Any) -> None:
    client = VccLive(VccSettings(base_url=vcc.server.url, user="kitart"), vcc.modes)
    assert client.health().state == "unknown"
    with pytest.raises(ConnectorError, match="certificate"):
        client.agents()
