"""An agent moves to another place: the forecast decides, not the waiting (A4, A29, E10-E12)."""

from __future__ import annotations

import pytest

from kitart.journal import outage_reports
from tests.scenarios.workplace import (
    begun,
    called,
    calls,
    like,
    logged_in,
    minutes,
    out,
    people,
    roster_logs_in,
    says,
    seats,
)

pytestmark = pytest.mark.timeout(300)


@pytest.mark.covers("A4", "A29", "E10", "E11", "R17", "R19", "D5", "D7")
@pytest.mark.begins(at="2026-11-24T08:12:00+00:00", people=people(AM_2=like(relocation="call")))
def test_a_backup_is_warned_then_called_and_thanked_when_the_agent_is_back(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014", can_move="yes")
    begun(story)
    # By the forecast the seat is back in time: nobody is called, a backup is warned.
    assert not calls(story)
    assert [e.data["agent"] for e in story.entries("backup warned")] == ["AG-016"]
    assert any("be ready" in t or "álljon készen" in t for t in story.texts_to_agent("AG-016"))
    place = story.question(f"place:{report(story)}")
    assert (place.state, place.answer) == ("answered", "accept")
    # Ten minutes on the account manager would rather not wait: the backup is called at once.
    story.at("08:22", by_minutes=2)
    asked = called(story, "AG-016")
    assert minutes(story, asked.asked_at) == 10
    assert says(story, "AG-016", "yes") == "accepted"
    story.at("08:32", by_minutes=4)
    logged_in(story, "AG-014")
    story.at("08:33", by_minutes=1)
    (back,) = story.entries("agent back")
    assert minutes(story, back.occurred_at) == 20
    # Level 1 was invoked and is withdrawn, both visible; the backup, not live yet, is thanked.
    assert [e.data["agent"] for e in story.entries("backup stood down")] == ["AG-016"]
    assert any("not needed any more" in t or "már nincs szükség" in t
               for t in story.texts_to_agent("AG-016"))  # fmt: skip
    assert seats(story, "CHARLIE/hu")["own"] == 2
    story.at("08:52", by_minutes=2)
    assert [e.data["level"] for e in story.entries("level set")] == [1]
    assert [e.data["level"] for e in story.entries("level settled")] == [0]


@pytest.mark.covers("E12", "A29")
@pytest.mark.begins(
    at="2026-11-24T08:12:00+00:00",
    people=people(**{f"SV_{n}": like(place="reject") for n in range(1, 6)},
                  AM_2=like(place="reject")),
)  # fmt: skip
def test_a_place_that_is_not_private_counts_as_not_moved(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014", can_move="yes")
    begun(story)
    assert story.question(f"place:{report(story)}").answer == "reject"
    assert called(story, "AG-016").asked_at == story.start


def report(story) -> int:
    with story.inst.journal.read() as session:
        return outage_reports.of_incident(session, "INC-0001")[-1].id
