"""One load, from an installation that has just come up to the verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kitart.clock import sleep_s
from kitart.journal.database import Journal
from kitart.journal.tables import TimelineEntry
from sandbox.demo.checks import Check
from sandbox.load.dropping import drop_all
from sandbox.load.figures import Figures
from sandbox.load.installation import installed
from sandbox.load.judging import (
    judge_growth,
    judge_memory,
    judge_politeness,
    judge_record,
    judge_times,
)
from sandbox.load.looking import Look, look_on
from sandbox.load.open_pages import OPENED_IN_S, open_all
from sandbox.load.phones import Phones
from sandbox.load.posting import Posting
from sandbox.load.record import read
from sandbox.load.scene import Scene
from sandbox.load.size import Size
from sandbox.load.web import Web
from sandbox.stack import Stack
from sandbox.stopping import ENDING, Stopped, stop_on_signals

SEED = 1
AT_ONCE = 4
"""So many incidents wait for their run before the next one is opened."""
BEGUN_WITHIN_S = 300.0
QUIET_S = 20.0
"""Between the last of the beginning and the first minute that counts."""
OTHERS = 1
"""The incident of the agents who fell out of the phone system: no monitor reported it."""

Played = tuple[Scene, Sequence[Look]]


@dataclass(frozen=True)
class Outcome:
    """What was measured and judged; ``what`` was loaded, in words."""

    what: str
    size: Size
    figures: Figures
    looks: Sequence[Look]
    checks: Sequence[Check]
    asked: int

    @property
    def held(self) -> bool:
        """Whether all that was judged is as it should be."""
        return all(check.ok for check in self.checks)


def play(size: Size, folder: Path, *, small: bool, say: Callable[[str], None]) -> Outcome:
    """Play one load; raises ``ProcessTrouble``, ``RuntimeError`` where it does not begin."""
    with installed(size, folder, small=small, say=say) as (stack, what):
        journal = Journal(stack.journal_url)
        try:
            scene, looks = asyncio.run(_unless_stopped(_play(stack, size, journal, say)))
            stop_on_signals()
            stack.children.check()
            sleep_s(2)  # the last that was taken is written by now
            checks = [
                _all_was_played(scene),
                *judge_record(read(journal), scene.accepted, scene.answered, OTHERS),
                judge_politeness(scene.figures),
                *judge_times(scene.figures, size.seconds),
                *judge_memory(looks, size.seconds),
                *judge_growth(looks, size.seconds),
            ]
        finally:
            journal.close()
    return Outcome(what, size, scene.figures, looks, checks, len(scene.asked))


async def _unless_stopped(playing: Coroutine[Any, Any, Played]) -> Played:
    """What is played; raises ``Stopped``, which a loop would swallow where a signal raised it."""
    task = asyncio.ensure_future(playing)
    by: list[int] = []

    def stop(number: int) -> None:
        by.append(number)
        task.cancel()

    for number in ENDING:
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if by:
            raise Stopped(by[0]) from None
        raise


async def _play(stack: Stack, size: Size, journal: Journal, say: Callable[[str], None]) -> Played:
    figures = Figures()
    scene = Scene(stack, size, Web(figures), figures)
    posting = Posting(scene, SEED)
    async with asyncio.TaskGroup() as group:
        group.create_task(Phones(scene, SEED).play())
        say(f"Opening {size.incidents} incidents …")
        for problem in range(size.incidents):
            await posting.begin(problem)
            await _begun(scene, journal, all_but=AT_ONCE)
        await _begun(scene, journal)
        say(f"Opening {size.pages} pages …")
        beside = [group.create_task(page.stay()) for page in await open_all(scene, journal)]
        await asyncio.sleep(OPENED_IN_S + QUIET_S)
        say(f"{size.minutes:g} minutes: {size.alerts} alerts, {size.people} people are asked …")
        _begin_anew(figures)
        looking = group.create_task(look_on(scene, journal, say))
        beside.append(group.create_task(drop_all(scene)))
        await posting.keep_up()
        await asyncio.sleep(max(0.0, size.seconds - figures.now_s()))
        scene.over = True
        for task in beside:
            task.cancel()
    return scene, looking.result()


def _begin_anew(figures: Figures) -> None:
    """From here on it counts: what the beginning took is of another kind."""
    figures.begun_s += figures.now_s()
    figures.took.clear()
    figures.refused.clear()


async def _begun(scene: Scene, journal: Journal, all_but: int = 0) -> None:
    """Until a run drives each incident, or all but so many; raises ``RuntimeError``."""
    until_s = scene.figures.now_s() + BEGUN_WITHIN_S
    begun = sa.select(TimelineEntry.incident).where(TimelineEntry.type == "run began")
    while True:
        with journal.read() as session:
            waiting = scene.staying.difference(session.scalars(begun))
        if len(waiting) <= all_but:
            return
        if scene.figures.now_s() > until_s:
            raise RuntimeError(f"after {BEGUN_WITHIN_S:g} s no run drives {', '.join(waiting)}")
        await asyncio.sleep(0.5)


def _all_was_played(scene: Scene) -> Check:
    """What was to be asked was asked: a load that was not there shows nothing."""
    answered = {each.person for each in scene.answered if each.kind == "roll-call"}
    seen = (f"{len(scene.asked)} of {scene.size.people} asked, {len(answered)} answered, "
            f"{scene.accepted.times.total()} alerts taken")  # fmt: skip
    ok = len(answered) == scene.size.people and scene.accepted.times.total() >= scene.size.alerts
    return Check("The whole load was played", ok, seen)
