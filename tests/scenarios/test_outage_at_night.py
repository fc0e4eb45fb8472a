"""It fails while most lines are closed: who is not open yet feels nothing before opening (E36)."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("E36", "A13", "R9")
@pytest.mark.begins(at="2026-11-24T03:00:00+00:00")
def test_only_the_open_line_has_an_effect_and_only_its_client_is_told(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    # BRAVO is open around the clock, so five minutes hold for all (A13).
    requested = story.entries("ack requested")[0]
    assert "03:05:00" in requested.text
    story.at("03:10")
    assert story.client_mails("CL-2")
    story.phone_system("up")
    story.at("03:28")
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    for client in ("CL-1", "CL-3", "CL-4"):
        assert story.client_mails(client) == []
        assert story.documents(client) == []
    prevented = {e.data["client"] for e in story.entries("no effect")}
    assert prevented == {"CL-1", "CL-3", "CL-4"}


@pytest.mark.covers("E36", "E37")
@pytest.mark.begins(at="2026-11-24T06:50:00+00:00")
def test_a_line_that_opens_into_the_outage_feels_it_from_its_opening(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    assert story.documents("CL-1") == []
    story.at("07:02")  # ALPHA opens at 08:00 Berlin time
    story.settle()
    first = story.eventually(lambda: story.documents("CL-1", "first-notification"), "a draft")[0]
    starts = [e["effect_start"] for e in first.facts["effects"] if e["client_id"] == "CL-1"]
    assert starts == ["2026-11-24T07:00:00Z"]


OPEN_ENDED = {
    "default": {"delay_s": 0, "answers": {"ack": "take", "priority": "P1", "approve": "approve",
                                          "close": "leave", "data-protection": "no"}},
}  # fmt: skip


@pytest.mark.covers("E35", "E36", "D21")
@pytest.mark.begins(at="2026-11-24T06:30:00+00:00", people=OPEN_ENDED)
def test_who_felt_nothing_is_told_once_it_fails_again_and_not_before(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("06:34")
    story.phone_system("up")
    story.at("06:52", by_minutes=4)
    untold = story.eventually(lambda: story.entries("no effect"), "who felt nothing")
    assert "CL-1" in {entry.data["client"] for entry in untold}
    # A run that is begun anew finds the same as the one before.
    story.orchestrator.kill()
    story.clock.advance(minutes=1)
    story.eventually(lambda: story.entries("run took over"), "another run")
    story.settle()
    story.at("07:06", by_minutes=4)
    assert story.documents("CL-1") == []
    story.phone_system("down")
    story.at("07:14", by_minutes=2)
    (first,) = story.documents("CL-1", "first-notification")
    assert first.state == "sent"
