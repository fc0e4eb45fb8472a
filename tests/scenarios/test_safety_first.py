"""An agent in danger is phoned by a person before anything else; nobody asks for more (E17)."""

from __future__ import annotations

import pytest

from tests.scenarios.workplace import begun, calls, like, out, people, roster_logs_in

pytestmark = pytest.mark.timeout(240)


@pytest.mark.covers("D13", "E17")
@pytest.mark.begins(
    at="2026-11-24T08:12:00+00:00",
    people=people(
        SV_3=like(safety="not-reached"), AM_2=like(safety="help"), AM_1=like(safety="leave")
    ),
)
def test_who_is_not_safe_is_phoned_until_somebody_reaches_them_and_counts_for_nothing(
    story,
) -> None:
    roster_logs_in(story)
    # Could move, by the words; but nobody who is not safe is asked to.
    out(story, "AG-014", safe="help", can_move="yes")
    begun(story)
    first = story.eventually(lambda: story.entries("safety"), "the first word")[0]
    assert (first.data["answer"], first.data["role"]) == ("not-reached", "supervisor")
    assert any("112" in text for text in story.texts_to("SV-3")) or any(
        "112" in q.text for q in questions(story)
    )
    assert [c.agent for c in calls(story)] == ["AG-016"], "a backup is called at once"
    assert not story.question(f"place:{report(story)}")
    story.at("08:18", by_minutes=2)
    second = story.entries("safety")[-1]
    assert (second.data["answer"], second.data["role"]) == ("help", "account_manager")
    story.at("08:30", by_minutes=6)
    assert len(story.entries("safety")) == 2, "once reached, nobody is asked again"


@pytest.mark.covers("E32", "E10", "D8")
@pytest.mark.begins(
    at="2026-11-24T08:12:00+00:00",
    people=people(**{f"ERT_{n}": like(priority="false-alarm", delay_s=120) for n in range(1, 6)}),
)
def test_a_false_alarm_sends_the_backups_home_and_frees_them(story) -> None:
    roster_logs_in(story)
    out(story, "AG-014")
    begun(story)
    story.eventually(lambda: calls(story), "the backup's call")
    story.at("08:17", by_minutes=1)
    story.orchestrator.wait()
    assert story.incident.state == "false alarm"
    (call,) = calls(story)
    assert (call.state, call.hold_key) == ("stood down", None)
    assert [e.data["level"] for e in story.entries("level settled")] == [0]
    assert any("false alarm" in t or "téves riasztás" in t for t in story.texts_to_agent("AG-016"))


def questions(story):
    from kitart.journal import approvals

    with story.inst.journal.read() as session:
        return [q for q in approvals.of_incident(session, "INC-0001") if q.kind == "safety"]


def report(story) -> int:
    from kitart.journal import outage_reports

    with story.inst.journal.read() as session:
        return outage_reports.of_incident(session, "INC-0001")[-1].id
