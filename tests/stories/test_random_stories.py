"""Stories that a seed draws keep every promise, and a seed tells the same story each time.

``make seeds SEEDS=5000`` plays many more. See ``docs/reliability.md`` for what the stories do, what
they leave out, and which mistakes put into the code on purpose they found.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kitart.settings import HOUSE
from tests.stories.story import play

SEEDS = (*range(13), *range(14, 24))
"""Each costs seconds of a processor, seed 13 minutes: there it is asked again and again whether a
line is to be switched back. Thousands are played by ``make seeds``."""
pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("D1", "D5", "D15", "D21", "A14", "A17", "A24")
@pytest.mark.parametrize("seed", SEEDS)
def test_every_promise_is_kept(seed: int) -> None:
    told = play(seed)
    assert not told.broken, str(told)


@pytest.mark.covers("D1")
@pytest.mark.parametrize("seed", [3])
def test_a_seed_tells_the_same_story_again_to_the_last_byte(seed: int) -> None:
    """Also in another process, where nothing lies where it lay and sets have another order."""
    again = subprocess.run(
        [sys.executable, "-m", "tests.stories", "--seeds", str(seed), "--record"],
        cwd=HOUSE, env=os.environ | {"PYTHONHASHSEED": "77"}, capture_output=True, text=True,
        timeout=250, check=False,
    )  # fmt: skip
    told = play(seed)
    assert len(told.record.splitlines()) > 50, "a story without a record shows nothing"
    assert again.stdout == f"{told.record}\n", again.stderr


@pytest.mark.long
def test_many_seeds_keep_every_promise() -> None:
    failed = {seed: told for seed in range(100, 300) if (told := play(seed)).broken}
    assert not failed, "\n".join(str(told) for told in failed.values())
