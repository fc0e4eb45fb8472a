"""Any other chat by an Apprise address: one way, within a limit, saying no secret (A14)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from pydantic import SecretStr

from kitart.clock import monotonic_s, sleep_s
from kitart.connectors.apprise_chat import AppriseChats
from kitart.connectors.errors import ConnectorError
from kitart.settings import ChatSettings
from sandbox.server import SandboxServer

NAME, PATH = "ert-1-chat", "secret-token"


class Room:
    """A chat that takes JSON; ``status`` and ``seconds`` say how it answers."""

    def __init__(self) -> None:
        self.status, self.seconds = 200, 0.0
        self.taken: list[dict[str, Any]] = []
        self.app = FastAPI()
        self.app.post("/{token}")(self.take)
        self.server = SandboxServer(self.app)

    async def body_of(self, request: Request) -> dict[str, Any]:
        found: dict[str, Any] = await request.json()
        return found

    async def take(self, token: str, request: Request) -> Response:
        body = await self.body_of(request)
        sleep_s(self.seconds)
        if self.status == 200:
            self.taken.append({"token": token, **body})
        return Response(status_code=self.status)

    def chats(self, limit_s: float = 5.0) -> AppriseChats:
        address = f"json://127.0.0.1:{self.server.port}/{PATH}"
        return chats_at(address, limit_s)


def chats_at(address: str, limit_s: float = 5.0) -> AppriseChats:
    return AppriseChats(ChatSettings(apprise={NAME: SecretStr(address)}), limit_s=limit_s)


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    with made.server:
        yield made


@pytest.mark.covers("A14")
def test_a_text_arrives_and_the_logs_hold_no_address(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        room.chats().send(NAME, "Can you take INC-0142?\nhttps://k.example/a/1", title="")
    (taken,) = room.taken
    assert (taken["token"], taken["message"]) == (
        PATH, "Can you take INC-0142?\nhttps://k.example/a/1",
    )  # fmt: skip
    assert PATH not in caplog.text


@pytest.mark.parametrize("status", [400, 403, 500])
def test_a_refusal_is_an_error_that_may_pass(
    room: Room, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    room.status = status
    with pytest.raises(ConnectorError, match="was not accepted") as caught:
        room.chats().send(NAME, "text")
    assert not caught.value.permanent
    assert PATH not in caught.value.message + caplog.text


def test_a_chat_that_never_answers_is_left_at_the_limit(room: Room) -> None:
    room.seconds = 2.0
    began_s = monotonic_s()
    with pytest.raises(ConnectorError, match="it is not known whether") as caught:
        room.chats(limit_s=0.3).send(NAME, "text")
    assert monotonic_s() - began_s < 1.5
    assert not caught.value.permanent


@pytest.mark.parametrize(
    "address", ["", "secret", "nothing://secret", "json://127.0.0.1/secret,json://127.0.0.1/b"]
)
def test_what_apprise_does_not_know_is_refused_by_name_alone(address: str) -> None:
    with pytest.raises(ConnectorError, match="not one address that Apprise knows") as caught:
        chats_at(address).send(NAME, "text")
    assert caught.value.permanent
    assert "secret" not in caught.value.message
    with pytest.raises(ConnectorError, match="has no address for 'nobody'"):
        chats_at(address).send("nobody", "text")


def test_a_plugin_that_breaks_says_its_kind_and_not_its_words(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    import apprise

    def broken(*_: Any, **__: Any) -> bool:
        raise RuntimeError(f"{PATH} is broken")

    monkeypatch.setattr(apprise.Apprise, "notify", broken)
    with pytest.raises(ConnectorError, match=r"could not send it \(RuntimeError\)"):
        room.chats().send(NAME, "text")


@pytest.mark.parametrize(
    ("address", "clear", "microsoft"),
    [
        ("json://127.0.0.1/x", True, False),
        ("jsons://k.example/x", False, False),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", False, False),
        ("workflows://k.example/abc/def", False, True),
    ],
)
def test_what_speaks_against_an_address_is_known_without_a_call(
    address: str, clear: bool, microsoft: bool
) -> None:
    service = chats_at(address).about(NAME)
    assert (service.in_the_clear, service.of_microsoft) == (clear, microsoft)
    assert service.name
