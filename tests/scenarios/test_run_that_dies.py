"""The incident's run dies in the middle: the next one goes on where the journal stands."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("D21", "D1")
def test_a_new_run_takes_over_and_says_nothing_twice(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    mails = {c.id: len(story.client_mails(c.id)) for c in story.plan.clients}
    sms = len(story.world.sms.sent)
    story.orchestrator.kill()
    story.eventually(lambda: story.entries("run took over"), "the next run")
    story.settle()
    assert {c.id: len(story.client_mails(c.id)) for c in story.plan.clients} == mails
    assert len(story.world.sms.sent) == sms
    story.phone_system("up")
    story.at("09:25", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        subjects = [(m.subject, tuple(m.to)) for m in story.client_mails(client)]
        assert len(subjects) == len(set(subjects))
