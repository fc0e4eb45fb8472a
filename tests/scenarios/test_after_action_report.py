"""From the recovery to the filed after-action report: written, sent back, late, and anew."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from flows.after_action import after_action
from kitart.journal import after_action as record
from kitart.journal import timeline, write_up
from kitart.journal.documents import INTERNAL
from kitart.journal.late_entries import Writer
from kitart.rules.after_action import times
from kitart.rules.write_up import ActionForm
from tasks.after_action import AfterAction
from tests.scenarios.evidence import assert_evidence

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("D25", "D29")]
NUMBER = "INC-0001"
# Nobody answers about the report until the story says so.
SILENT = {
    "default": {
        "delay_s": 0,
        "answers": {"ack": "take", "priority": "P1", "approve": "approve", "sign-off": "never"},
        "fills": {"note": "TT-4711"},
    }
}


def over(story) -> None:
    """An outage of the phone system, from the alert to the closing."""
    story.phone_system("down")
    story.alert()
    story.begun()
    story.at("09:14")
    story.phone_system("up")
    story.at("09:33", by_minutes=1)
    story.orchestrator.wait()
    assert story.incident.state == "closed"


def begin(story) -> None:
    """A run of the after-action report, as the hourly look starts it."""
    runs = story.orchestrator
    report = AfterAction(incident=NUMBER)
    thread = threading.Thread(target=runs._run, args=(after_action, report), daemon=True)
    runs._threads.append(thread)
    before = len(story.entries("run took over"))
    thread.start()
    story.eventually(lambda: len(story.entries("run took over")) > before, "the run")
    story.settle()


def write(story, part: str, text: str, **more) -> None:
    with story.inst.journal.write() as session:
        write_up.write(session, NUMBER, part, text, Writer("IT-MGR", "it_manager"),
                       now=story.clock.now(), **more)  # fmt: skip
    story.settle()


def lead(story) -> str:
    """The CMT lead, as the plan has it."""
    return story.plan.people_of_kind("cmt_lead")[0].id


def versions(story) -> list[tuple[int, str]]:
    return [(d.version, d.state) for d in story.documents(INTERNAL)]


def press(story, question: str, answer: str, note: str = "") -> None:
    """The one who was asked a step of the approval presses a button behind the newest link."""
    row = story.eventually(lambda: story.question(question), question)
    story.settle()
    assert story.press(row.asked_of[-1], "/d/", answer, note).status_code == 200
    story.settle()


@pytest.mark.begins(people=SILENT)
def test_it_is_written_sent_back_missed_approved_sent_and_filed(story) -> None:
    over(story)
    begin(story)
    found = times(story.plan, story.incident.recovered_at)
    asked = {m.recipient for m in story.messages("after-action-wanted")}
    assert asked == {"IT-MGR", "AM-1", "AM-2"}
    assert versions(story) == []

    # Reminded on the fourth business day, drafted on the sixth.
    story.until(found.remind_at, by_minutes=720)
    assert len(story.messages("after-action-wanted")) == 2 * len(asked)
    write(story, "cause-root", "Nobody knew of the carrier's change")
    write(story, "luck", "It was a quiet hour")
    with story.inst.journal.write() as session:
        write_up.record_action(
            session, NUMBER,
            ActionForm("No notice of changes", "Have the carrier announce changes", "it_manager",
                       date(2026, 12, 15), "The next change was announced"),
            Writer("IT-MGR", "it_manager"), now=story.clock.now(),
        )  # fmt: skip
    story.until(found.draft_at, by_minutes=720)
    assert versions(story) == [(1, "draft")]
    # Who wrote does not review: the deputy is asked.
    first = story.documents(INTERNAL)[0]
    assert story.question(f"sign-off:{first.id}:review").asked_of == ["IT-DEP"]

    # Sent back: nothing goes on until somebody writes.
    press(story, f"sign-off:{first.id}:review", "send-back", "Say what did not work")
    assert versions(story) == [(1, "refused")]
    assert story.entries("after-action report sent back")[0].data["document"]
    write(story, "failed", "The paper plan was not at hand")
    assert versions(story) == [(1, "refused"), (2, "draft")]
    second = story.documents(INTERNAL)[-1]
    assert "Written anew: What did not work." in second.html
    assert "Sent back: Say what did not work" in second.html

    # Its day passes: recorded, and told; nothing is sent because a timer ran out.
    story.until(found.due_at + timedelta(minutes=1), by_minutes=720)
    assert len(story.entries("after-action report overdue")) == 1
    told = {m.recipient for m in story.messages("deadline-missed")
            if "after-action-overdue" in m.key}  # fmt: skip
    assert told == {"IT-MGR", lead(story)}
    assert versions(story)[-1] == (2, "draft")

    # Reviewed by the IT manager's deputy, approved by the account manager, and after a P1 by the
    # CMT lead: three people.
    for step in (":review", "", ":second"):
        press(story, f"sign-off:{second.id}{step}", "approve")
    story.orchestrator.wait()
    assert versions(story) == [(1, "refused"), (2, "sent")]
    sent = story.documents(INTERNAL)[-1]
    assert sent.filed_at is not None
    place = f"incidents/{NUMBER}/internal/{sent.file_name}".lower()
    assert [path for path in story.world.tenant.files if path.endswith(place)]
    assert "Nobody knew of the carrier" in sent.html
    assert "late" in story.entries("report sent")[-1].text
    readers = {m.recipient for m in story.messages(record.TYPE)}
    assert {lead(story), "IT-MGR", "AM-1", "AM-2"} <= readers
    # No client got it, and none of its words.
    for client in ("CL-1", "CL-2", "CL-3", "CL-4"):
        assert not [m for m in story.client_mails(client) if "After-action" in m.subject]
        assert not [d for d in story.documents(client) if "quiet hour" in d.html]

    # An action is completed: a new version by hand says what changed, the old one is superseded.
    with story.inst.journal.write() as session:
        write_up.record_action(
            session, NUMBER,
            ActionForm("No notice of changes", "Have the carrier announce changes", "it_manager",
                       date(2026, 12, 15), "The next change was announced", status="done",
                       evidence="The carrier's letter"),
            Writer("IT-MGR", "it_manager"), place=1, now=story.clock.now(),
        )  # fmt: skip
    story.people({"answers": {"sign-off": "approve"}}, "IT-DEP", "AM-1", "AM-2", lead(story))
    begin(story)
    story.orchestrator.wait()
    assert versions(story) == [(1, "refused"), (2, "superseded"), (3, "sent")]
    third = story.documents(INTERNAL)[-1]
    assert "Corrective actions added or changed: 1." in third.html
    assert "The carrier&#39;s letter" in third.html
    # Nothing is new: one more run ends without a version.
    begin(story)
    story.orchestrator.wait()
    assert len(versions(story)) == 3
    with story.inst.journal.read() as session:
        assert timeline.first_broken(session, story.incident) is None
        assert record.wanting(session, story.clock.now()) == []
    assert_evidence(story)
