"""A client that wants a preliminary closing report by the next business day, and the final one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from kitart.journal import write_up
from kitart.journal.late_entries import Writer

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("D24", "D25")]
NUMBER = "INC-0001"
BY_THE_MANAGER = Writer("IT-MGR", "it_manager")


def write(story, part: str, text: str, **more) -> None:
    with story.inst.journal.write() as session:
        write_up.write(session, NUMBER, part, text, BY_THE_MANAGER, audience="client-safe",
                       now=story.clock.now(), **more)  # fmt: skip
    story.settle()


def closing(story, type: str) -> list:
    return [d for d in story.documents("CL-1", type) if d.sent_at is not None]


@pytest.mark.begins(two_editions=("CL-1",), touching=("ALPHA",))
def test_the_preliminary_goes_out_in_time_and_the_final_says_what_is_new(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    story.phone_system("up")
    story.at("09:26", by_minutes=1)
    assert story.incident.state == "recovered"
    assert not story.documents("CL-1", "closing-report")
    assert not story.documents("CL-1", "preliminary-report")

    # Drafted eight hours before the end of the client's next business day, and sent before it.
    due = datetime(2026, 11, 25, 16, tzinfo=UTC)
    story.until(due - timedelta(hours=9), by_minutes=720)
    assert not story.documents("CL-1", "preliminary-report")
    story.until(due - timedelta(hours=7), by_minutes=120)
    (preliminary,) = closing(story, "preliminary-report")
    assert preliminary.sent_at <= due
    assert "This report is preliminary" in preliminary.text
    assert "The final report follows by Tue 1 Dec 2026." in preliminary.text
    assert preliminary.approved_by
    assert not story.documents("CL-1", "closing-report")
    assert story.incident.state == "recovered"

    # The cause and the day of the supplement are written; the supplier's report is still missing.
    write(story, "cause-root", "Nobody knew of the carrier's change")
    write(story, "supplement", "The carrier's report", day=date(2026, 12, 11))
    with story.inst.journal.write() as session:
        write_up.complete(session, NUMBER, BY_THE_MANAGER, client=None, now=story.clock.now())
    story.settle()
    story.orchestrator.wait()
    (final,) = closing(story, "closing-report")
    assert "Root cause: Nobody knew of the carrier's change" in final.text
    assert "a supplement follows by Fri 11 Dec 2026: The carrier's report" in final.text
    assert "It replaces the preliminary report of Wed 25 Nov 2026" in final.text
    assert "Written anew: Root cause and Supplement to this report." in final.text
    assert "This report is preliminary" not in final.text
    # Who wrote what stands in it did not approve it.
    assert final.approved_by != "IT-MGR"
    # After a P1 it is approved by two, and says so.
    both = "Approved by: account manager on duty and crisis management team lead; approved:"
    assert both in final.text
    assert story.incident.state == "closed"


@pytest.mark.begins(two_editions=("CL-1",), touching=("ALPHA",))
def test_no_preliminary_goes_out_when_all_is_written_before_it(story) -> None:
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:06")
    story.phone_system("up")
    story.at("09:26", by_minutes=1)
    write(story, "cause-direct", "A change in the carrier's network")
    with story.inst.journal.write() as session:
        write_up.complete(session, NUMBER, BY_THE_MANAGER, client=None, now=story.clock.now())
    story.settle()
    story.orchestrator.wait()
    assert not story.documents("CL-1", "preliminary-report")
    (final,) = closing(story, "closing-report")
    assert "Direct cause: A change in the carrier's network" in final.text
    assert final.sent_at.date() == date(2026, 11, 24)
