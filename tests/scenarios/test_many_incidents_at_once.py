"""Three systems fail in the same minutes: alarms and questions come at once, news together."""

from __future__ import annotations

import pytest

from kitart.journal import messages, timeline

pytestmark = pytest.mark.timeout(300)

ALL = ("INC-0001", "INC-0002", "INC-0003")


def alerts_to(story, person: str) -> list:
    """What the journal has of the internal alerts by SMS to a person, one for each incident."""
    with story.inst.journal.read() as session:
        rows = [r for n in ALL for r in messages.of_purpose(session, n, "internal-alert")]
    return [row for row in rows if (row.recipient, row.channel) == (person, "sms")]


@pytest.mark.covers("D15", "D16", "E33")
@pytest.mark.begins(touching=("BRAVO",))
def test_alarms_come_one_by_one_and_news_of_the_third_incident_waits(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    for service in ("client-crm-2", "sharepoint"):
        assert story.alert(service=service).status_code == 202
    story.eventually(lambda: len(alerts_to(story, "IT-MGR")) == 3, "the news of each")
    story.settle()
    asked = story.plan.ert_order(story.clock.now())[0].id
    for number in ALL:
        assert any(f"Riasztás: {number}" in t or f"Can you take {number}" in t
                   for t in story.texts_to(asked)), f"the alarm of {number}"  # fmt: skip
    first, second, third = sorted(alerts_to(story, "IT-MGR"), key=lambda row: row.id)
    assert first.sent_at
    assert second.sent_at
    assert third.state == "queued"
    assert third.text not in story.texts_to("IT-MGR")
    story.gateway_ends()  # what waits is in the journal: whoever is alive releases it
    story.clock.advance(minutes=6)
    story.eventually(lambda: third.text in story.texts_to("IT-MGR"), "the third, five minutes on")
    with story.inst.journal.read() as session:
        held = timeline.entries(session, third.incident, "message held")
    assert "several incidents have news at once" in held[0].text
