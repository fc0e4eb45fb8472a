"""The gateway's server: it lets open pages go before it waits for its connections to end."""

from __future__ import annotations

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

STOP_LIMIT_S = 5


class GatewayServer(uvicorn.Server):
    """Uvicorn, for an application of ``create_app``; ``options`` are uvicorn's own."""

    def __init__(self, app: FastAPI, **options: Any) -> None:
        super().__init__(uvicorn.Config(app, timeout_graceful_shutdown=STOP_LIMIT_S, **options))
        self._live = app.state.live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; a page that listens for news would otherwise hold it up to the limit."""
        self._live.end()
        await super().shutdown(sockets)
