"""A hundredth of the load on a whole installation: it is played, measured and judged to its end;
``make load`` plays all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.load.figures import ALERT, ANSWER, PAGE
from sandbox.load.playing import play
from sandbox.load.size import size_of
from sandbox.load.table import BEGIN, END, write_table

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]
OF_THE_MACHINE = (ALERT, PAGE, ANSWER, "first SMS", "memory", "journal")
"""How the names of checks begin whose figures two minutes on a busy machine say nothing of."""


@pytest.mark.covers("D1", "D5", "E33")
@pytest.mark.parametrize("small", [True, False], ids=["one machine", "on many"])
def test_nothing_that_was_taken_is_lost(tmp_path: Path, small: bool) -> None:
    outcome = play(size_of(2.5, 0.02), tmp_path, small=small, say=lambda _: None)
    wrong = [f"{check.what}: {check.seen}" for check in outcome.checks
             if not check.ok and not check.what.startswith(OF_THE_MACHINE)]  # fmt: skip
    assert wrong == []
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_table(page, outcome)
    written = page.read_text()
    assert "old" not in written
    assert written.startswith(f"before\n{BEGIN}\n2.5 minutes, 2 incidents open all the time")
    assert written.endswith(f"{END}\nafter\n")
