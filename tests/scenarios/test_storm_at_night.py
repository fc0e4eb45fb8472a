"""Scenario B: a storm at night, several languages, climbing from level 2 to 3 (R25-R35)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.scenarios.documents import assert_complete_set
from tests.scenarios.workplace import (
    begun,
    called,
    calls,
    gone,
    like,
    logged_in,
    minutes,
    out,
    people,
    record,
    roster_logs_in,
    says,
    seats,
)

pytestmark = pytest.mark.timeout(300)

OUT = ("AG-023", "AG-024", "AG-027")


@pytest.mark.covers(
    "R25", "R26", "R27", "R28", "R29", "R30", "R31", "R32", "R33", "R34", "R35",
    "A6", "A11", "A7", "A8", "A9", "A12", "A17", "A19", "A28", "E4", "E6", "E14", "E29", "D11",
)  # fmt: skip
@pytest.mark.begins(
    at="2026-11-22T02:40:00+00:00",
    people=people(
        CMT_LEAD=like(delay_s=120), **{f"ERT_{n}": like(delay_s=60) for n in range(1, 6)}
    ),
)
def test_each_queue_takes_its_own_rung_and_the_broken_cover_goes_one_lower(story) -> None:
    roster_logs_in(story)
    numbers = {out(story, agent) for agent in OUT}
    assert numbers == {"INC-0001"}
    begun(story)
    # A line that is open day and night: five minutes, not fifteen.
    story.at("02:41", by_minutes=1)
    (level,) = story.entries("level set")
    assert (level.data["project"], level.data["level"]) == ("BRAVO", 2)
    italian, spanish = called(story, "AG-060"), called(story, "AG-045")
    assert (italian.queue, italian.rung) == ("BRAVO/it", "native")
    assert (spanish.queue, spanish.rung) == ("BRAVO/es", "non_native")
    # The native speaker in reserve is where the storm is, and is not called.
    assert "AG-059" not in {c.agent for c in calls(story)}
    assert not story.entries("CMT contacted")
    assert says(story, "AG-060", "yes") == says(story, "AG-045", "yes") == "accepted"
    story.at("02:53")
    logged_in(story, "AG-060")
    story.at("02:54", by_minutes=1)
    story.at("02:58", by_minutes=1)
    logged_in(story, "AG-045")
    story.at("03:04", by_minutes=1)
    assert seats(story, "BRAVO/it")["by_rung"] == {"native": 1}
    assert seats(story, "BRAVO/es")["by_rung"] == {"non_native": 1}
    # 03:05: the agent in Morocco loses the line: one rung lower, the same clock.
    gone(story, "AG-045")
    story.at("03:05", by_minutes=1)
    assert [e.data["agent"] for e in story.entries("backup lost")] == ["AG-045"]
    (changed,) = story.entries("level changed")
    assert (changed.data["level"], changed.data["before"]) == (3, 2)
    english = called(story, "AG-057")
    assert (english.queue, english.rung) == ("BRAVO/es", "english_only")
    assert says(story, "AG-057", "yes") == "accepted"
    story.at("03:29")
    logged_in(story, "AG-057")
    story.at("03:31", by_minutes=1)
    live = [e for e in story.entries("backup live") if e.data["queue"] == "BRAVO/es"]
    assert [minutes(story, e.occurred_at) for e in live] == [18, 49]
    assert seats(story, "BRAVO/es")["by_rung"] == {"english_only": 1}
    assert story.incident.cause_at == story.start, "no change of level restarts the clock"
    # Two scales: the level is 3, the priority what the ERT lead has set.
    assert story.incident.priority == "P3"
    # Two queues, two clocks: it was in time, es is missed by 19; the cover that broke is kept.
    story.at("03:45")
    italian_clock, spanish_clock = record(story, "BRAVO/it"), record(story, "BRAVO/es")
    assert italian_clock.clocks[0].verdict.outcome == "met"
    (shortage,) = spanish_clock.course.shortages
    assert [minutes(story, m) for m in (shortage.start, shortage.recovered_at)] == [0, 49]
    assert [(minutes(story, i.start), minutes(story, i.end)) for i in shortage.interim] == [
        (18, 25)
    ]
    verdict = spanish_clock.clocks[0].verdict
    assert (verdict.outcome, verdict.late_by) == ("missed", timedelta(minutes=19))
    warned = [e.data for e in story.entries("recovery time of a queue")]
    assert {(w["queue"], w["share"]) for w in warned} == {
        ("BRAVO/es", 0.5), ("BRAVO/es", 1.0),
    }  # fmt: skip
    # Nobody fills two seats, and nobody who is out was asked.
    asked = [c.agent for c in calls(story)]
    assert len(asked) == len(set(asked))
    assert not set(asked) & set(OUT)
    assert story.start + timedelta(minutes=49) == live[-1].occurred_at
    # The storm passes: all are back, cover is released, and the client has the whole story.
    logged_in(story, *OUT)
    story.at("03:47", by_minutes=1)
    story.at("04:10", by_minutes=2)
    story.eventually(lambda: story.entries("recovery declared"), "the recovery")
    story.orchestrator.wait()
    assert_complete_set(
        story, "B", {"CL-2": ["first-notification", "status-update", "recovery-notice",
                              "closing-report"]},
    )  # fmt: skip
