"""Looks taken beside the load: memory, journal, and how late the players themselves are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kitart.clock import monotonic_s
from kitart.journal.database import Journal
from sandbox.load.figures import KINDS, within_ms
from sandbox.load.memory import memory_mb
from sandbox.load.record import Grown, grown
from sandbox.load.scene import Scene

EVERY_S = 15.0
MINUTE_S = 60.0


@dataclass(frozen=True)
class Look:
    """How it stands so many seconds after the begin; ``events`` is how many alerts and answers had
    been taken, ``late_ms`` how late the players' own loop was at worst: what they measure is so
    much too long."""

    at_s: float
    memory_mb: Mapping[str, float]
    journal: Grown
    events: int
    late_ms: float


async def look_on(scene: Scene, journal: Journal, say: Callable[[str], None]) -> list[Look]:
    """The looks, the first at once, until the load is over; how it stands is said each minute."""
    looks: list[Look] = []
    while not scene.over:
        memory = await asyncio.to_thread(memory_mb, scene.stack)
        size = await asyncio.to_thread(grown, journal)
        at_s, late_ms = scene.figures.now_s(), 0.0
        events = scene.accepted.times.total() + len(scene.answered)
        if looks and at_s // MINUTE_S > looks[-1].at_s // MINUTE_S:
            say(_how_it_stands(scene, at_s))
        looks.append(Look(at_s, memory, size, events, 0.0))
        until_s = monotonic_s() + EVERY_S
        while monotonic_s() < until_s and not scene.over:
            asleep_s = monotonic_s()
            await asyncio.sleep(0.05)
            late_ms = max(late_ms, 1000 * (monotonic_s() - asleep_s) - 50)
        looks[-1] = Look(at_s, memory, size, events, late_ms)
    return looks


def _how_it_stands(scene: Scene, at_s: float) -> str:
    """The middle time of each kind in the minute that has just passed."""
    took = {kind: scene.figures.of(kind, at_s - MINUTE_S, at_s) for kind in KINDS}
    times = [f"{kind} {within_ms(each, 50):.0f} ms" for kind, each in took.items() if each]
    return f"{at_s / MINUTE_S:.0f} min: {', '.join(times)}; {len(scene.asked)} people asked"
