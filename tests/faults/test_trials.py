"""Stories played while something is really broken: the short set; ``make faults`` plays all."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.trial.playing import NotHere, play
from tests.servers import missing

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]


@pytest.mark.covers("D1", "D5", "D15", "D21")
@pytest.mark.parametrize(
    ("fault", "story"),
    [
        ("sending", "client-crm"),
        ("power", "vcc"),
        pytest.param("disk-full", "client-crm", marks=pytest.mark.long),
        pytest.param("journal-locked", "vcc", marks=pytest.mark.long),
    ],
)
def test_an_incident_ends_right_though_this_breaks(tmp_path: Path, fault: str, story: str) -> None:
    try:
        outcome = play(fault, story, 1, tmp_path / "trial")
    except NotHere as why:
        missing(str(why))
    assert outcome.struck_at
    assert [f"{check.what}: {check.seen}" for check in outcome.checks if not check.ok] == []
