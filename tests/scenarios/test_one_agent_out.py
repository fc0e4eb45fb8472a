"""Scenario A: one agent out on a weekday morning, level 1, ordinary (R17-R24)."""

from __future__ import annotations

import pytest

from tests.scenarios.documents import assert_complete_set, assert_could_be_told
from tests.scenarios.workplace import (
    begun,
    called,
    like,
    logged_in,
    minutes,
    out,
    people,
    roster_logs_in,
    says,
    seats,
)

pytestmark = pytest.mark.timeout(240)

ERT = {f"ERT_{n}": like(delay_s=120) for n in range(1, 6)}


@pytest.mark.covers(
    "R16", "R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24", "A5", "A17", "D7"
)
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people(**ERT, AM_2=like(delay_s=180)))
def test_a_native_backup_is_called_live_proved_and_released_to_the_minute(story) -> None:
    roster_logs_in(story)
    assert out(story, "AG-014", "internet") == "INC-0001"
    begun(story)
    assert seats(story, "CHARLIE/hu")["filled"] == 1
    # Nobody is called before the account manager invokes the level.
    assert not story.entries("backup contacted")
    story.at("08:15", by_minutes=1)
    (level,) = story.entries("level set")
    assert (level.data["project"], level.data["level"], level.data["role"]) == (
        "CHARLIE", 1, "account_manager",
    )  # fmt: skip
    assert minutes(story, story.acks("ert")[0].at) == 2
    call = called(story, "AG-016")
    assert (minutes(story, call.asked_at), minutes(story, call.due_at)) == (3, 33)
    assert any("CHARLIE" in text for text in story.texts_to_agent("AG-016"))
    story.at("08:17", by_minutes=1)
    assert says(story, "AG-016", "yes") == "accepted"
    story.at("08:33", by_minutes=4)
    logged_in(story, "AG-016")
    story.at("08:34", by_minutes=1)
    (live,) = story.entries("backup live")
    assert minutes(story, live.occurred_at) == 21
    assert seats(story, "CHARLIE/hu")["by_rung"] == {"native": 1}
    story.at("08:36", by_minutes=1)
    proofs = {e.data["factor"] for e in story.entries("success factor proved")}
    assert proofs == {"calls reach VCC", "calls answered by native speakers"}
    # The agent is back; cover is released by the account manager after 15 stable minutes.
    story.at("10:02", by_minutes=30)
    logged_in(story, "AG-014")
    story.at("10:03", by_minutes=1)
    assert story.entries("agent back")
    assert not story.entries("backup stood down")
    story.at("10:22", by_minutes=1)
    (settled,) = story.entries("level settled")
    assert settled.data["level"] == 0
    assert minutes(story, settled.occurred_at) >= 110 + 15
    assert [e.data["agent"] for e in story.entries("backup stood down")] == ["AG-016"]
    story.eventually(lambda: story.entries("recovery declared"), "the recovery")
    # One seat is nothing that this contract wants to hear of: the record alone keeps it.
    assert_complete_set(story, "A", {})
    assert_could_be_told(story, "A", "CL-3")
