"""Stand-ins for systems of any kind: a web page over TLS, ports that greet or hang."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI, Response

from kitart.connectors.http import host_pauses
from sandbox.server import SandboxServer
from sandbox.tls import issue_certificate


@dataclass
class WebPage:
    """What the page answers, and where."""

    url: str
    ca_file: Path
    status: int = 200
    body: str = "<h1>All is well</h1>"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[WebPage]:
    tls = issue_certificate(tmp_path)
    app = FastAPI()
    one = WebPage("", tls.ca_file)

    @app.get("/{path:path}")
    def answer(path: str) -> Response:
        return Response(one.body, one.status, media_type="text/html")

    server = SandboxServer(app, tls=tls).start()
    one.url = f"{server.url}/health"
    yield one
    server.stop()
    host_pauses.forget()


@pytest.fixture
def listening() -> Iterator[Callable[[bytes | None], int]]:
    """A port that greets each caller so, or says nothing at all (``None``); returns its number."""
    open_ones: list[socket.socket] = []

    def listen(greeting: bytes | None) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        open_ones.append(server)

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                open_ones.append(caller)
                if greeting is not None:
                    caller.sendall(greeting)
                    if not greeting:
                        caller.close()

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    yield listen
    for one in open_ones:
        one.close()


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
