"""A stand-in mail relay on loopback, with an inbox in memory."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from dataclasses import asdict, dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as DEFAULT_POLICY
from typing import Any, cast
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from fastapi import APIRouter

from kitart.clock import real_now
from sandbox.letters import Enclosure, Letter
from sandbox.server import refuse_outside
from sandbox.tls import Certificate


@dataclass(frozen=True)
class Mail:
    """A mail taken for one recipient."""

    id: str
    to: str
    subject: str
    html: str
    text: str
    headers: dict[str, str]
    at: datetime
    attachments: tuple[Enclosure, ...] = ()

    @property
    def message_key(self) -> str:
        """Our own key, empty if none was given."""
        return self.headers.get("X-Kitart-Key", "")

    def as_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "at": self.at.isoformat(),
            "message_key": self.message_key,
            "attachments": [one.as_json() for one in self.attachments],
        }


@dataclass
class SmtpState:
    """The relay's state. ``replies`` are SMTP words per recipient (``"550 5.1.1 No such user"``),
    ``data_reply`` the one after a mail's text, in place of taking it."""

    user: str = ""
    password: str = ""
    replies: dict[str, str] = field(default_factory=dict)
    data_reply: str = ""
    silent_s: float = 0.0
    mails: list[Mail] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def letters(self) -> list[Letter]:
        """The mails as their readers see them."""
        with self.lock:
            return [Letter(m.id, m.to, m.subject, m.text, m.html, m.at) for m in self.mails]


def relay_router(state: SmtpState) -> APIRouter:
    """``GET /sandbox/relay``: the mails taken so far, for a judge in another process."""
    router = APIRouter(prefix="/sandbox/relay")

    @router.get("")
    def mails() -> list[dict[str, Any]]:
        with state.lock:
            return [mail.as_json() for mail in state.mails]

    return router


class SandboxSmtp:
    """The relay on one loopback port (0: a free one): ``start()``, ``stop()`` or ``with``.

    With ``tls`` it offers STARTTLS and asks for it; with a user in the state it asks for sign-in.
    """

    def __init__(
        self,
        state: SmtpState,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Certificate | None = None,
    ) -> None:
        refuse_outside(host)
        self.state = state
        self.host = host
        self._listener = _bound(host, port)
        self.port = int(self._listener.getsockname()[1])
        options: dict[str, Any] = {"decode_data": False}
        if tls is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(tls.cert_file, tls.key_file)
            options |= {"tls_context": context, "require_starttls": True}
        if state.user:
            options |= {
                "authenticator": self._sign_in,
                "auth_required": True,
                "auth_require_tls": tls is not None,
            }
        self._controller = _OnSocket(self._listener, _Handler(state), host, self.port, options)

    def start(self) -> SandboxSmtp:
        """Take mail; returns when the relay answers."""
        self._controller.start()
        return self

    def stop(self) -> None:
        """Stop listening."""
        self._controller.stop(no_assert=True)
        self._listener.close()

    def __enter__(self) -> SandboxSmtp:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _sign_in(self, _server: Any, _s: Any, _e: Any, _mechanism: str, data: Any) -> AuthResult:
        right = (
            isinstance(data, LoginPassword)
            and data.login == self.state.user.encode()
            and data.password == self.state.password.encode()
        )
        return AuthResult(success=right, handled=False)


def _bound(host: str, port: int) -> socket.socket:
    """A socket that says it is TCP: only then asyncio sends small answers without a delay."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


class _OnSocket(Controller):
    """A controller on a socket that is bound already, so that port 0 works."""

    def __init__(
        self, listener: socket.socket, handler: Any, host: str, port: int, options: dict[str, Any]
    ) -> None:
        self._bound = listener
        super().__init__(handler, hostname=host, port=port, server_kwargs=options)

    def _create_server(self) -> Any:
        loop: asyncio.AbstractEventLoop = self.loop
        return loop.create_server(self._factory_invoker, sock=self._bound)


class _Handler:
    """Takes mails into the state, or says what the state tells it to."""

    def __init__(self, state: SmtpState) -> None:
        self._state = state

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self._state.silent_s:
            await asyncio.sleep(self._state.silent_s)
        if reply := self._state.replies.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:
        if self._state.data_reply:
            return self._state.data_reply
        content = cast(bytes, envelope.content)
        mail = message_from_bytes(content, policy=DEFAULT_POLICY)
        with self._state.lock:
            self._state.mails += [_taken(mail, to) for to in envelope.rcpt_tos]
        return "250 OK: taken"


def _taken(mail: EmailMessage, to: str) -> Mail:
    return Mail(
        id=uuid4().hex,
        to=to,
        # A long one begins on a line of its own, after a space that no reader shows.
        subject=str(mail.get("Subject", "")).strip(),
        html=_part(mail, "html"),
        text=_part(mail, "plain"),
        headers={name: str(value) for name, value in mail.items()},
        at=real_now(),
        attachments=tuple(_enclosed(part) for part in mail.iter_attachments()),
    )


def _enclosed(part: EmailMessage) -> Enclosure:
    content = part.get_payload(decode=True)
    return Enclosure(
        part.get_filename() or "",
        part.get_content_type(),
        content if isinstance(content, bytes) else b"",
    )


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
