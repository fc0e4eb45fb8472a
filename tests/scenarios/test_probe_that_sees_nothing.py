"""A monitor reports an outage that our own probe can't see: people's word counts."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)

ADMINS = ("VCC-ADMIN", "VCC-ADMIN-DEP", "VCC-DEP", "IT-MGR", "IT-DEP")


@pytest.mark.covers("A14", "D3", "E31", "E41")
@pytest.mark.begins(
    touching=("BRAVO", "CHARLIE"),
    people={code: {"answers": {"test-call": "not-answered"}} for code in ADMINS},
)
def test_the_outage_stands_until_a_call_has_proved_otherwise(story) -> None:
    story.alert()  # and the phone system's API goes on answering
    story.begun()
    story.at("09:02")
    assert story.incident.priority == "P1"
    first = story.documents("CL-2")[0]
    assert first.type == "first-notification"
    assert story.client_mails("CL-2")
    assert story.entries("not proved")
    assert not story.entries("success factor proved")
    story.at("09:20", by_minutes=3)
    assert story.incident.recovered_at is None
    story.people({"answers": {"test-call": "answered"}}, *ADMINS)
    story.at("09:58", by_minutes=3)
    assert story.entries("success factor proved")
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    assert story.incident.recovered_at >= story.entries("success factor proved")[0].occurred_at
