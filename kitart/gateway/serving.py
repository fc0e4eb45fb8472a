"""The gateway's server: it lets open pages go before it waits for its connections to end."""

from __future__ import annotations

import contextlib
import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI

STOP_LIMIT_S = 5
NOT_STARTED = 3
"""What the process ends with where the application could not be started, as uvicorn's own does."""


def serve(app: FastAPI, **options: Any) -> None:
    """Serve an application of ``create_app`` until the process is told to stop.

    ``options`` are uvicorn's. Ends the process where it could not start.
    """
    server = _Server(app, **options)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, **options: Any) -> None:
        super().__init__(uvicorn.Config(app, timeout_graceful_shutdown=STOP_LIMIT_S, **options))
        self._live = app.state.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A page that listens for news would hold it up to the limit.
        self._live.end()
        await super().shutdown(sockets)
