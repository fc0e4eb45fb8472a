"""A system that comes and goes (E34), and one that fails again after its recovery (E35)."""

from __future__ import annotations

import pytest

from tests.scenarios.languages import assert_told_in_its_language

pytestmark = pytest.mark.timeout(300)

TWO = ("BRAVO", "CHARLIE")  # one client that reads English, one that reads Hungarian


@pytest.mark.covers("E34", "D7")
@pytest.mark.begins(touching=TWO)
def test_a_flapping_system_is_one_unstable_incident_recovered_after_15_stable_minutes(
    story,
) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    for minute, state in ((3, "up"), (5, "down"), (7, "up"), (9, "down"), (11, "up"), (13, "down")):
        story.at(f"09:{minute:02}")
        story.phone_system(state)
    story.at("09:14")
    from kitart.journal import looks

    with story.inst.journal.read() as session:
        seen = looks.system_picture(session, story.plan, "INC-0001", story.clock.now())
    assert seen.state == "unstable"
    updates = [d for d in story.documents("CL-2") if d.sent_at]
    story.phone_system("up")
    story.at("09:28", by_minutes=4)
    assert story.incident.recovered_at is None
    later = [d for d in story.documents("CL-2") if d.sent_at and d.id > updates[-1].id]
    assert len(later) <= 1, [d.type for d in later]  # no message for each change
    story.at("09:32", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    assert story.incident.recovered_at == story.start.replace(minute=15)
    assert_told_in_its_language(story, "first-notification", "recovery-notice", "closing-report")


@pytest.mark.covers("E35", "A17", "A23", "D26")
@pytest.mark.begins(
    touching=TWO, people={f"ERT-{n}": {"answers": {"close": "leave"}} for n in range(1, 6)}
)
def test_a_relapse_before_closing_reopens_the_same_incident(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:05")
    story.phone_system("up")
    story.at("09:24", by_minutes=3)
    assert story.entries("recovery declared")
    story.phone_system("down")
    story.at("09:27")
    assert story.entries("reopened")
    assert story.incident.state != "recovered"
    story.phone_system("up")
    story.people({"answers": {"close": "close"}}, *[f"ERT-{n}" for n in range(1, 6)])
    story.at("09:46", by_minutes=4)
    story.orchestrator.wait()
    assert story.incident.state == "closed"
    assert story.incident.reported_at == story.start
    notices = [d for d in story.documents("CL-2", "recovery-notice") if d.sent_at]
    assert [d.running_number for d in notices] == [1, 2]
    assert len(story.entries("reported")) == 1
    assert_told_in_its_language(
        story, "first-notification", "status-update", "recovery-notice", "closing-report"
    )


WAITS = {f"VCC-ADMIN{n}": {"answers": {"divert-off": "leave"}} for n in ("", "-2")}


@pytest.mark.covers("E35", "E45")
@pytest.mark.begins(
    touching=TWO, people={"DPO": {"answers": {"data-protection": "leave"}}, **WAITS}
)
def test_what_is_awaited_across_a_relapse_is_no_end_of_the_first_recovery(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:05")
    story.phone_system("up")
    story.at("09:26", by_minutes=3)
    assert [d for d in story.documents("CL-2", "recovery-notice") if d.sent_at]
    assert not story.documents("CL-2", "closing-report")  # cause and divert are awaited
    assert story.question("divert-off:1").state == "open"
    story.phone_system("down")
    story.at("09:29")
    # Nobody is left with the task to end a divert that is needed again.
    assert story.question("divert-off:1").state == "void"
    assert any("leave the divert as it is" in text for text in story.texts_to("VCC-ADMIN-2"))
    story.phone_system("up")
    story.at("09:50", by_minutes=4)
    notices = [d for d in story.documents("CL-2", "recovery-notice") if d.sent_at]
    assert [d.running_number for d in notices] == [1, 2]
    assert not story.documents("CL-2", "closing-report")
    assert story.question("divert-off:2").state == "open"
