"""The general plan: something severe that no other plan is written for."""

from __future__ import annotations

import pytest

from tests.scenarios.general import PEOPLE, begun, press

pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("R8", "R9", "R11", "R13", "R14", "R15", "A15", "A20", "A21", "D5", "R50")
@pytest.mark.begins(people=PEOPLE)
def test_it_is_taken_sized_up_solved_and_closed_by_the_people_it_is_for(story) -> None:
    begun(story)
    assert story.incident.kind == "general response"
    lead = story.acks("ert")[0].person
    # Three filled fields, as the steps depend on them.
    (inputs,) = story.entries("inputs recorded")
    assert inputs.data["nature"] == "Something else"
    assert inputs.data["systems"] == "none of the register"
    assert inputs.data["severity"] == "P2"
    assert "flood" in inputs.data["words"]
    # Only the manager of the project that is named, and measured.
    assert {e.data["for"] for e in story.entries("account manager told")} == {"AM-1"}
    (reached,) = story.entries("account manager reached")
    assert reached.data["met"]
    # The client is told by a person; nothing goes out by itself.
    (told,) = story.entries("client told")
    assert "duty desk" in told.text
    assert not story.client_mails("CL-1")
    # Others are brought in by name of their role, and seen to join.
    press(story, lead, "bring-in", "it_manager", "A second pair of hands")
    (joined,) = story.entries("joined")
    assert joined.data["role"] == "it_manager"
    press(story, lead, "bring-in", "project:BRAVO")
    assert story.incident.projects == ["ALPHA", "BRAVO"]
    assert {e.data["for"] for e in story.entries("account manager told")} == {"AM-1", "AM-2"}
    assert len(story.entries("client told")) == 2
    press(story, lead, "bring-in", "nobody")
    assert not story.entries("escalated")
    # Over when its lead says so.
    story.at("09:40", by_minutes=10)
    assert story.incident.closed_at is None
    press(story, lead, "over", "over", "Moved to the other building, all at work")
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    (closed,) = story.entries("closed")
    assert "other building" in closed.text
    assert story.incident.settled_at is not None
