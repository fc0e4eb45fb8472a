"""Pages that people have open: each does what its script (``live.js``) does, as a browser would."""

from __future__ import annotations

import asyncio
import random
import re
from contextlib import suppress

from kitart.clock import monotonic_s, real_now
from kitart.journal import sign_ins
from kitart.journal.database import Journal
from sandbox.load.company import viewers
from sandbox.load.figures import PAGE
from sandbox.load.scene import Scene
from sandbox.load.size import PAGES_OF_ONE

NEWS = "news"
APART_S, AGAIN_S = 0.5, 10.0
COME_BACK_S = 2.0
"""As ``live.js`` has them, and the stream's own ``retry``."""
OPENED_IN_S = 40.0
"""Within so many seconds all pages are opened."""
PULSE = re.compile(r'data-pulse="([0-9a-f]*)"')
STREAM = re.compile(r'data-news="([^"]+)"')
PART = re.compile(r'data-part="([^"]+)"')


async def open_all(scene: Scene, journal: Journal) -> list[OpenPage]:
    """Sign everybody in, for pages of their own: the board, and one of the incidents each."""
    numbers = sorted(scene.staying)
    pages: list[OpenPage] = []
    for place, person in enumerate(viewers(scene.size)):
        with journal.write() as session:
            key = sign_ins.make(session, person, by="operator", now=real_now())
        came = await scene.web.ask("sign-in", "POST", scene.at(f"/in/{key}"))
        cookie = came.headers["set-cookie"].partition(";")[0]
        paths = ("/board", f"/incident/{numbers[place % len(numbers)]}")
        for path in paths[: max(1, min(PAGES_OF_ONE, scene.size.pages - len(pages)))]:
            pages.append(OpenPage(scene, path, cookie))
    return pages


class OpenPage:
    """One page in a browser."""

    def __init__(self, scene: Scene, path: str, cookie: str) -> None:
        self._scene, self._path, self._cookie = scene, path, cookie
        self._part = self._news = self._shown = ""
        self._fetched_at_s = 0.0
        self._wanted = asyncio.Event()

    async def stay(self) -> None:
        """Be opened some time soon, and stay open until this is cancelled."""
        await asyncio.sleep(random.uniform(0, OPENED_IN_S))
        while not self._part:
            came = await self._scene.web.look(PAGE, self._scene.at(self._path), self._cookie)
            if came.taken:
                self._part, self._news = _first(PART, came.text), _first(STREAM, came.text)
                self._shown = _first(PULSE, came.text)
            else:
                await asyncio.sleep(AGAIN_S)
        renewing = asyncio.create_task(self._renew())
        try:
            while not self._scene.over:
                await self._listen()
        finally:
            renewing.cancel()

    async def _listen(self) -> None:
        """Until the stream ends: the browser comes back by itself, or after a refusal the script
        does, with a look of its own."""
        pause_s = COME_BACK_S
        with suppress(OSError, EOFError):
            async with self._scene.web.news(
                NEWS, self._scene.at(self._news), self._cookie
            ) as stream:
                if stream is None:
                    pause_s = AGAIN_S
                else:
                    async for line in stream:
                        name, _, value = line.decode().strip().partition(": ")
                        if name == "data" and value != self._shown:
                            self._wanted.set()
        await asyncio.sleep(pause_s * random.uniform(0.9, 1.1))
        if pause_s == AGAIN_S:
            self._wanted.set()

    async def _renew(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await asyncio.sleep(max(0.0, APART_S - (monotonic_s() - self._fetched_at_s)))
            self._fetched_at_s = monotonic_s()
            came = await self._scene.web.look(PAGE, self._scene.at(self._part), self._cookie)
            if came.taken:
                self._shown = _first(PULSE, came.text)
            else:
                await asyncio.sleep(AGAIN_S)
                self._wanted.set()


def _first(pattern: re.Pattern[str], html: str) -> str:
    found = pattern.search(html)
    return found[1].replace("&amp;", "&") if found else ""
