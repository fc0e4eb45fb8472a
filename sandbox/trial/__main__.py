"""``python -m sandbox.trial``: plays stories while things are really broken, and judges them.

Ends with 0 when every story survived its fault; with 1 when one did not, saying which.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from random import Random

from rich.console import Console

from kitart.clock import monotonic_s, real_now
from sandbox.demo import scenario as scenarios
from sandbox.processes import ProcessTrouble
from sandbox.stopping import Stopped, stop_on_signals
from sandbox.trial.breaking import FAULTS
from sandbox.trial.playing import NotHere, Outcome, play
from sandbox.trial.table import write_table
from sandbox.up import run_folder

CONSOLE = Console(highlight=False, markup=False, soft_wrap=True)
STORIES = [name for name in scenarios.names() if name != "exercise"]
DRAWN = 4
"""How many trials a seed draws, where none are named."""


def main() -> int:
    """Play and judge; the exit code."""
    options = _options()
    stop_on_signals()
    trials = list(_chosen(options))
    folder = (options.folder or run_folder("trial", real_now())).resolve()
    CONSOLE.print(f"{len(trials)} trials, seed {options.seed}, in {folder}")
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            outcomes = list(pool.map(lambda one: _played(one[0], one[1], options, folder), trials))
    except Stopped as stopped:
        CONSOLE.print("\nThe trials were stopped; no process is left behind.")
        return 128 + stopped.number
    if options.page:
        write_table(options.page, [one for one in outcomes if one is not None])
    wrong = [one for one in outcomes if one is not None and not one.survived]
    CONSOLE.print(f"{len([o for o in outcomes if o]) - len(wrong)} of {len(trials)} survived")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.trial", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="decides what is drawn, and when")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS))
    parser.add_argument("--story", action="append", choices=STORIES)
    parser.add_argument("--all", action="store_true", help="each fault in each story: for hours")
    parser.add_argument("--jobs", type=int, default=1, help="how many at once")
    parser.add_argument("--page", type=Path, help="the page whose table is brought up to date")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The named faults in the named stories; all of one kind where only the other is named; else
    as many as a seed draws."""
    every = [
        (fault, story)
        for fault in options.fault or FAULTS
        for story in options.story or STORIES
        if story not in FAULTS[fault].not_in
    ]
    if options.all or options.fault or options.story:
        yield from every
    else:
        yield from Random(options.seed).sample(every, DRAWN)


def _played(fault: str, story: str, options: argparse.Namespace, folder: Path) -> Outcome | None:
    begun_s = monotonic_s()
    place = folder / f"{fault}-{story}"
    again = f"make faults FAULT={fault} STORY={story} SEED={options.seed}"
    try:
        outcome = play(fault, story, options.seed, place)
    except NotHere as why:
        CONSOLE.print(f"not here  {fault} in {story}: {why}")
        return None
    except (ProcessTrouble, OSError) as trouble:
        CONSOLE.print(f"FAILED    {fault} in {story}: {trouble}\n          again: {again}")
        raise
    (place / "outcome.json").write_text(json.dumps(asdict(outcome), indent=1, default=str))
    mark = "survived " if outcome.survived else "FAILED   "
    went_on = f", went on after {outcome.went_on_s:.0f} s" if outcome.went_on_s is not None else ""
    CONSOLE.print(
        f"{mark} {fault} in {story} at {', '.join(f'{at:g}' for at in outcome.struck_at)} min"
        f"{went_on}; {'; '.join(outcome.told) or 'nobody noticed'} "
        f"({monotonic_s() - begun_s:.0f} s)"
    )
    for check in outcome.checks:
        if not check.ok:
            CONSOLE.print(f"          {check.what}: {check.seen}")
    if not outcome.survived:
        CONSOLE.print(f"          again: {again}")
    return outcome


if __name__ == "__main__":
    sys.exit(main())
