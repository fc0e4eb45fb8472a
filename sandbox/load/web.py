"""Asking the gateway as its monitors, people and their browsers do: patiently, and politely."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from kitart.clock import monotonic_s
from sandbox.load.figures import Figures

LIMIT_S = 60.0
AGAIN_S = 2.0
"""After how long who was told nothing comes again."""
PATIENCE_S = 180.0
COME_AGAIN = frozenset({429, 503})
STAND_IN = "the stand-in's own"
"""The kind of what is asked of the stand-in world: no figure of Kitart's."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Answer:
    """What came in the end; status 0 where nothing did in ``PATIENCE_S``."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def taken(self) -> bool:
        """Whether it says that it was accepted."""
        return 200 <= self.status < 400


class Web:
    """Everybody outside, on one loop; what each request took is noted.

    Each request has a connection of its own, and speaks HTTP/1.0: a library's pool of hundreds of
    connections takes longer than what is measured.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def ask(
        self, kind: str, method: str, url: str, *, headers: Mapping[str, str] | None = None,
        content: bytes = b"", form: Mapping[str, str] | None = None, said: Any = None,
    ) -> Answer:  # fmt: skip
        """Ask until it is taken or refused for good; the time, with all waiting, is that of
        ``kind`` when it was taken. Sent is ``content``, a ``form``, or ``said`` as JSON."""
        sent = dict(headers or {})
        if form is not None:
            content, sent["Content-Type"] = urlencode(form).encode(), FORM
        elif said is not None:
            content, sent["Content-Type"] = json.dumps(said).encode(), JSON
        begun_s = monotonic_s()
        while True:
            answer = await self._once(kind, method, url, sent, content)
            if answer.taken:
                self._figures.add(kind, 1000 * (monotonic_s() - begun_s))
                return answer
            if 0 < answer.status < 500 and answer.status != 429:
                return answer
            if monotonic_s() - begun_s > PATIENCE_S:
                return answer
            await asyncio.sleep(_pause_s(answer))

    async def look(self, kind: str, url: str, cookie: str) -> Answer:
        """Ask once for a page."""
        begun_s = monotonic_s()
        answer = await self._once(kind, "GET", url, {"Cookie": cookie}, b"")
        if answer.taken:
            self._figures.add(kind, 1000 * (monotonic_s() - begun_s))
        return answer

    @asynccontextmanager
    async def news(
        self, kind: str, url: str, cookie: str
    ) -> AsyncIterator[asyncio.StreamReader | None]:
        """The lines of an open stream of events; ``None`` where it was refused. Raises
        ``OSError``."""
        headers = {"Cookie": cookie, "Accept": "text/event-stream"}
        async with _request("GET", url, headers, b"") as reader:
            status, answered = await asyncio.wait_for(_head(reader), LIMIT_S)
            if status == 200:
                yield reader
                return
            text = (await reader.read()).decode()
            self._note(kind, Answer(status, text, answered))
            yield None

    async def _once(
        self, kind: str, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        try:
            async with asyncio.timeout(LIMIT_S), _request(method, url, headers, content) as reader:
                status, answered = await _head(reader)
                answer = Answer(status, (await reader.read()).decode(), answered)
        except (OSError, EOFError) as error:
            self._figures.refuse(kind, 0, polite=False, said=repr(error))
            return Answer(0, "", {})
        if answer.status >= 400:
            self._note(kind, answer)
        return answer

    def _note(self, kind: str, answer: Answer) -> None:
        status, said = answer.status, answer.text.strip()
        polite = bool(said) and (status not in COME_AGAIN or "retry-after" in answer.headers)
        self._figures.refuse(kind, status, polite=polite and status != 500, said=said[:200])


@asynccontextmanager
async def _request(
    method: str, url: str, headers: Mapping[str, str], content: bytes
) -> AsyncIterator[asyncio.StreamReader]:
    """A request that has been sent on a connection of its own."""
    to = urlsplit(url)
    path = f"{to.path}?{to.query}" if to.query else to.path
    head = {"Host": to.netloc, **headers, "Content-Length": str(len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    reader, writer = await asyncio.open_connection(to.hostname, to.port)
    try:
        writer.write(f"{method} {path} HTTP/1.0\r\n{lines}\r\n".encode() + content)
        yield reader
    finally:
        writer.close()


async def _head(reader: asyncio.StreamReader) -> tuple[int, Mapping[str, str]]:
    """The status and the headers; raises ``EOFError`` where it ends before."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().rstrip("\r\n").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}


def _pause_s(answer: Answer) -> float:
    try:
        return float(answer.headers.get("retry-after", AGAIN_S))
    except ValueError:
        return AGAIN_S
