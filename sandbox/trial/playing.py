"""One trial: a story of the demo on a stack of its own, and a fault that strikes at moments of the
seed's."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import requests
import sqlalchemy as sa
from rich.console import Console

from kitart.clock import monotonic_s, real_now, sleep_s
from kitart.journal.database import Journal
from kitart.journal.tables import Message, TimelineEntry
from kitart.plan.loading import load_plan
from kitart.settings import HOUSE
from sandbox.demo import scenario as scenarios
from sandbox.demo.checks import Check
from sandbox.demo.outside import Outside, Window
from sandbox.demo.play import Play, PlayFailed
from sandbox.demo.show import Screen
from sandbox.stack import Stack, Wishes
from sandbox.trial.breaking import FAULTS, SPEED
from sandbox.trial.clock import ClockStep, NoCompiler
from sandbox.trial.judging import REPEAT, judge
from sandbox.trial.scene import Fault, Scene, Strike

FIRST_AT, LAST_BEFORE_END = 1.0, 20.0
"""Minutes of the plan's clock: no fault strikes before the alert, nor when all is nearly over."""
ROOM_MB = 24
GOES_ON = ("run took over", "message accepted", "decided", "acknowledged", "report sent")
"""Entries that show that an incident goes on."""


class NotHere(Exception):
    """This machine can't do what the fault needs; the message says what."""


@dataclass(frozen=True)
class Outcome:
    """``went_on_s``: the longest real time from a strike until the incident went on; ``told``: what
    people noticed beside the story itself."""

    fault: str
    scenario: str
    seed: int
    struck_at: Sequence[float]
    checks: Sequence[Check]
    went_on_s: float | None
    told: Sequence[str]

    @property
    def survived(self) -> bool:
        return all(check.ok for check in self.checks)


def play(fault_name: str, scenario_name: str, seed: int, folder: Path) -> Outcome:
    """Play one trial; raises ``NotHere``, ``ProcessTrouble``."""
    fault, scenario = FAULTS[fault_name], scenarios.load(scenario_name)
    random = Random(f"{seed}/{fault_name}/{scenario_name}")
    folder.mkdir(parents=True)
    company = Path(shutil.copytree(HOUSE / "config", folder / "config"))
    plan = load_plan(company)
    begins = (
        fault.begins(real_now())
        if fault.begins
        else scenarios.beginning(plan, scenario, real_now())
    )
    clock = ClockStep(folder)
    with _room(folder / "journal", own=fault.small_room) as room:
        wishes = Wishes(
            folder / "stack", SPEED, begins, scenarios.file_of(scenario_name), 0, 0,
            f"sqlite:///{room / 'journal.db'}", config=company,
            for_parts=_compiled(clock) if fault.set_by else {},
        )  # fmt: skip
        with Stack(wishes, lambda _: None) as stack:
            window = Window(stack)
            scene = Scene(stack, window, plan, company, random, room, clock)
            fault.begin(scene)
            last = scenario.usual_minutes - LAST_BEFORE_END
            drawn = sorted(round(random.uniform(FIRST_AT, last), 2) for _ in range(fault.often))
            moments = drawn if fault.at is None else [fault.at]
            besides = list(_besides(scene, fault, moments))
            console = Console(file=io.StringIO())
            screen = Screen(console, plan, scenario.title, plan.limits.rto[1])
            story = Play(stack, plan, scenario, screen, fault.limit_s, besides=besides,
                         restarts=True)  # fmt: skip
            trouble = _to_its_end(story, window)
            scene.over.set()
            if scene.broken:  # the story failed meanwhile: it could not even be judged
                _mend(scene, fault)
            seen = window.read()
            journal = Journal(stack.journal_url)
            try:
                checks = [Check("The story came to its end", not trouble, trouble or "closed"),
                          *_killed(scene, fault),
                          *judge(plan, scenario, journal, seen)]  # fmt: skip
                went_on_s = _went_on_s(journal, stack, scene.struck)
                told = _told(journal, seen)
            finally:
                journal.close()
    return Outcome(fault_name, scenario_name, seed, moments, checks, went_on_s, told)


def _compiled(clock: ClockStep) -> Mapping[str, str]:
    try:
        return clock.compile()
    except NoCompiler as why:
        raise NotHere(str(why)) from why


def _besides(
    scene: Scene, fault: Fault, moments: Sequence[float]
) -> Iterator[tuple[float, Callable[[], None]]]:
    def strike() -> None:
        if not fault.waits:
            scene.strikes(fault.set_by)
        scene.broken = bool(fault.lasts_s)
        fault.strike(scene)

    for at in moments:
        yield at, strike
        if fault.lasts_s:
            yield at + fault.lasts_s * SPEED / 60, lambda: _mend(scene, fault)


def _killed(scene: Scene, fault: Fault) -> Iterator[Check]:
    if fault.kills:
        yield Check("What was to be killed was", scene.killed > 0, f"{scene.killed} processes")


def _mend(scene: Scene, fault: Fault) -> None:
    fault.mend(scene)
    scene.broken = False


def _to_its_end(story: Play, window: Window) -> str:
    """What kept the story from its end, if anything did; and the run from being shown as ended."""
    try:
        with story.screen:
            story.run()
    except PlayFailed as failed:
        return str(failed)
    until = monotonic_s() + 60
    while monotonic_s() < until:
        with contextlib.suppress(requests.RequestException):
            if all(run["state_type"] in ("COMPLETED", "CRASHED", "FAILED", "CANCELLED")
                   for run in window.flow_runs()):  # fmt: skip
                break
        sleep_s(0.5)
    return ""


@contextlib.contextmanager
def _room(folder: Path, *, own: bool) -> Iterator[Path]:
    """A folder for the journal; a small file system of its own, if wanted. Raises ``NotHere``."""
    folder.mkdir(parents=True)
    if not own:
        yield folder
        return
    mount = ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        raise NotHere("a file system of its own can't be mounted here (root is needed)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


def _went_on_s(journal: Journal, stack: Stack, strikes: Sequence[Strike]) -> float | None:
    """By the order of the entries, as the clock may have been set."""
    with journal.read() as session:
        rows = session.execute(
            sa.select(TimelineEntry.recorded_at, TimelineEntry.type).order_by(TimelineEntry.id)
        ).all()
    waits = []
    for strike in strikes:
        at = stack.plan_time(strike.at) + strike.set_by * SPEED
        later = [
            moment for moment, type in rows[strike.entries :] if type in GOES_ON and moment > at
        ]
        if later:
            waits.append((later[0] - at).total_seconds() / SPEED)
    return max(waits, default=None)


def _told(journal: Journal, seen: Outside) -> list[str]:
    with journal.read() as session:
        rows = list(session.scalars(sa.select(Message)))
    said = []
    if again := sum(bool(REPEAT.match(sms.body)) for sms in seen.sms):
        said.append("a text" if again == 1 else f"{again} texts")
        said[-1] += " again, marked as a repeat"
    if paper := {row.recipient for row in rows if row.purpose == "paper-plan"}:
        said.append(f"{len(paper)} people sent to the paper plan, and told when it was over")
    if any(row.purpose == "run-crashed" for row in rows):
        said.append("the IT manager heard that a run had crashed")
    if any(deed.kind == "uncertain" for deed in seen.deeds):
        said.append("somebody was asked whether a report had arrived")
    late = {row.purpose for row in rows if row.purpose == "deadline-missed"}
    if late:
        said.append("a missed deadline was told")
    if any(deed.outcome == "failed" for deed in seen.deeds):
        said.append("pages failed, and were opened again")
    return said
