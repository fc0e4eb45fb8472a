"""One power cut, projects of two account managers: one incident, each decides for the own (E4)."""

from __future__ import annotations

import pytest

from tests.scenarios.workplace import begun, calls, out, people, roster_logs_in, seats

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("E4", "A27", "A28", "E33", "R15", "R18", "D11")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people())
def test_each_project_keeps_its_own_level_manager_and_cover(story) -> None:
    roster_logs_in(story)
    for agent in ("AG-014", "AG-001", "AG-003"):
        assert out(story, agent) == "INC-0001"
    begun(story)
    story.settle(quiet_s=1.0)
    assert set(story.incident.projects) == {"CHARLIE", "ALPHA"}
    levels = {e.data["project"]: (e.data["level"], e.data["person"])
              for e in story.entries("level set")}  # fmt: skip
    assert levels["CHARLIE"][1] == "AM-2"
    assert levels["ALPHA"][1] == "AM-1"
    assert {c.queue for c in calls(story)} == {"CHARLIE/hu", "ALPHA/de"}
    assert seats(story, "CHARLIE/hu")["needed"] == 2
    # Both know who coordinates.
    (first,) = story.entries("coordinating account manager")
    assert first.data["person"] in ("AM-1", "AM-2")
    for manager in ("AM-1", "AM-2"):
        story.eventually(
            lambda m=manager: any("coordinates" in t or "koordinál" in t
                                  for t in story.texts_to(m)), f"{manager} told")  # fmt: skip
