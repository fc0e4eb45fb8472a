"""Each kind of probe against real sockets: up, down or can't tell, and never without an end."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kitart.clock import monotonic_s, sleep_s
from kitart.connectors import probes
from kitart.connectors.probes import dns, look, smtp
from kitart.plan.probes import DnsProbe, HttpsProbe, SmtpProbe, TcpProbe
from tasks.looking import all_at_once

pytestmark = pytest.mark.covers("R43")
Listening = Callable[[bytes | None], int]


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "up"), (500, "down"), (404, "down"), (301, "down"), (403, "unknown"), (429, "unknown")],
)
def test_a_page_must_answer_with_its_status(page: Any, status: int, state: str) -> None:
    page.status = status
    found = look(HttpsProbe(kind="https", url=page.url), ca_file=page.ca_file)
    assert found.state == state
    assert str(status) in found.detail
    assert found.latency_s is not None


def test_a_page_may_be_wanted_to_refuse(page: Any) -> None:
    page.status = 401
    wanted = HttpsProbe(kind="https", url=page.url, status=(401,))
    assert look(wanted, ca_file=page.ca_file).state == "up"


def test_a_page_without_its_text_is_down(page: Any) -> None:
    wanted = HttpsProbe(kind="https", url=page.url, text="All is well")
    assert look(wanted, ca_file=page.ca_file).state == "up"
    page.body = "<h1>We are sorry</h1>"
    found = look(wanted, ca_file=page.ca_file)
    assert (found.state, "All is well" in found.detail) == ("down", True)


def test_a_certificate_that_is_not_trusted_can_not_be_told(page: Any) -> None:
    assert look(HttpsProbe(kind="https", url=page.url)).state == "unknown"


def test_a_certificate_that_ends_soon_is_said_and_the_system_is_up(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = HttpsProbe(kind="https", url=page.url, certificate_days=30)
    assert look(wanted, ca_file=page.ca_file).detail == "the page answers 200"
    soon = "kitart.connectors.probes.https.ssl.cert_time_to_seconds"
    from kitart.clock import real_now

    monkeypatch.setattr(soon, lambda _: real_now().timestamp() + 5.5 * 86400)
    found = look(wanted, ca_file=page.ca_file)
    assert (found.state, found.detail) == (
        "up", "the page answers 200; its certificate ends in 5 days",
    )  # fmt: skip


def test_a_page_that_nobody_serves_is_down(page: Any, closed_port: int) -> None:
    found = look(HttpsProbe(kind="https", url=f"https://127.0.0.1:{closed_port}/"))
    assert (found.state, "refused" in found.detail) == ("down", True)


def test_a_port_answers_or_refuses(listening: Listening, closed_port: int) -> None:
    port = listening(None)
    assert look(TcpProbe(kind="tcp", host="127.0.0.1", port=port)).state == "up"
    found = look(TcpProbe(kind="tcp", host="127.0.0.1", port=closed_port))
    assert (found.state, "refused" in found.detail) == ("down", True)
    nowhere = look(TcpProbe(kind="tcp", host="no-such-host.invalid", port=443))
    assert nowhere.state == "unknown"


@pytest.mark.parametrize(
    ("greeting", "state"),
    [
        (b"220 mail.example ready\r\n", "up"),
        (b"421 too busy\r\n", "down"),
        (b"554 not you\r\n", "unknown"),
        (b"HTTP/1.1 400\r\n", "down"),
        (b"", "down"),
    ],
)
def test_a_mail_server_must_greet(listening: Listening, greeting: bytes, state: str) -> None:
    assert look(SmtpProbe(kind="smtp", host="127.0.0.1", port=listening(greeting))).state == state


def test_a_mail_server_that_says_nothing_is_down_in_time(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "GREETING_S", 0.2)
    found = look(SmtpProbe(kind="smtp", host="127.0.0.1", port=listening(None)))
    assert (found.state, "no greeting" in found.detail) == ("down", True)


def test_a_name_is_found_as_its_address() -> None:
    assert look(DnsProbe(kind="dns", name="localhost")).state == "up"
    assert look(DnsProbe(kind="dns", name="127.0.0.1", address="127.0.0.1")).state == "up"
    wrong = look(DnsProbe(kind="dns", name="127.0.0.1", address="192.0.2.7"))
    assert (wrong.state, "192.0.2.7" in wrong.detail) == ("down", True)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (socket.gaierror(socket.EAI_NONAME, "no name"), "down"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "unknown"),
    ],
)
def test_no_such_name_is_down_and_no_name_service_can_not_be_told(
    monkeypatch: pytest.MonkeyPatch, error: OSError, state: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(dns.socket, "getaddrinfo", refuse)
    assert look(DnsProbe(kind="dns", name="crm.example")).state == state


def test_a_name_service_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "ANSWER_S", 0.1)
    monkeypatch.setattr(dns.socket, "getaddrinfo", lambda *_, **__: sleep_s(1) or [])
    assert look(DnsProbe(kind="dns", name="crm.example")).state == "unknown"


def test_one_that_hangs_holds_up_no_other_and_one_that_breaks_is_left_out() -> None:
    def broken() -> str:
        raise RuntimeError("a fault of ours")

    began_s = monotonic_s()
    found = all_at_once(
        {"hangs": lambda: str(sleep_s(5)), "works": lambda: "up", "breaks": broken}, within_s=0.5
    )
    assert found == {"works": "up"}
    assert monotonic_s() - began_s < 4


@pytest.mark.parametrize(
    ("body", "status", "state", "said"),
    [
        ('{"status":{"indicator":"none","description":"All Systems Operational"}}', 200, "up",
         "the maker's page says none: All Systems Operational"),
        ('{"status":{"indicator":"minor","description":"Slow"}}', 200, "degraded", "Slow"),
        ('{"status":{"indicator":"critical","description":"Out"}}', 200, "down", "Out"),
        ('{"status":{"indicator":"odd"}}', 200, "unknown", "says odd"),
        ("<html>", 200, "unknown", "can't be read"),
        ("[]", 200, "unknown", "no status"),
        ("{}", 502, "unknown", "can't be read"),
    ],
)  # fmt: skip
def test_a_makers_page_is_read_by_its_indicator(
    page: Any, body: str, status: int, state: str, said: str
) -> None:
    from kitart.connectors.statuspage import announced

    page.body, page.status = body, status
    found, words = announced(page.url, ca_file=page.ca_file)
    assert found == state
    assert said in words


def test_a_missing_file_of_roots_can_not_be_told(page: Any, tmp_path: Path) -> None:
    gone = tmp_path / "gone.pem"
    assert probes.look(HttpsProbe(kind="https", url=page.url), ca_file=gone).state == "unknown"
