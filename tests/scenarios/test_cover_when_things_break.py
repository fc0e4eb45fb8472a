"""The call-out where runs die and the phone system is away: nobody is forgotten, nobody is asked
twice, nothing is taken for granted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kitart.journal import cover, timeline
from tests.scenarios.workplace import (
    begun,
    called,
    calls,
    gone,
    logged_in,
    out,
    people,
    roster_logs_in,
    says,
    seats,
)

pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("D21", "D8", "D15", "A14")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people())
def test_a_call_on_record_whose_run_died_is_sent_once_by_the_next(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014")
    begun(story)
    first = called(story, "AG-016")
    assert len(asked(story, "AG-016")) == 1
    story.orchestrator.kill()
    # What a run leaves that died between holding an agent and asking them.
    with story.inst.journal.write() as session:
        cover.end(cover.held(session, first.id), cover.DECLINED, now=story.clock.now())
        session.flush()
        left = cover.reserve(
            session, "INC-0001", "AG-016", "CHARLIE/hu", "native", now=story.clock.now(),
            hold=timedelta(minutes=10), due_at=story.clock.now() + timedelta(minutes=30),
        )  # fmt: skip
        assert left is not None
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.eventually(lambda: len(asked(story, "AG-016")) == 2, "the text that was never sent")
    story.settle(quiet_s=0.8)
    assert len(asked(story, "AG-016")) == 2
    assert [c.agent for c in calls(story)] == ["AG-016", "AG-016"]
    # The level that was invoked before is not asked for again.
    assert len(story.entries("level set")) == 1


@pytest.mark.covers("R21", "D19", "D12")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people())
def test_while_the_phone_system_shows_nobody_an_agents_own_word_counts_and_says_so(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014")
    begun(story)
    assert says(story, "AG-016", "yes") == "accepted"
    story.phone_system("down")
    story.at("08:14", by_minutes=1)
    (unseen,) = story.entries("agents not seen")
    assert "can't be asked" in unseen.text
    assert not story.entries("agent back"), "nothing is concluded from what can't be seen"
    with story.inst.journal.write() as session:
        call = called(story, "AG-016")
        timeline.append(
            session, "INC-0001", "backup says live", "AG-016 says to be logged in",
            now=story.clock.now(), author="agent", source="person",
            data={"agent": "AG-016", "call": call.id, "queue": "CHARLIE/hu"},
        )  # fmt: skip
    story.at("08:16", by_minutes=1)
    (live,) = story.entries("backup live")
    assert live.text.endswith("says to be live; the phone system can't show it")
    assert seats(story, "CHARLIE/hu")["filled"] == 2
    story.phone_system("up")
    story.at("08:18", by_minutes=1)
    assert not story.entries("backup lost"), "a word is not taken back by a system that was away"


def asked(story, agent: str) -> list[str]:
    return [t for t in story.texts_to_agent(agent) if "Backup needed" in t or "Helyettes kell" in t]


@pytest.mark.covers("R21", "D12", "E29")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people())
def test_a_backup_who_falls_out_and_logs_in_again_sits_there_again_with_the_gap_kept(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014")
    begun(story)
    assert says(story, "AG-016", "yes") == "accepted"
    logged_in(story, "AG-016")
    story.at("08:15", by_minutes=1)
    gone(story, "AG-016")
    story.at("08:16", by_minutes=1)
    assert seats(story, "CHARLIE/hu")["filled"] == 1
    story.at("08:18", by_minutes=1)
    logged_in(story, "AG-016")
    story.at("08:19", by_minutes=1)
    assert seats(story, "CHARLIE/hu")["filled"] == 2
    first, second = calls(story)
    assert (first.state, second.state) == ("lost", "live")
    assert (second.live_at - first.ended_at).total_seconds() == 120
    assert len(asked(story, "AG-016")) == 1, "nobody asks who sits there already"
