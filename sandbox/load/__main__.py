"""``python -m sandbox.load``: keeps a whole installation busy for a while, measures and judges it.

Ends with 0 when nothing was lost and all was as quick and as small at the end as before; with 1
when not, saying what.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console

from kitart.clock import real_now
from sandbox.load.playing import play
from sandbox.load.size import WHOLE_MINUTES, size_of
from sandbox.load.table import table, write_table
from sandbox.processes import ProcessTrouble
from sandbox.stopping import Stopped, stop_on_signals
from sandbox.up import run_folder

CONSOLE = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> int:
    """Play and judge; the exit code."""
    options = _options()
    stop_on_signals()
    size = size_of(options.minutes, options.scale)
    folder = options.folder or run_folder("load", real_now())
    try:
        outcome = play(size, folder, small=options.small, say=CONSOLE.print)
    except Stopped as stopped:
        CONSOLE.print("\nThe load was stopped; no process is left behind.")
        return 128 + stopped.number
    except (ProcessTrouble, OSError, RuntimeError) as trouble:
        CONSOLE.print(f"FAILED: {trouble}\nIts files are in {folder}")
        return 1
    lines = "\n".join(table(outcome))
    (folder / "load.md").write_text(f"{lines}\n", encoding="utf-8")
    CONSOLE.print(lines)
    if options.page:
        write_table(options.page, outcome)
    CONSOLE.print("The load was borne" if outcome.held else f"FAILED; its files are in {folder}")
    return 0 if outcome.held else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=float(WHOLE_MINUTES))
    parser.add_argument("--scale", type=float, default=1.0, help="a part of the whole load")
    parser.add_argument("--small", action="store_true", help="one machine's installation, SQLite")
    parser.add_argument("--page", type=Path, help="the page whose table is brought up to date")
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
