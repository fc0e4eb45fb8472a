"""The scene of a trial: what is there to be broken, what was, and what a fault is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import requests
import sqlalchemy as sa

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal.database import Journal
from kitart.journal.tables import TimelineEntry
from kitart.plan.schema import Plan
from sandbox.demo.crash import kill_run
from sandbox.demo.outside import Window
from sandbox.stack import Stack
from sandbox.trial.clock import ClockStep

FOUND_WITHIN_S = 30.0


@dataclass(frozen=True)
class Strike:
    """When, and after how many entries of the journal; ``set_by``: how far the clock was set."""

    at: datetime
    entries: int
    set_by: timedelta = timedelta(0)


@dataclass
class Scene:
    """Where a trial plays. ``room`` is the folder of the journal, a file system of its own where
    the fault needs one."""

    stack: Stack
    window: Window
    plan: Plan
    company: Path
    random: Random
    room: Path
    clock: ClockStep
    kept: dict[str, Any] = field(default_factory=dict)
    struck: list[Strike] = field(default_factory=list)
    killed: int = 0
    """How many processes were."""
    broken: bool = False
    """Until what a strike broke is mended."""
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the story has ended."""

    def kill(self, part: str, *, alone: bool = False) -> None:
        """``kill -9`` a part, with or without what it has started."""
        self.stack.kill(part, alone=alone)
        self.killed += 1

    def kill_run(self, *, wait_s: float = FOUND_WITHIN_S) -> int:
        """``kill -9`` the runs of now, waiting for one if there is none; how many."""
        until = monotonic_s() + wait_s
        while True:
            with suppress(requests.RequestException):
                if killed := len(kill_run(self.stack)):
                    self.killed += killed
                    return killed
            if monotonic_s() >= until:
                return 0
            sleep_s(0.25)

    def strikes(self, set_by: timedelta = timedelta(0)) -> None:
        """It is now that something breaks."""
        with closing(Journal(self.stack.journal_url)) as journal:
            self.struck.append(Strike(real_now(), entries(journal), set_by))


def entries(journal: Journal) -> int:
    """How many entries there are, of all incidents."""
    with journal.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(TimelineEntry)) or 0


Act = Callable[[Scene], None]


def nothing(_scene: Scene) -> None:
    """It mends itself, or by nobody."""


@dataclass(frozen=True)
class Fault:
    """``strike`` is done so ``often`` at moments of the seed's, and mended ``lasts_s`` real seconds
    later, or once ``at`` a minute of the plan's clock; ``begin`` is done before it. One that
    ``waits`` for its moment from then on says itself when it strikes. ``kills``: a trial in which
    no process was killed shows nothing. ``limit_s``: real seconds that the story may take.
    ``not_in``: stories that have it as their own, or that can't be told so. ``set_by``: what the
    strike sets the clock by. ``begins`` says from the present when on the plan's clock the story
    begins, where that is the fault."""

    what: str
    strike: Act
    mend: Act = nothing
    lasts_s: float = 0.0
    often: int = 1
    waits: bool = False
    kills: bool = False
    begin: Act = nothing
    small_room: bool = False
    limit_s: float = 480.0
    at: float | None = None
    not_in: tuple[str, ...] = ()
    set_by: timedelta = timedelta(0)
    begins: Callable[[datetime], datetime] | None = None
