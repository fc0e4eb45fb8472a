"""Agents fall out of the phone system, a group each minute: each is asked "are you safe?" (E18)."""

from __future__ import annotations

import asyncio
from math import ceil

from sandbox.load.company import agents
from sandbox.load.scene import Scene
from sandbox.load.web import STAND_IN

EVERY_S = 60.0
LAST_BEFORE_END_S = 90.0
"""The last group falls out so early that it is asked, and answers, before the end."""


async def drop_all(scene: Scene) -> None:
    """All agents, in groups of about the same size."""
    codes = list(agents(scene.size))
    groups = max(1, int((scene.size.seconds - LAST_BEFORE_END_S) // EVERY_S) + 1)
    many = ceil(len(codes) / groups)
    for first in range(0, len(codes), many):
        await scene.web.ask(
            STAND_IN, "PUT", f"{scene.stack.world['vcc']}/sandbox/agents",
            said={"agents": codes[first : first + many], "state": None},
        )  # fmt: skip
        await asyncio.sleep(EVERY_S)
