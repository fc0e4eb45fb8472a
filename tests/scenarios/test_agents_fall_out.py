"""Four agents drop out of the phone system in one minute, and nobody reports (E18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.agents_watch import agents_watch
from kitart.journal import outage_reports, roll_calls

# At work at nine on a Tuesday, of three projects and three regions.
FOUR = ["AG-013", "AG-014", "AG-001", "AG-049"]


@pytest.mark.covers("E18", "R17")
@pytest.mark.begins(at="2026-11-24T09:00:00+00:00")
def test_the_watch_opens_the_incident_asks_them_and_takes_silence_for_out(story) -> None:
    story.world.vcc.put_agents([*FOUR, "AG-002", "AG-005"], "WAITING4CALL")
    assert "nobody dropped out" in agents_watch(return_state=True).message
    story.world.vcc.put_agents(FOUR, None)
    story.clock.advance(minutes=1)
    assert agents_watch(return_state=True).message.startswith("INC-0001: asked")
    story.eventually(lambda: story.entries("run began"), "the plan's run")
    assert story.incident.reported_by == "monitor: phone system"
    with story.inst.journal.read() as session:
        assert len(roll_calls.waiting(session)) == len(FOUR)
    story.world.vcc.put_agents(["AG-013"], "CALL")
    for _ in range(6):
        story.until(story.clock.now() + timedelta(minutes=1))
        assert agents_watch(return_state=True).is_completed()
    with story.inst.journal.read() as session:
        rows = outage_reports.standing(session)
    assert [(row.agent, row.safe, row.role) for row in rows] == [
        ("AG-001", "unknown", "roll-call"),
        ("AG-014", "unknown", "roll-call"),
        ("AG-049", "unknown", "roll-call"),
    ]
