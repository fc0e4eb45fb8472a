"""The general plan: something severe that no other plan is written for."""

from __future__ import annotations

import pytest

from kitart.alerts import intake
from kitart.journal import incidents
from kitart.journal.alerts import Reading
from kitart.plan.schema import MonitoringRule
from tests.scenarios.general import PEOPLE, begun, press, question

pytestmark = pytest.mark.timeout(300)


WATER = MonitoringRule.model_validate(
    {"id": "water", "source": "prtg", "match": {"sensor": "pump"}, "plan": "general",
     "queues": ("ALPHA/de",)}
)  # fmt: skip


def alert(story, status: str) -> None:
    """PRTG sees a pump that no system of the register stands for."""
    now = story.clock.now()
    reading = Reading("prtg", "7", status, "The pump stands", labels={"sensor": "pump"},
                      said_at=now, started_at=story.start)  # fmt: skip
    rules = story.plan.monitoring.model_copy(update={"rules": (WATER,)})
    plan = story.plan.model_copy(update={"monitoring": rules})
    with story.inst.journal.write() as session:
        incidents.one_at_a_time(session)
        intake.take(session, plan, [reading], "", "", now=now)


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


@pytest.mark.covers("D7", "E33")
@pytest.mark.begins(people=PEOPLE)
def test_a_monitors_end_of_it_is_put_to_the_lead_and_closes_nothing(story) -> None:
    alert(story, "firing")
    story.eventually(lambda: story.entries("run began"), "the run")
    story.eventually(lambda: question(story, "over"), "the question")
    story.at("09:01")
    lead = story.acks("ert")[0].person
    title = question(story, "over").translations["hu"]["title"]
    before = len([text for text in story.texts_to(lead) if title in text])
    alert(story, "resolved")
    story.at("09:02")
    asked = [text for text in story.texts_to(lead) if title in text]
    assert len(asked) == before + 1
    assert story.incident.closed_at is None
    press(story, lead, "over", "over", "The pump runs again")
    story.orchestrator.wait()
    assert story.incident.state == "closed"
