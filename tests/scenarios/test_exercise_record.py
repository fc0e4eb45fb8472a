"""From the end of an exercise to its signed, filed record: said, found, refused, signed, anew."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
import requests

from flows.exercise_record import exercise_record
from kitart.journal import actions, approvals, exercises, findings, incidents, timeline, write_up
from kitart.journal import exercise_record as record
from kitart.journal.documents import INTERNAL
from kitart.journal.late_entries import Writer
from kitart.orchestrator import OrchestratorError
from kitart.reports import exercise_edition as edition
from kitart.rules.after_action import exercise_times
from kitart.rules.findings import FindingForm
from kitart.rules.write_up import ActionForm
from tasks import exercise_record as steps
from tasks.exercise_record import ExerciseOver
from tests.exercising import ended_exercise
from tests.scenarios.evidence import assert_evidence
from tests.scenarios.test_exercise import BACKUP, PLAYERS, began, ended, planned

pytestmark = [pytest.mark.timeout(300), pytest.mark.covers("R52", "R53", "D28", "D29")]
NUMBER = "INC-0001"
MANAGER = Writer("IT-MGR", "it_manager")
# Nobody answers about the record until the story says so.
SILENT = {"default": {"delay_s": 0, "answers": {"sign-off": "never"}}}


def over(story, **course) -> None:
    """An exercise that has just ended, with nobody driving it."""
    with story.inst.journal.write() as session:
        assert ended_exercise(session, story.plan, story.clock.now(), **course) == NUMBER


class Starter:
    """Begins the record's run in a thread of this process, as Prefect would."""

    def __init__(self, story) -> None:
        self.story = story
        self.away = False

    def start_exercise_record(self, exercise, request: int) -> str:
        if self.away:
            raise OrchestratorError("Prefect is away")
        begin(self.story, exercise.number)
        return f"{exercise.number}:{request}"

    def still_coming(self, run_id: str) -> bool:
        return False


def begin(story, number: str = NUMBER) -> None:
    runs = story.orchestrator
    thread = threading.Thread(
        target=runs._run, args=(exercise_record, ExerciseOver(exercise=number)), daemon=True
    )
    runs._threads.append(thread)
    before = len(taken_up(story))
    thread.start()
    story.eventually(lambda: len(taken_up(story)) > before, "the run")
    story.settle()


def taken_up(story) -> list:
    return [e for e in story.entries() if e.type in ("run began", "run took over")]


def signed(story) -> list:
    """The record's versions in the language in which they are signed."""
    return [d for d in story.documents(INTERNAL) if d.running_number == record.SIGNED]


def versions(story) -> list[tuple[int, str]]:
    return [(d.version, d.state) for d in signed(story)]


def press(story, role: str, answer: str, note: str = "") -> str:
    """Whoever was asked to sign in a role presses a button behind the newest link; who it was."""
    newest = signed(story)[-1]
    row = story.eventually(lambda: story.question(f"sign-off:{newest.id}:{role}"), role)
    story.settle()
    person = row.asked_of[-1]
    assert story.press(person, "/d/", answer, note).status_code == 200
    story.settle()
    return person


def say(story, person: str, **words: str) -> None:
    """A participant follows the link in the text message."""
    texts = story.texts_to(person) if person[:2] != "AG" else story.texts_to_agent(person)
    text = next(t for t in texts if "/h/" in t)
    assert text.startswith(("EXERCISE", "GYAKORLAT"))
    answer = requests.post(text[text.index("http") :].split()[0], data=words, timeout=10)
    assert answer.status_code == 200


def write(story, part: str, text: str) -> None:
    with story.inst.journal.write() as session:
        write_up.write(session, NUMBER, part, text, MANAGER, now=story.clock.now())
    story.settle()


@pytest.mark.begins(people=SILENT)
def test_it_is_said_found_sent_back_signed_by_three_and_filed_and_then_counts(story) -> None:
    over(story)
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session) is None  # a step failed
        assert [row.number for row in record.wanting(session, story.clock.now())] == [NUMBER]
    starter = Starter(story)
    starter.away = True
    assert steps.start_wanted.fn(starter) == ()
    starter.away = False
    assert steps.start_wanted.fn(starter) == (NUMBER,)
    found = exercise_times(story.plan, story.incident.closed_at)
    asked = {m.recipient for m in story.messages("exercise-record-wanted")}
    assert asked == {"IT-MGR", "AM-2"}

    # The participants' word, while it is fresh; the record waits for it, and not for ever.
    say(story, "SV-3", keep="The link on the phone")
    say(story, "AG-014", change="More notice")
    with story.inst.journal.write() as session:
        (proposed,) = findings.of_exercise(session, NUMBER)
        findings.record(
            session, NUMBER,
            FindingForm("A headset was missing", "weakness", "R21", "One for two",
                        proposed.form.step),
            MANAGER, place=1, now=story.clock.now(),
        )  # fmt: skip
        write_up.record_action(
            session, NUMBER,
            ActionForm("A headset was missing", "Buy headsets", "supervisor", date(2026, 12, 20),
                       "Each backup shows one", resources="Twelve headsets"),
            MANAGER, now=story.clock.now(),
        )  # fmt: skip
        write_up.complete(session, NUMBER, MANAGER, client=None, now=story.clock.now())
    story.settle()
    assert versions(story) == []
    story.until(story.incident.closed_at + timedelta(hours=48, minutes=1), by_minutes=360)
    assert versions(story) == [(1, "draft")]
    first = signed(story)[0]
    assert first.file_name.startswith(("EXERCISE_", "GYAKORLAT_"))
    assert "The link on the phone" in first.html
    assert "More notice" in first.html

    # The IT manager signs; the account manager is silent, so the deputy is asked too, and refuses.
    assert press(story, "it_manager", "approve") == "IT-MGR"
    story.until(story.clock.now() + timedelta(hours=25), by_minutes=360)
    refuser = press(story, "account_manager", "send-back", "Say what the clients noticed")
    assert refuser != "AM-2"
    assert versions(story) == [(1, "refused")]
    write(story, "exercise-effects", "Nothing: the line was closed")
    assert versions(story) == [(1, "refused"), (2, "draft")]
    second = signed(story)[-1]
    assert "Sent back: Say what the clients noticed" in second.html

    # Something is written while it waits: out of date, and asked anew.
    write(story, "exercise-training", "None is needed")
    assert versions(story) == [(1, "refused"), (2, "superseded"), (3, "draft")]

    # Its day passes: recorded and told; nothing is signed because a timer ran out.
    story.until(found.due_at + timedelta(minutes=1), by_minutes=720)
    assert len(story.entries(record.OVERDUE)) == 1
    lead = story.plan.people_of_kind("cmt_lead")[0].id
    assert {m.recipient for m in story.messages("deadline-missed")} == {"IT-MGR", lead}
    signers = [press(story, role, "approve") for role in ("it_manager", "account_manager",
                                                        "cmt_lead")]  # fmt: skip
    assert len(set(signers)) == 3
    story.orchestrator.wait()
    assert [state.is_completed() for state in story.orchestrator.states] == [True]
    assert versions(story)[-1] == (3, "sent")
    sent = signed(story)[-1]
    assert sent.filed_at is not None
    place = f"incidents/{NUMBER}/internal/{sent.file_name}".lower()
    assert [path for path in story.world.tenant.files if path.endswith(place)]
    (translated,) = [d for d in story.documents(INTERNAL) if d.running_number != record.SIGNED]
    assert (translated.version, translated.state) == (3, "sent")
    assert translated.file_name.startswith("GYAKORLAT_")
    for code in ("AG-014", "SV-3", "IT-MGR", "AM-2"):
        assert code not in sent.html
    readers = {m.recipient for m in story.messages(record.TYPE)}
    assert {lead, "IT-MGR", "AM-2"} <= readers
    for client in story.plan.clients:
        assert not story.client_mails(client.id)
    # Nothing that it told anybody was kept back by the fence, and it counts from now on.
    with story.inst.journal.read() as session:
        counted = exercises.last_counted(session)
        assert counted is not None
        assert counted.number == NUMBER
        assert record.stage(session, incidents.get(session, NUMBER)) == "evaluated"
        assert record.wanting(session, story.clock.now()) == []
        assert timeline.first_broken(session, story.incident) is None
    assert not story.entries(exercises.FENCED)

    # The action is done and checked: the exercise is closed. Written anew, a new version is signed.
    with story.inst.journal.write() as session:
        actions.done(session, f"{NUMBER}/1", "The invoice", MANAGER, now=story.clock.now())
        actions.checked(session, f"{NUMBER}/1", True, "Twelve shown", MANAGER,
                        now=story.clock.now())  # fmt: skip
        assert record.stage(session, incidents.get(session, NUMBER)) == "closed"
    story.people({"answers": {"sign-off": "approve"}}, "IT-MGR", "AM-2", lead)
    begin(story)
    story.orchestrator.wait()
    assert versions(story)[-2:] == [(3, "superseded"), (4, "sent")]
    others = [d for d in story.documents(INTERNAL) if d.running_number != record.SIGNED]
    assert [(d.version, d.state) for d in others] == [(3, "superseded"), (4, "sent")]
    fourth = signed(story)[-1]
    with story.inst.journal.read() as session:
        assert len([q for q in approvals.of_incident(session, NUMBER)
                    if q.document_id == fourth.id]) == 3  # fmt: skip
    assert_evidence(story)


@pytest.mark.begins(people={"default": {"delay_s": 0, "answers": {"sign-off": "approve"}}})
def test_one_that_was_stopped_is_evaluated_and_does_not_count(story) -> None:
    over(story, stopped=True)
    begin(story)
    with story.inst.journal.write() as session:
        write_up.complete(session, NUMBER, MANAGER, client=None, now=story.clock.now())
    story.until(story.clock.now() + timedelta(hours=49), by_minutes=360)
    story.orchestrator.wait()
    assert versions(story) == [(1, "sent")]
    text = signed(story)[-1].text
    assert "real work" in text
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session) is None
    assert "does not count" in story.entries(record.EVALUATED)[0].text


@pytest.mark.begins(people=SILENT)
def test_a_run_that_dies_is_begun_anew_and_asks_nobody_twice(story) -> None:
    over(story)
    begin(story)
    texts = len(story.texts_to("SV-3"))
    story.orchestrator.kill()
    begin(story)
    assert len(story.texts_to("SV-3")) == texts
    assert len(story.entries("hot wash asked")) == 1
    assert len(story.entries(findings.FINDING)) == 1


@pytest.mark.begins(people=SILENT)
def test_an_exercise_that_runs_or_was_called_off_has_no_record(story) -> None:
    over(story, settled=False)
    with story.inst.journal.write() as session:
        other = exercises.plan_one(
            session, story.plan, story.plan.exercise("BACKUP-CALLOUT"),
            starts_at=story.clock.now() + timedelta(days=9), asked_by="operator",
            now=story.clock.now(), real_now=story.clock.now(),
        ).incident.number  # fmt: skip
    assert "planned: its record is written when it is over" in (steps.why_not(other) or "")
    with story.inst.journal.write() as session:
        exercises.stop(session, other, by="IT-MGR", why="leave", now=story.clock.now())
    assert "called off before it began" in (steps.why_not(other) or "")
    with pytest.raises(LookupError, match="no exercise"):
        steps.why_not("INC-0002")


@pytest.mark.covers("R9", "R21", "D22")
@pytest.mark.begins(
    at="2026-11-24T09:12:00+00:00",
    people={"default": PLAYERS | {"answers": PLAYERS["answers"] | {"sign-off": "approve"}},
            "AG-016": BACKUP},
)  # fmt: skip
def test_what_really_happened_in_an_exercise_stands_in_its_record(story) -> None:
    planned(story, "BACKUP-CALLOUT")
    began(story)
    story.until(story.start + timedelta(minutes=62), by_minutes=4)
    course = ended(story)
    begin(story)
    with story.inst.journal.write() as session:
        write_up.complete(session, NUMBER, MANAGER, client=None, now=story.clock.now())
    story.until(story.clock.now() + timedelta(hours=49), by_minutes=360)
    story.orchestrator.wait()
    (made,) = signed(story)
    assert (made.version, made.state) == (1, "sent")
    facts = edition.facts_of(made)
    # Measured, and by what: each step that came names the incident and the entry that shows it.
    assert [s.verdict for s in facts.steps] == [s.verdict for s in course.steps]
    assert all(s.evidence.startswith("INC-0002, ") for s in facts.steps if s.verdict == "pass")
    assert facts.played == ("INC-0002",)
    assert facts.languages == ("hu",)
    # Who answered was there; whoever nobody had to call on is no absentee.
    there = {(p.role, p.coordinates) for p in facts.participants if p.attendance == "present"}
    assert {("it_manager", True), ("account_manager", True), ("ert", False),
            ("agent", False)} <= there  # fmt: skip
    rest = {(p.role, p.attendance) for p in facts.participants} - {("agent", "present")}
    assert ("agent", "not called") in rest
    assert ("ert", "not called") in rest  # the first one took it: nobody else was asked
    # Messages are those of the exercise and of what it played, not those about its record.
    assert facts.messages
    assert {m.purpose for m in facts.messages} & {"ert-alarm", "backup-call"}
    assert not {m.purpose for m in facts.messages} & {"hot-wash", "exercise-record-wanted"}
    assert any(m.acknowledged_at for m in facts.messages)
    assert facts.trend[-1].ert_minutes is not None
    people = [*story.plan.people, *story.plan.agents]
    named = [each.id for each in people if f">{each.id}" in made.html or f" {each.id}" in made.text]
    assert named == []
    assert "not applicable: an exercise has none of its own" in made.text
    assert made.text.startswith("EXERCISE")
    with story.inst.journal.read() as session:
        assert exercises.last_counted(session, "BACKUP-CALLOUT") is not None
