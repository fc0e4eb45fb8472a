"""Runs a sandbox application by uvicorn in a thread, on loopback and nowhere else."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from kitart.clock import monotonic_s, sleep_s
from sandbox.tls import Certificate

START_LIMIT_S = 10.0
STOP_LIMIT_S = 5.0


class SandboxServer:
    """One application on one loopback port: ``start()``, ``stop()``, or a ``with`` block.

    ``port`` 0 takes a free one; ``before_stop`` lets go of connections that would stay open. With
    ``tls`` it speaks TLS only. Raises ``ValueError`` for a host that is not loopback: a stand-in
    must never be reachable from outside.
    """

    def __init__(
        self,
        app: Any,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Certificate | None = None,
        before_stop: Callable[[], None] = lambda: None,
    ) -> None:
        refuse_outside(host)
        self._app = app
        self._host = host
        self._wanted_port = port
        self._tls = tls
        self._before_stop = before_stop
        self._socket: socket.socket | None = None
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on; raises ``RuntimeError`` before ``start``."""
        if self._socket is None:
            raise RuntimeError("the sandbox server is not started")
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}"

    def start(self) -> SandboxServer:
        """Listen; returns when requests are answered. Raises ``OSError`` for a taken port."""
        self._socket = _listening(self._host, self._wanted_port)
        self._wanted_port = self.port  # a restart comes back at the same address
        config = uvicorn.Config(
            _with_reset(self._app),
            ssl_certfile=self._tls.cert_file if self._tls else None,
            ssl_keyfile=self._tls.key_file if self._tls else None,
            loop="asyncio",
            http="h11",
            ws="none",
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
            # Longer than anybody rests between two requests: a connection that is closed in the
            # instant of its next use looks like a message that may have been taken.
            timeout_keep_alive=120,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run,
            args=([self._socket],),
            name=f"sandbox-{self.port}",
            daemon=True,
        )
        self._thread.start()
        give_up_at_s = monotonic_s() + START_LIMIT_S
        while not self._server.started:
            if not self._thread.is_alive() or monotonic_s() > give_up_at_s:
                raise RuntimeError(f"the sandbox server on port {self.port} did not start")
            sleep_s(0.005)
        return self

    def stop(self) -> None:
        """Stop listening and close all connections; nothing happens when it is stopped."""
        if self._server is None or self._thread is None or self._socket is None:
            return
        self._before_stop()
        self._server.should_exit = True
        self._thread.join(STOP_LIMIT_S)
        self._socket.close()
        self._server = self._thread = self._socket = None

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # A kept-alive TLS connection would wait for the client's farewell: idle ones are cut.
        for connection in list(self.server_state.connections):
            cycle = getattr(connection, "cycle", None)
            if cycle is None or cycle.response_complete:
                connection.transport.abort()
        await super().shutdown(sockets)


def refuse_outside(host: str) -> None:
    """``ValueError`` unless ``host`` is a loopback address or ``localhost``."""
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"host is {host!r}: the sandbox listens on loopback only (127.0.0.1)")


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    # Listening at once: a client that comes before the server is up waits instead of failing.
    listener.listen(128)
    return listener


def when_asked(make: Callable[[], Any]) -> Any:
    """The application that ``make`` gives, made at its first request.

    Laying out the routes of a whole world takes a tenth of a second, and most who start one ask
    few of its parts. Such an application hears nothing of start and end.
    """
    made: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError("it begins with its first request")
        if not made:
            made.append(make())  # in the server's only thread: nobody makes a second one
        await made[0](scope, receive, send)

    return app


def _with_reset(app: Any) -> Any:
    """Give the application ``scope["extensions"]["sandbox.reset"]``: it breaks the connection."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if scope["type"] == "http" and transport is not None:
            scope.setdefault("extensions", {})["sandbox.reset"] = lambda: _reset(transport)
        await app(scope, receive, send)

    return wrapped


def _reset(transport: Any) -> None:
    """Close so that the other side sees a reset, not an orderly end."""
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
