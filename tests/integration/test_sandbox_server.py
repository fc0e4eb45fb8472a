"""A part of the stand-in world is made when it is asked for the first time."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
from fastapi import FastAPI

from sandbox.faults import Faults
from sandbox.server import SandboxServer, when_asked


def working() -> tuple[FastAPI, threading.Event]:
    """An application with some work to do, and whether it was done."""
    app, done = FastAPI(), threading.Event()

    @app.post("/work")
    def work() -> dict[str, bool]:
        done.set()
        return {"done": True}

    return app, done


def test_an_application_is_made_once_and_at_its_first_request() -> None:
    made: list[FastAPI] = []

    def make() -> FastAPI:
        app = FastAPI()
        made.append(app)

        @app.get("/")
        def here() -> dict[str, Any]:
            return {"made": len(made)}

        return app

    with SandboxServer(when_asked(make)) as server:
        assert made == []
        for _ in range(2):
            assert requests.get(server.url, timeout=10).json() == {"made": 1}


def test_an_answer_that_comes_late_is_of_work_that_was_done_at_once() -> None:
    app, done = working()
    faults = Faults()
    faults.set("POST /work", "late_answer", seconds=2, times=1)
    with SandboxServer(faults.middleware(app)) as server:
        with pytest.raises(requests.Timeout):
            requests.post(f"{server.url}/work", timeout=0.5)
        assert done.is_set(), "whoever asked has gone, and it was done all the same"
        assert requests.post(f"{server.url}/work", timeout=10).json() == {"done": True}


def test_a_connection_that_breaks_late_has_done_nothing_by_then_or_later() -> None:
    app, done = working()
    faults = Faults()
    faults.set("POST /work", "reset", seconds=1, times=1)
    with SandboxServer(faults.middleware(app)) as server:
        with pytest.raises(requests.Timeout):
            requests.post(f"{server.url}/work", timeout=0.3)
        assert not done.wait(1.5)
        assert requests.post(f"{server.url}/work", timeout=10).json() == {"done": True}
