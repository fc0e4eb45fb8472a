"""Two seats, and backups who say no, nothing, later, or yes and do not come (E7-E9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenarios.workplace import (
    begun,
    called,
    calls,
    logged_in,
    minutes,
    out,
    people,
    roster_logs_in,
    says,
    seats,
)

pytestmark = pytest.mark.timeout(300)

OUT = ("AG-001", "AG-002", "AG-003", "AG-004")


@pytest.mark.covers("E7", "E8", "E9", "E13", "E16", "A6", "D8", "D11", "D12", "R20", "R21")
@pytest.mark.begins(at="2026-11-24T09:00:00+00:00", people=people())
def test_each_outcome_has_its_own_next_step_and_the_seats_are_filled_in_the_end(story) -> None:
    roster_logs_in(story)
    assert {out(story, agent) for agent in OUT} == {"INC-0001"}
    begun(story)
    # As many at once as seats are missing.
    first = {c.agent for c in calls(story)}
    assert first == {"AG-031", "AG-032"}
    story.at("09:01")
    assert says(story, "AG-032", "no") == "declined"
    # A no brings the next at once, on the next rung that people have invoked.
    (changed,) = story.entries("level changed")
    assert (changed.data["level"], minutes(story, changed.occurred_at)) == (3, 1)
    second = [c.agent for c in calls(story) if c.agent not in first]
    assert len(second) == 1
    assert says(story, "AG-031", "yes") == "accepted"
    story.at("09:03", by_minutes=1)
    # Later is kept in reserve; somebody faster is looked for.
    at = story.start + timedelta(minutes=48)
    assert says(story, second[0], "later", starts_at=at) == "later"
    third = [c.agent for c in calls(story) if c.agent not in {*first, *second}]
    assert len(third) == 1
    story.at("09:08", by_minutes=1)
    # Silence brings the next after five minutes; a late yes still counts.
    assert [e.data["agent"] for e in story.entries("backup no answer")] == third
    fourth = [c.agent for c in calls(story) if c.agent not in {*first, *second, *third}]
    assert len(fourth) == 1
    assert says(story, fourth[0], "yes") == "accepted"
    assert seats(story, "ALPHA/de")["coming"] == 2
    # Both seats have somebody: who was asked in vain is thanked and has nothing to do.
    assert third[0] in {e.data["agent"] for e in story.entries("backup stood down")}
    story.at("09:20", by_minutes=4)
    logged_in(story, fourth[0])
    story.at("09:25", by_minutes=1)
    assert seats(story, "ALPHA/de")["filled"] == 1, "partly covered is shown as such"
    assert [e.data["agent"] for e in story.entries("backup reminded")] == ["AG-031"]
    assert any("not show you yet" in text for text in story.texts_to_agent("AG-031"))
    story.at("09:30", by_minutes=1)
    (missing,) = story.entries("backup no-show")
    assert (missing.data["agent"], minutes(story, missing.occurred_at)) == ("AG-031", 30)
    # The next is asked; nobody faster is left when that is a no: who can come later comes.
    again = called(story, third[0])
    assert minutes(story, again.asked_at) == 30
    assert says(story, third[0], "no") == "declined"
    (used,) = story.entries("backup used later")
    assert used.data["agent"] == second[0]
    assert "start target missed" in used.text
    story.at("09:46", by_minutes=4)
    logged_in(story, second[0])
    story.at("09:48", by_minutes=1)
    assert seats(story, "ALPHA/de")["filled"] == 2
