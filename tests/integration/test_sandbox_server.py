"""A part of the stand-in world is made when it is asked for the first time."""

from __future__ import annotations

from typing import Any

import requests
from fastapi import FastAPI

from sandbox.server import SandboxServer, when_asked


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
