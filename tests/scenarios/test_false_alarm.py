"""The ERT lead finds that there is no incident (E32)."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)

FALSE = {"answers": {"priority": "false-alarm"}, "fills": {"note": "Our monitor lost its network"}}
LATER = {"answers": {"priority": "leave"}}
ERT = [f"ERT-{n}" for n in range(1, 6)]


@pytest.mark.covers("E32", "D4")
@pytest.mark.begins(
    people={c: FALSE for c in ERT}
    | {c: {"answers": {"approve": "leave"}} for c in ("AM-1", "AM-2")}
)
def test_a_false_alarm_before_anybody_was_told_sends_nothing_to_clients(story) -> None:
    story.alert()
    story.begun()
    story.eventually(lambda: story.incident.closed_at, "the closing")
    story.orchestrator.wait()
    assert story.incident.state == "false alarm"
    assert "lost its network" in story.entries("closed")[0].text
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        assert story.client_mails(client) == []
    row = next(iter(story.world.tenant.lists["Incidents"].rows.values()))
    assert row.fields["State"] == "false alarm"
    assert story.alert("firing", started=story.clock.now(), pod="b").json()["opened"] == [
        "INC-0002"
    ]


@pytest.mark.covers("E32", "D23")
@pytest.mark.begins(people={c: LATER for c in ERT})
def test_whoever_was_told_is_corrected(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.eventually(lambda: story.client_mails("CL-2"), "the first notification")
    story.people(FALSE, *ERT)
    # The ones who read the question before have left it; after ten minutes the next is asked.
    story.at("09:11")
    story.eventually(lambda: story.incident.closed_at, "the closing")
    story.orchestrator.wait()
    assert story.incident.state == "false alarm"
    sent = [d.type for d in story.documents("CL-2") if d.sent_at]
    assert sent[-1] == "correction"
    assert story.client_mails("CL-2")[-1].subject.count("INC-0001") == 1
