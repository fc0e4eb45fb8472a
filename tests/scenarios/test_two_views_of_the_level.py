"""The account manager sees level 2, the ERT lead 3: the higher holds until it is settled (E27)."""

from __future__ import annotations

import pytest

from kitart.journal import approvals
from tests.scenarios.workplace import (
    begun,
    calls,
    like,
    logged_in,
    out,
    people,
    roster_logs_in,
    says,
)

pytestmark = pytest.mark.timeout(300)

LEAD = like(level_view="level-3", settle_level="level-2", delay_s=60)


@pytest.mark.covers("A12", "E27", "D7", "R13", "R18")
@pytest.mark.begins(
    at="2026-11-22T02:40:00+00:00",
    people=people(**{f"ERT_{n}": LEAD for n in range(1, 6)}),
)
def test_both_views_stay_in_the_record_and_one_person_settles_it(story) -> None:
    roster_logs_in(story)
    out(story, "AG-023")
    out(story, "AG-024")
    begun(story)
    story.at("02:44", by_minutes=1)
    (mine,) = story.entries("level set")
    (other,) = [e for e in story.entries("level changed") if e.data["view"] == "ert"]
    (settled,) = story.entries("level settled")
    assert [(e.data["view"], e.data["level"]) for e in (mine, other, settled)] == [
        ("account_manager", 2), ("ert", 3), ("ert", 2),
    ]  # fmt: skip
    assert mine.recorded_at <= other.recorded_at <= settled.recorded_at
    assert settled.data["reason"] == "As the picture shows"
    # What the priority is proposed for is the level in force, in the question as well.
    asked_of = [text for n in range(1, 6) for text in story.texts_to(f"ERT-{n}")]
    assert any("Proposed P2: the plan proposes it for cover level 2" in t for t in asked_of)
    # Whoever was called on the lower rung is not called twice for it.
    assert [c.agent for c in calls(story)] == ["AG-045"]


@pytest.mark.covers("E30", "D7", "E11", "A17")
@pytest.mark.begins(at="2026-11-22T02:40:00+00:00", people=people(AM_2=like(lower_level="keep")))
def test_a_level_is_lowered_only_after_a_stable_time_and_by_a_person_with_a_reason(story) -> None:
    roster_logs_in(story)
    out(story, "AG-023")
    out(story, "AG-024")
    begun(story)
    assert says(story, "AG-045", "yes") == "accepted"
    logged_in(story, "AG-045")
    story.at("02:50")
    # Both are back: what is needed is nothing, and for fifteen minutes nobody is asked.
    logged_in(story, "AG-023", "AG-024")
    story.at("03:04", by_minutes=2)
    assert not asked(story)
    story.at("03:06", by_minutes=1)
    (first,) = asked(story)
    # Kept for an overlap: the backup stays, and it is asked again after a while.
    assert (first.answer, len(story.entries("backup stood down"))) == ("keep", 0)
    story.people(like(lower_level="lower-level"), "AM-2")
    story.at("03:22", by_minutes=2)
    assert [q.answer for q in asked(story)] == ["keep", "lower-level"]
    (settled,) = story.entries("level settled")
    assert (settled.data["level"], settled.data["reason"]) == (0, "As the picture shows")
    assert [e.data["agent"] for e in story.entries("backup stood down")] == ["AG-045"]


def asked(story):
    with story.inst.journal.read() as session:
        return [q for q in approvals.of_incident(session, "INC-0001") if q.kind == "lower-level"]
