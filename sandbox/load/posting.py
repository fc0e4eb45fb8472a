"""The monitors at work: so many posts a minute, evenly, each until it is taken."""

from __future__ import annotations

import asyncio
import json

from kitart.clock import real_now
from sandbox.load.figures import ALERT
from sandbox.load.monitors import Monitors, Post
from sandbox.load.scene import Scene


class Posting:
    """Posts what the monitors say, and remembers what was taken."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self._scene = scene
        self._monitors = Monitors(scene.size.incidents, seed)
        self._secrets = scene.webhook_secrets()

    async def begin(self, problem: int) -> None:
        """One of the problems that stay."""
        await self._send(self._monitors.begin(problem, real_now()))
        self._scene.staying.add(self._scene.accepted.numbers[problem])

    async def keep_up(self) -> None:
        """All posts of the load, in its time; among them the problems that are brief."""
        size = self._scene.size
        begun_s = self._scene.figures.now_s()
        every = max(1, size.alerts // size.brief)
        brief = iter(range(size.incidents, size.problems))
        async with asyncio.TaskGroup() as on_their_way:
            for place in range(size.alerts):
                due_s = begun_s + size.seconds * place / size.alerts
                await asyncio.sleep(max(0.0, due_s - self._scene.figures.now_s()))
                new = next(brief, None) if place % every == every // 2 else None
                now = real_now()
                post = self._monitors.next(now) if new is None else self._monitors.begin(new, now)
                on_their_way.create_task(self._send(post))

    async def _send(self, post: Post) -> None:
        at = real_now().timestamp()
        answer = await self._scene.web.ask(
            ALERT, "POST", self._scene.at(f"/webhooks/{post.source}"), content=post.body,
            headers={"Authorization": f"Bearer {self._secrets[post.source]}",
                     "Content-Type": "application/json"},
        )  # fmt: skip
        if answer.status != 202:
            return
        self._monitors.heard(post)
        self._scene.accepted.times.update(post.about)
        said = json.loads(answer.text)
        for number in said.get("opened", ()):
            self._scene.posted[number] = at
        for number in (*said.get("opened", ()), *said.get("joined", ())):
            self._scene.accepted.numbers[post.about[0].problem] = number
