"""Two incidents of different causes want the same backup: no double booking, no silent move."""

from __future__ import annotations

import pytest

from kitart.journal import timeline
from tests.scenarios.workplace import begun, calls, like, out, people, roster_logs_in, says, seats

pytestmark = pytest.mark.timeout(300)

ERT = like(priority=["P3", "P1"], transfer="take")


@pytest.mark.covers("E2", "E3", "E5", "D8", "A27")
@pytest.mark.begins(
    at="2026-11-22T02:40:00+00:00", people=people(**{f"ERT_{n}": ERT for n in range(1, 6)})
)
def test_the_second_sees_who_holds_the_backup_and_the_ert_lead_decides(story) -> None:
    roster_logs_in(story)
    # A broken computer is one agent's own cause, a storm another: two records.
    assert out(story, "AG-018", "device") == "INC-0001"
    begun(story)
    story.eventually(lambda: story.entries("priority set"), "its priority")
    assert [(c.agent, c.queue) for c in calls(story)] == [("AG-057", "BRAVO/en")]
    assert says(story, "AG-057", "yes") == "accepted"
    assert {out(story, "AG-023"), out(story, "AG-024")} == {"INC-0002"}
    story.eventually(lambda: entries(story, "INC-0002", "run began"), "the second run")
    story.eventually(lambda: entries(story, "INC-0002", "priority set"), "its priority")
    story.settle(quiet_s=1.0)
    # Nobody sees to the other incident's seat, and who is taken is passed over.
    assert [(c.agent, c.queue) for c in calls(story, "INC-0002")] == [("AG-045", "BRAVO/es")]
    assert not entries(story, "INC-0002", "backup transferred")
    says(story, "AG-045", "no", incident="INC-0002")
    moved = story.eventually(
        lambda: entries(story, "INC-0002", "backup transferred"), "the decision"
    )
    assert (moved[0].data["agent"], moved[0].data["from"]) == ("AG-057", "INC-0001")
    story.settle(quiet_s=1.0)
    assert [e.text for e in entries(story, "INC-0001", "backup transferred")] == [moved[0].text]
    (mine,) = [c for c in calls(story, "INC-0002") if c.agent == "AG-057"]
    assert (mine.queue, mine.state) == ("BRAVO/es", "asked")
    held = [c.agent for n in ("INC-0001", "INC-0002") for c in calls(story, n) if c.hold_key]
    assert len(set(held)) == len(held), "nobody is held twice"
    assert seats(story, "BRAVO/en")["coming"] == 0, "the seat that was given away shows as empty"


def entries(story, incident: str, *types: str):
    with story.inst.journal.read() as session:
        return timeline.entries(session, incident, *types)
