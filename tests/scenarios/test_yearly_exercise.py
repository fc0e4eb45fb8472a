"""The yearly test in one run: from its schedule, which comes late, to the signed, filed record."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import prefect
import pytest

from flows.exercise import exercise
from flows.exercise_record import exercise_record
from kitart.clock import real_now
from kitart.journal import exercise_record as kept
from kitart.journal import exercises, findings, hot_wash, incidents, write_up
from kitart.journal.documents import INTERNAL
from kitart.journal.late_entries import Writer
from kitart.rules.after_action import exercise_times
from kitart.rules.findings import FindingForm
from kitart.rules.write_up import ActionForm
from tasks.exercise import ExerciseWanted
from tasks.exercise_record import ExerciseOver
from tests.scenarios.evidence import assert_evidence
from tests.scenarios.test_exercise import PLAYERS, record

pytestmark = [pytest.mark.timeout(400), pytest.mark.covers("R52", "R53", "D4", "D28", "D29")]
NUMBER = "INC-0001"
MANAGER = Writer("AM-2", "account_manager")
PEOPLE = {
    **PLAYERS,
    "answers": PLAYERS["answers"] | {"hot-wash": "send", "sign-off": "approve"},
    "fills": PLAYERS["fills"] | {"hot-wash/keep": "The link on the phone"},
}


class InProcess:
    """Runs the record in a thread of this process, as Prefect would in one of its own."""

    def __init__(self, story) -> None:
        self.runs = story.orchestrator

    def start_exercise_record(self, exercise, request: int) -> str:
        thread = threading.Thread(
            target=self.runs._run,
            args=(exercise_record, ExerciseOver(exercise=exercise.number)),
            daemon=True,
        )
        self.runs._threads.append(thread)
        thread.start()
        return f"{exercise.number}:{request}"

    def still_coming(self, run_id: str) -> bool:
        return False


@pytest.fixture
def by_schedule(story, monkeypatch):
    """Starts the exercise as its schedule does, so many days after its day."""

    def start(days_late: float) -> None:
        day = real_now() - timedelta(days=days_late)
        monkeypatch.setattr("prefect.runtime.flow_run.get_scheduled_start_time", lambda: day)
        monkeypatch.setattr("flows.exercise.PrefectOrchestrator", lambda: InProcess(story))
        with prefect.tags("auto-scheduled"):
            story.orchestrator.start_with(exercise, ExerciseWanted(exercise="SUDDEN-SWITCH"))

    return start


@pytest.mark.begins(people={"default": PEOPLE})
def test_a_late_run_asks_again_and_goes_on_to_the_record_that_is_signed_and_filed(
    story, by_schedule
) -> None:
    # Its fortnight of notice was over yesterday, and nothing ran since its day.
    by_schedule(days_late=15)
    story.eventually(lambda: story.entries(hot_wash.ASKED), "the hot wash")
    story.settle()
    found = record(story)
    assert (found.round, found.confirmed_at) == (2, story.start)
    assert set(found.confirmed) == {"IT-MGR", "AM-2"}
    (moved,) = story.entries(exercises.MOVED)
    assert (moved.author, "nothing ran" in moved.text) == ("schedule", True)
    assert found.state == "ended"

    # Who took part was asked as soon as it was over, and has said a word by now.
    (asked,) = story.entries(hot_wash.ASKED)
    assert asked.occurred_at == found.ended_at
    with story.inst.journal.read() as session:
        assert hot_wash.silent(session, NUMBER) == ()
        assert {w.keep for w in hot_wash.words(session, NUMBER)} == {"The link on the phone"}
    # The record has a run of its own from then on: nobody waited for the watch.
    story.eventually(lambda: story.entries("run took over"), "the record's run")
    story.settle()

    # The account manager writes; on its day the record is drafted, and three people sign.
    with story.inst.journal.write() as session:
        findings.record(
            session, NUMBER,
            FindingForm("Two did not know the stop word", "weakness", "D4", "It is on no card"),
            MANAGER, now=story.clock.now(),
        )  # fmt: skip
        write_up.record_action(
            session, NUMBER,
            ActionForm("Two did not know the stop word", "Print it on the card", "it_manager",
                       date(2026, 12, 20), "Asked at the next contact test"),
            MANAGER, now=story.clock.now(),
        )  # fmt: skip
    story.until(
        exercise_times(story.plan, found.ended_at).draft_at + timedelta(minutes=1), by_minutes=1440
    )
    story.orchestrator.wait()
    # One more may have been asked for where a hold lapsed on a busy machine: it joins, and ends.
    assert len(story.orchestrator.states) >= 2
    assert all(state.is_completed() for state in story.orchestrator.states)

    # Signed once, and filed in both languages of the company.
    english, hungarian = story.documents(INTERNAL, kept.TYPE)
    assert (english.version, english.state) == (hungarian.version, hungarian.state) == (1, "sent")
    for document, mark, title, objective, signed_by in (
        (english, "EXERCISE", "A real incident during an exercise", "All know how an exercise",
         "Signed off by: "),
        (hungarian, "GYAKORLAT", "Valós esemény gyakorlat közben", "Mindenki tudja, hogyan",
         "Jóváhagyta: "),
    ):  # fmt: skip
        assert document.file_name.startswith(f"{mark}_{NUMBER}")
        assert document.text.startswith(mark)
        assert title in document.text
        assert objective in document.text
        assert "Print it on the card" in document.text
        # In Hungarian the word also stands in the head, for who approved it last.
        assert document.text.count(signed_by) >= 3
        assert document.approved_role == "cmt_lead"
        place = f"incidents/{NUMBER}/internal/{document.file_name}".lower()
        assert [path for path in story.world.tenant.files if path.endswith(place)]
    signed = [q for kind in ("it_manager", "account_manager", "cmt_lead")
              if (q := story.question(f"sign-off:{english.id}:{kind}"))]  # fmt: skip
    assert [q.answer for q in signed] == ["approve"] * 3
    assert len({q.answered_by for q in signed}) == 3
    with story.inst.journal.read() as session:
        assert kept.wanting(session, story.clock.now()) == []
        assert kept.stage(session, incidents.get(session, NUMBER)) == "evaluated"
        assert exercises.last_counted(session).number == NUMBER
    assert_evidence(story)


@pytest.mark.begins(people={"default": PEOPLE})
def test_a_run_that_is_late_within_its_notice_keeps_the_date_of_its_calendar(
    story, by_schedule
) -> None:
    by_schedule(days_late=4)
    story.eventually(lambda: len(record_if_any(story)) == 2, "both coordinators")
    story.settle()
    found = record(story)
    assert found.round == 1
    late = abs(found.starts_at - (story.start + timedelta(days=10)))
    assert late < timedelta(minutes=5), "real time runs on a little while the story's stands still"
    assert found.began_at is None


def record_if_any(story) -> tuple[str, ...]:
    with story.inst.journal.read() as session:
        return next((each.confirmed for each in exercises.all_exercises(session)), ())
