"""A host that asks to be left alone is left alone, by the whole process."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest
from fastapi import FastAPI

from kitart.clock import real_now
from kitart.connectors.http import (
    DEFAULT_PAUSE_S,
    LONGEST_PAUSE_S,
    HostPaused,
    HttpClient,
    ServiceRefused,
    host_pauses,
)
from sandbox.faults import Faults, Rule
from sandbox.server import SandboxServer


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def server(faults: Faults) -> Iterator[SandboxServer]:
    app = FastAPI()
    app.add_api_route("/", lambda: {"ok": True})
    host_pauses.forget()
    with SandboxServer(faults.middleware(app)) as running:
        yield running
    host_pauses.forget()


def asked_to_wait(server: SandboxServer, rule: Rule) -> float:
    """What the first, refused call says about waiting; in seconds."""
    with pytest.raises(ServiceRefused) as refusal:
        HttpClient(server.url).request("GET", "/")
    assert rule.used == 1
    assert not refusal.value.permanent
    assert refusal.value.retry_after_s is not None
    return refusal.value.retry_after_s


@pytest.mark.parametrize("kind", ["throttle", "unavailable", "html_unavailable"])
def test_all_clients_of_the_process_stay_away_until_the_pause_ends(
    server: SandboxServer, faults: Faults, kind: str
) -> None:
    rule = faults.set("/", kind, retry_after=1)
    assert asked_to_wait(server, rule) == 1
    faults.clear()
    began = time.monotonic()
    with pytest.raises(HostPaused, match="asked us to wait") as paused:
        HttpClient(server.url).request("GET", "/")
    assert time.monotonic() - began < 0.5
    assert 0 < (paused.value.retry_after_s or 0) <= 1
    assert not paused.value.permanent
    time.sleep(paused.value.retry_after_s or 0)
    assert HttpClient(server.url).request("GET", "/").status_code == 200


def test_a_paused_host_hears_nothing_from_any_thread(server: SandboxServer, faults: Faults) -> None:
    rule = faults.set("/", "throttle", retry_after=30)
    asked_to_wait(server, rule)
    outcomes: list[str] = []

    def call() -> None:
        try:
            HttpClient(server.url).request("GET", "/")
        except HostPaused:
            outcomes.append("paused")

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["paused"] * 8
    assert rule.used == 1


def test_another_host_is_not_paused(server: SandboxServer, faults: Faults) -> None:
    asked_to_wait(server, faults.set("/", "throttle", retry_after=30))
    with SandboxServer(FastAPI()) as other:
        assert HttpClient(other.url).request("GET", "/openapi.json").status_code == 200


def test_an_http_date_is_understood(server: SandboxServer, faults: Faults) -> None:
    when = format_datetime(real_now() + timedelta(seconds=41), usegmt=True)
    assert 38 < asked_to_wait(server, faults.set("/", "throttle", retry_after=when)) <= 41


@pytest.mark.parametrize("word", [None, "soon", "-5", "1.5.2"])
def test_a_missing_or_senseless_wait_becomes_a_small_one(
    server: SandboxServer, faults: Faults, word: str | None
) -> None:
    options = {} if word is None else {"retry_after": word}
    assert asked_to_wait(server, faults.set("/", "throttle", **options)) == DEFAULT_PAUSE_S


def test_one_header_cannot_silence_us_for_a_day(server: SandboxServer, faults: Faults) -> None:
    waited = asked_to_wait(server, faults.set("/", "throttle", retry_after=86_400))
    assert waited == LONGEST_PAUSE_S
    assert host_pauses.rest_s(server.url.removeprefix("http://")) <= LONGEST_PAUSE_S


def test_a_date_in_the_past_is_no_pause(server: SandboxServer, faults: Faults) -> None:
    when = format_datetime(real_now() - timedelta(hours=1), usegmt=True)
    assert asked_to_wait(server, faults.set("/", "throttle", retry_after=when, times=1)) == 0
    assert HttpClient(server.url).request("GET", "/").status_code == 200


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    host_pauses.forget()
    host_pauses.begin("api.example", 60)
    host_pauses.begin("api.example", 1)
    assert host_pauses.rest_s("api.example") > 50
    host_pauses.forget()
