"""``python -m tests.stories --seeds 0-999``: play the stories of these seeds, tell those that fail.

A failing seed is told whole: its steps, what broke, and how to play it again. ``--record`` writes
the record that a seed's story left. ``make seeds SEEDS=5000`` plays so many.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys

from tests.stories.story import play


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> int:
    """Play them; 1 where a promise broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.stories", description=__doc__)
    parser.add_argument("--seeds", type=_seeds, default=range(20), help="one, or first-last")
    parser.add_argument("--record", action="store_true", help="write the record each one left")
    given = parser.parse_args()
    logging.disable(logging.ERROR)
    gc.collect()
    gc.freeze()  # what is imported stays: looking through it again and again takes long
    failed = []
    for seed in given.seeds:
        told = play(seed)
        if given.record:
            sys.stdout.write(f"{told.record}\n")
        if told.broken:
            failed.append(seed)
            sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
    sys.stderr.write(f"{len(given.seeds)} stories, {len(failed)} failed: {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
