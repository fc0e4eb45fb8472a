"""A tiny gateway with questions, and people who answer them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from kitart.clock import Clock, HandClock, SteadyClock, real_now
from sandbox.characters import Characters
from sandbox.letters import Letter
from sandbox.people import People, Person
from sandbox.server import SandboxServer

PERSONS = [
    Person("AM-1", "+36301111111", "am-1@example.org"),
    Person("AM-2", "+36302222222", "am-2@example.org"),
    Person("ERT-1", "+36303333333", "ert-1@example.org"),
]
BUTTONS = {
    "ack": ("take", "decline"),
    "priority": ("P1", "P2", "P3"),
    "approve": ("approve", "reject"),
    "notice": ("send", "wait"),
}


@dataclass
class Gateway:
    """Asks the question ``/q/{id}?kind=…`` and keeps each answer that was posted."""

    posts: list[dict[str, str]] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    fail_posts: int = 0
    post_status: int = 200
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/q/{question}")
        def show(question: str, kind: str = "ack", token: str = "") -> HTMLResponse:
            with self.lock:
                self.gets.append(question)
            buttons = "".join(
                f'<button type="submit" name="answer" value="{value}">{value}</button>'
                for value in BUTTONS[kind]
            )
            return HTMLResponse(
                f"""<!doctype html><title>Kitart</title><h1>Question {question}</h1>
                <form method="post" data-question-kind="{kind}" action="/q/{question}">
                <input type="hidden" name="token" value="{token}&amp;é">
                <input type="hidden" name="version" value="3">
                <input name="name"><textarea name="note"></textarea>{buttons}</form>
                <form action="/language"><button name="answer" value="hu">hu</button></form>"""
            )

        @app.post("/q/{question}")
        async def take(question: str, request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            with self.lock:
                if self.fail_posts:
                    self.fail_posts -= 1
                    return Response("later", 503)
                self.posts.append({"question": question, **form})
            return HTMLResponse("<h1>Thank you</h1>", self.post_status)

        @app.get("/board")
        def board() -> HTMLResponse:
            return HTMLResponse("<title>Board</title>")

        return app


@dataclass
class World:
    """Gateway, inbox, clock, and the people once they are let in."""

    gateway: Gateway
    clock: HandClock
    letters: list[Letter] = field(default_factory=list)
    started: list[People] = field(default_factory=list)

    def people(
        self, characters: dict[str, Any] | None = None, clock: Clock | None = None, **more: Any
    ) -> People:
        people = People(
            PERSONS,
            [lambda: list(self.letters)],
            self.gateway.url,
            clock or self.clock,
            Characters({"default": {"delay_s": 0}, **(characters or {})}),
            **more,
        ).start()
        self.started.append(people)
        return people

    def sms(self, to: str, text: str) -> Letter:
        return self._arrive(Letter(f"L{len(self.letters)}", to, "", text, "", real_now()))

    def mail(self, to: str, html: str, text: str = "") -> Letter:
        letter = Letter(f"L{len(self.letters)}", to, "A question", text, html, real_now())
        return self._arrive(letter)

    def link(self, question: str, kind: str = "ack") -> str:
        return f"{self.gateway.url}/q/{question}?kind={kind}&token=t-{question}"

    def _arrive(self, letter: Letter) -> Letter:
        self.letters.append(letter)
        return letter


def eventually(condition: Callable[[], object], limit_s: float = 20.0) -> None:
    """Wait until something is so; fail after ``limit_s``."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"did not happen in {limit_s:g} s"
        time.sleep(0.01)


@pytest.fixture
def soon() -> Callable[..., None]:
    return eventually


@pytest.fixture
def world() -> Iterator[World]:
    gateway = Gateway()
    with SandboxServer(gateway.app()) as server:
        gateway.url = server.url
        world = World(gateway, HandClock(datetime(2026, 3, 3, 10, 0, tzinfo=UTC)))
        yield world
        for people in world.started:
            people.stop()


@pytest.fixture
def fast_clock() -> SteadyClock:
    """A plan's clock 60 times as fast as real time."""
    return SteadyClock(speed=60.0, anchor=real_now())
