"""The record of an exercise: hot wash, findings, drafted, signed off, sent; or sent back, or late
(reports §6.1, R52, R53)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from kitart.clock import sleep_s
from kitart.installation import installation
from kitart.journal import (
    after_action,
    approvals,
    documents,
    exercise_record,
    exercises,
    findings,
    hot_wash,
    incidents,
    timeline,
)
from kitart.journal.database import Lease
from kitart.journal.tables import Document
from kitart.language import phrase
from kitart.messaging import asking
from kitart.messaging import exercise_record as people
from kitart.messaging.inside_mail import mail_inside
from kitart.messaging.occasion import title_of
from kitart.messaging.telling import tell
from kitart.orchestrator import ExerciseRecordStarter
from kitart.plan import whom
from kitart.plan.roles import role_name
from kitart.reports import exercise_edition as edition
from kitart.reports.editions import record_mark
from kitart.rules.after_action import Times, exercise_times
from tasks.starting import ask_for_run
from tasks.steps import step

TRIES, PAUSE_S = 4, 5.0
"""How often, and after how many real seconds each, a run that ends asks for the next one."""


class ExerciseOver(BaseModel):
    """Which exercise the record is about."""

    exercise: str = Field(
        title="Exercise",
        pattern=r"^INC-\d{4,}$",
        description="An exercise that is over, like INC-0142. One whose record was signed gets a "
        "new version if something was written or corrected since",
    )


@dataclass(frozen=True)
class Version:
    """A version that waits for people, with the steps of its sign-off."""

    id: int
    steps: tuple[people.Step, ...]


def why_not(number: str) -> str | None:
    """Why there can be no record of the exercise yet; ``None`` where there can.

    Raises ``LookupError`` for what is not in the journal, or is no exercise.
    """
    with installation().journal.read() as session:
        record = exercises.get(session, number)
    if not record.over:
        return f"{number} is {record.state}: its record is written when it is over"
    if record.began_at is None:
        return f"{number} was called off before it began: there is nothing to evaluate"
    return None


@step("the record of the exercise is wanted")
def want(lease: Lease) -> Times:
    """Each participant is asked for a word, steps that failed become proposed findings, and the
    coordinators are asked to write; all once. The days on which it is drafted and due."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        found = _times(session, lease.incident)
        there = tuple(code for code in record.players if code not in record.left)
        until = hot_wash.note_asked(
            session, lease.incident, there, plan.limits.hot_wash_hours, now=now
        )
        findings.propose(session, record, now=now)
        timeline.append(
            session, lease.incident, exercise_record.WANTED,
            f"The record of the exercise is drafted by {found.draft_at:%Y-%m-%d %H:%M} UTC and "
            f"due by {found.due_at:%Y-%m-%d %H:%M} UTC",
            now=now, data={"due": found.due_at.isoformat()}, key="exercise-record-wanted",
        )  # fmt: skip
        title = title_of(plan, incidents.get(session, lease.incident))
    people.ask_for_words(inst, plan, lease.incident, until, lease)
    people.ask_to_write(inst, plan, lease.incident, "exercise-record", title, found, lease)
    return found


def _times(session: Session, number: str) -> Times:
    row = incidents.get(session, number)
    return exercise_times(installation().plan_of(number), row.closed_at or row.reported_at)


@step("remind who writes for the record of the exercise")
def remind(lease: Lease) -> None:
    """Its day comes near: the coordinators are told once more."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        found = _times(session, lease.incident)
        title = title_of(plan, incidents.get(session, lease.incident))
    news = phrase("The record of the exercise is drafted soon: {what}", what=title)
    people.ask_to_write(inst, plan, lease.incident, "exercise-record-again", news, found, lease)


@step("draft the record of the exercise")
def draft(lease: Lease) -> Version:
    """A version from the record as it is now; one that waits and still fits stays (D6, D25).

    Serious weaknesses are told before, where that was not done when they were written.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.read() as session:
        serious = findings.serious(session, lease.incident)
    for each in serious:
        people.tell_serious(inst, plan, lease.incident, each)
    with inst.journal.write(lease) as session:
        waiting = exercise_record.open_version(session, lease.incident)
        if waiting is None or not edition.fits(session, plan, waiting, now):
            waiting = edition.make_version(session, plan, lease.incident, people.planned(), now)
            _note(session, waiting, "notification drafted", "drafted", now)
        return Version(waiting.id, people.steps(session, plan, waiting))


@step("the record of the exercise is sent back")
def send_back(lease: Lease, document_id: int, approval_id: int) -> None:
    """Somebody refuses to sign: the coordinators are told in the person's words."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        answer = approvals.get(session, approval_id)
        assert answer is not None
        reason = answer.note or ""
        documents.move(
            session, document_id, from_states=("draft", "approved"), to="refused", reason=reason
        )
        row = documents.get(session, document_id)
        timeline.append(
            session, lease.incident, exercise_record.SENT_BACK,
            f"record of the exercise, version {row.version}: sent back: {reason}",
            now=now, author=role_name(answer.answered_role or ""), source="person",
            data={"client": row.client, "document": row.id, "reason": reason},
            key=f"sent-back:{row.id}",
        )  # fmt: skip
        found = _times(session, lease.incident)
    news = phrase("The record of the exercise was sent back: “{reason}”", reason=reason)
    people.ask_to_write(inst, plan, lease.incident, f"sent-back:{document_id}", news, found, lease)


@step("withdraw a version of the record of the exercise")
def withdraw(lease: Lease, document_id: int) -> None:
    """Something was written or corrected since: what was asked about this version is void (D6)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    reason = phrase("something was written or corrected since")
    with inst.journal.write(lease) as session:
        documents.move(
            session, document_id, from_states=("draft", "approved"), to="stale", reason=reason
        )
        row = documents.get(session, document_id)
        _note(session, row, "draft stale", f"stale: {reason}", now)
        asked = after_action.questions_about(session, row)
    for question in asked:
        if question.state == "open":
            asking.withdraw(inst, plan, question.key, reason, lease)


@step("the record of the exercise is late")
def miss(lease: Lease) -> None:
    """Its day is over and it is not signed: recorded, and told to the IT manager and the CMT
    lead."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        if exercise_record.last_sent(session, lease.incident) is not None:
            return
        due = _times(session, lease.incident).due_at
        timeline.append(
            session, lease.incident, exercise_record.OVERDUE,
            "The record of the exercise was due and is not signed; it is finished and sent late",
            now=now, data={"due": due.isoformat()}, key="exercise-record-overdue",
        )  # fmt: skip
    for person in (*whom.it_managers(plan)[:1], *whom.crisis_leads(plan)[:1]):
        tell(
            inst, plan, lease.incident, person, "deadline-missed", "exercise-record-overdue",
            {
                "step": phrase("the record of the exercise"), "due": due,
                "role": phrase("the IT manager"),
                "next_step": phrase("it is finished and sent late"),
                "next_news": phrase("when it is sent"),
            },
            lease=lease,
        )  # fmt: skip


@step("send the record of the exercise")
def send(lease: Lease, document_id: int) -> str:
    """Send the signed version to its readers: the exercise is evaluated and counts (D28).
    ``stale`` if the record changed after all.

    Raises ``ConnectorError`` while no mail is accepted.
    """
    inst = installation()
    plan = inst.plan_of(lease.incident)
    now = inst.clock.now()
    with inst.journal.write(lease) as session:
        row = documents.get(session, document_id)
        if row.sent_at is not None:
            return "sent"
        if row.state == "draft":
            if not edition.fits(session, plan, row, now):
                return "stale"
            documents.move(session, document_id, from_states=("draft",), to="approved")
            _stamp(session, row, now)
        readers = people.readers(session, plan, lease.incident)
    mail_inside(inst, plan, row, readers, lease)
    now = inst.clock.now()
    # What went out went out: recorded even if another run has taken over meanwhile.
    with inst.journal.write() as session:
        row = documents.get(session, document_id)
        if documents.move(session, document_id, from_states=("approved",), to="sent"):
            row.sent_at = now
            edition.keep_translations(session, plan, row, people.given(session, row), now)
            late = row.due_at is not None and now > row.due_at
            _note(session, row, "report sent", "sent, late" if late else "sent", now)
            exercise_record.evaluate(session, lease.incident, row.version, now=now)
            exercise_record.supersede(session, lease.incident, row.version)
    return "sent"


def _stamp(session: Session, row: Document, now: datetime) -> None:
    """Print on the version that leaves who signed it off."""
    signed = people.given(session, row)
    mark = record_mark(session, row.incident)
    stamped = edition.signed_copy(row, signed, record=mark, now=now)
    last = max(
        (q for q in after_action.questions_about(session, row) if q.answer == people.APPROVE),
        key=lambda q: q.id,
    )
    row.approved_by, row.approved_role = last.answered_by, last.answered_role
    row.approved_at = last.answered_at
    row.subject, row.html, row.text = stamped.subject, stamped.html, stamped.text
    row.file_name, row.checksum = stamped.file_name, stamped.checksum
    row.facts = {**row.facts, "_record": asdict(mark)}


def _note(session: Session, row: Document, type: str, what: str, now: datetime) -> None:
    timeline.append(
        session, row.incident, type,
        f"record of the exercise, version {row.version}: {what}", now=now,
        data={"client": row.client, "document": row.id, "type": row.type,
              "checksum": row.checksum},
        key=f"{type}:{row.id}",
    )  # fmt: skip


@step("start the records of exercises that are wanted")
def start_wanted(starter: ExerciseRecordStarter) -> tuple[str, ...]:
    """Ask for a run for each exercise that is over, whose record is not signed and that nobody
    drives; the numbers of those asked for. While Prefect takes none, the next look asks again."""
    inst = installation()
    with inst.journal.read() as session:
        wanting = exercise_record.wanting(session, inst.clock.now())
    return tuple(
        row.number for row in wanting if ask_for_run(starter, starter.start_exercise_record, row)
    )


def start_at_once(starter: ExerciseRecordStarter, number: str) -> None:
    """As ``start_wanted``, for the run that has just ended exercise ``number``: asks a few times,
    since Prefect may be busy with that very end. After that it is the watch's."""
    for _ in range(TRIES):
        start_wanted(starter)
        if not _waits_for_run(number):
            return
        sleep_s(PAUSE_S)


def _waits_for_run(number: str) -> bool:
    inst = installation()
    with inst.journal.read() as session:
        wanting = exercise_record.wanting(session, inst.clock.now())
        return any(
            row.number == number and row.requested_run in (None, row.run_id) for row in wanting
        )
