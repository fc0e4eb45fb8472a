"""``python -m sandbox.demo``: plays an outage on a stack of its own and judges it from outside.

Ends with 0 when every check holds; with 1 when one does not, saying which.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kitart.clock import monotonic_s, real_now
from kitart.plan.loading import PlanError, load_plan
from kitart.reports.pdf import can_print
from sandbox.asterisk.packages import NotToBeHad, asterisk_root, sipp_program
from sandbox.demo import scenario as scenarios
from sandbox.demo.call_checks import RealCalls
from sandbox.demo.checks import Check, judge
from sandbox.demo.company import company_of
from sandbox.demo.cover_checks import judge_cover
from sandbox.demo.exercise_checks import judge_exercise
from sandbox.demo.messages import write_messages
from sandbox.demo.outside import Outside, Window
from sandbox.demo.play import Play, PlayFailed, when
from sandbox.demo.scenario import Scenario
from sandbox.demo.show import Screen
from sandbox.demo.started_checks import judge_started
from sandbox.processes import ProcessTrouble
from sandbox.stack import Stack, Wishes
from sandbox.stopping import Stopped, stop_on_signals
from sandbox.up import add_places, run_folder

LIMIT_S = 180.0
FASTEST = 60.0
FASTEST_CALLS = 10.0
WITH_CALLS = "blackout"
PIPE_WIDTH = 160
SLACK = 1.5
"""How much longer than usual a slow demo may take."""


def main() -> int:
    """Play and judge; the exit code."""
    options = _options()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)
    stop_on_signals()
    try:
        scenario = scenarios.load(options.scenario)
        with TemporaryDirectory() as folder:
            return _demo(console, company_of(scenario, Path(folder)), scenario, options)
    except (PlanError, LookupError, ProcessTrouble, PlayFailed, NotToBeHad, OSError) as trouble:
        console.print(f"\nThe demo failed: {trouble}", markup=False)
        return 1
    except Stopped as stopped:
        console.print("\nThe demo was stopped; no process is left behind.")
        return 128 + stopped.number


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.demo", description=__doc__)
    parser.add_argument("--scenario", default="vcc", choices=scenarios.names())
    parser.add_argument(
        "--speed", type=float, default=20.0, help=f"of the plan's clock, 1 to {FASTEST:.0f}"
    )
    parser.add_argument(
        "--kill-run-at", type=float, metavar="MINUTES",
        help="kill the incident's run at this minute of the plan's clock",
    )  # fmt: skip
    parser.add_argument(
        "--pbx", default="", choices=("", "asterisk"),
        help="a real phone system, called by SIP, in place of the stand-in",
    )  # fmt: skip
    add_places(parser)
    options = parser.parse_args()
    if options.pbx and options.scenario != WITH_CALLS:
        parser.error(
            f"--scenario is {options.scenario}; on a real phone system right would be {WITH_CALLS}"
        )
    if options.pbx and options.speed > FASTEST_CALLS:
        parser.error(
            f"--speed is {options.speed:g}; with a real phone system right would be 1 to "
            f"{FASTEST_CALLS:g}: a call takes its time"
        )
    if not 1 <= options.speed <= FASTEST:
        parser.error(f"--speed is {options.speed}; right would be 1 to {FASTEST:.0f}")
    return options


def _demo(console: Console, company: Path, scenario: Scenario, options: argparse.Namespace) -> int:
    plan = load_plan(company)
    folder = options.folder or run_folder("demo", real_now())
    start = scenarios.beginning(plan, scenario, real_now())
    limit_s = max(LIMIT_S, scenario.usual_minutes * 60 * SLACK / options.speed)
    wishes = Wishes(
        folder, options.speed, start, scenarios.file_of(options.scenario),
        options.gateway_port, options.prefect_port, options.database_url,
        options.prefect_database_url, options.worker, company, pbx=options.pbx,
    )  # fmt: skip
    console.print(f"{scenario.title}: the demo, in {folder}", markup=False)
    if options.pbx:
        console.print("Asterisk: fetched from Debian once (60 MB) if it is not there yet …")
        asterisk_root()
        sipp_program()
    begun_s = monotonic_s()
    with Stack(wishes, lambda text: console.print(text, markup=False)) as stack:
        console.print(
            f"Ready after {monotonic_s() - begun_s:.0f} s. Sandbox time begins on {when(start)} "
            f"and runs {options.speed:g} times as fast.\n"
            f"Prefect: {stack.prefect_url}   Gateway: {stack.gateway_url}\n",
            markup=False,
        )
        played_s = monotonic_s()
        screen = Screen(console, plan, scenario.title, plan.limits.rto[1])
        play = Play(stack, plan, scenario, screen, limit_s, options.kill_run_at)
        trouble = _played(play, screen)
        took_s = monotonic_s() - played_s
        if play.posted is None:
            raise PlayFailed(trouble)
        window = Window(stack)
        seen = window.read()
        heard = window.get("vcc", "/sandbox/records") if options.pbx else None
        posted = replace(play.posted, sharepoint_away=play.sharepoint_away)
        more: dict[str, Any] = {"crashes": play.crashes, "pdfs": can_print()}
        if scenario.exercise:
            listed = stack.command("exercise", "list", "--json").splitlines()
            actions = stack.command("action", "list", "--all", "--json").splitlines()
            checks = judge_exercise(plan, scenario, options.speed, listed, actions, seen)
        elif scenario.cover:
            if heard is not None:
                more["calls"] = RealCalls.read(heard)
            checks = judge_cover(plan, scenario, play.began or start, posted, seen, **more)
        elif scenario.started:
            checks = judge_started(plan, scenario, posted, seen, **more)
        else:
            checks = judge(plan, scenario.system, posted, seen, **more)
    paths = _keep_documents(seen, folder / "documents")
    write_messages(plan, seen, folder / "messages.txt")
    _report(console, [Check("The story came to its end in time", not trouble,
                            trouble or f"after {took_s:.0f} s"), *checks], paths)  # fmt: skip
    console.print(f"Everything of this demo is in {folder}", markup=False)
    return 1 if trouble or not all(check.ok for check in checks) else 0


def _played(play: Play, screen: Screen) -> str:
    """Play; what kept it from coming to its end, or nothing."""
    try:
        with screen:
            play.run()
    except PlayFailed as failed:
        return str(failed)
    return ""


def _keep_documents(seen: Outside, folder: Path) -> list[Path]:
    """Download every document from SharePoint."""
    paths = []
    for path, content in sorted(seen.files.items()):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        paths.append(file)
    return paths


def _report(console: Console, checks: list[Check], paths: list[Path]) -> None:
    table = Table(title="Judged from outside", title_justify="left", box=None, pad_edge=False)
    for heading in ("", "What must hold", "What was seen"):
        table.add_column(heading, overflow="fold")
    for check in checks:
        mark = Text("ok", style="green") if check.ok else Text("FAILED", style="bold red")
        table.add_row(mark, Text(check.what), Text(check.seen))
    console.print()
    console.print(table)
    console.print("\nThe documents, as filed in SharePoint:")
    for path in paths:
        console.print(f"  {path}", markup=False, soft_wrap=True)
    failed = [check.what for check in checks if not check.ok]
    if failed:
        console.print(f"\nFAILED: {'; '.join(failed)}", markup=False)
    else:
        console.print(f"\nAll {len(checks)} checks hold.")


if __name__ == "__main__":
    sys.exit(main())
