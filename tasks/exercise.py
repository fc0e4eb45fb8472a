"""The steps of an exercise: date, injects, what came of them, its end (R51-R53, D28, E40)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from prefect.artifacts import create_table_artifact
from prefect.runtime import flow_run
from pydantic import BaseModel, Field, field_validator, model_validator
from sqlalchemy.orm import Session

from kitart.alerts.exercise import open_exercise
from kitart.clock import Clock, as_utc
from kitart.installation import Installation, installation
from kitart.journal import (
    acknowledgements,
    approvals,
    contact_tests,
    exercise_facts,
    exercises,
    incidents,
)
from kitart.journal.database import Lease
from kitart.journal.exercises import ExerciseRecord, NotNow
from kitart.journal.incidents import SCHEDULE
from kitart.journal.tables import Approval
from kitart.language import Phrase, phrase
from kitart.messaging import asking, exercise_questions, exercising
from kitart.orchestrator import DEPLOYMENTS
from kitart.plan.exercises import EXERCISE, Exercise, Inject, Scenario
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.rules.exercise_dates import is_late, read_date
from tasks.playing import set_off
from tasks.steps import step


class ExerciseWanted(BaseModel):
    """What is needed to plan an exercise: which entry of the programme, and perhaps when."""

    exercise: str | None = Field(
        default=None,
        title="Exercise",
        description="Its code in config/exercises.yaml, like LEVEL-3-TO-4",
    )
    starts_at: datetime | None = Field(
        default=None,
        title="Begins at",
        description="The date to propose to both coordinators; None: after the entry's notice",
    )
    incident: str | None = Field(
        default=None,
        title="Exercise to go on with",
        pattern=r"^INC-\d{4,}$",
        description="None: one is planned, or the open one of this code joined. A number, like "
        "INC-0142, takes that exercise up again",
    )

    @field_validator("starts_at")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        return None if value is None else as_utc(value)

    @model_validator(mode="after")
    def _one_of_both(self) -> ExerciseWanted:
        if (self.exercise is None) == (self.incident is None):
            raise ValueError(
                "exercise and incident are both given or both empty; right would be a code like "
                "LEVEL-3-TO-4, or the number of one to go on with"
            )
        return self


@step("plan or join the exercise")
def open_record(wanted: ExerciseWanted) -> str:
    """The number of the exercise that this planned, joined or goes on with.

    Raises ``ValueError`` for a code or date that is none and for a number that is no exercise,
    ``LookupError`` for a number that is not in the record, ``NotNow`` for a date too late (D28).
    """
    inst = installation()
    if wanted.incident is not None:
        with inst.journal.read() as session:
            row = incidents.get(session, wanted.incident)
        if row.kind != EXERCISE:
            raise ValueError(
                f"incident is {row.number}: it is no exercise; start the deployment "
                f"{DEPLOYMENTS[row.kind]} instead"
            )
        return row.number
    with inst.journal.write() as session:
        plan = inst.current_plan()
        due_at = due_by_schedule(inst.clock)
        late = due_at is not None and is_late(due_at, inst.clock.now(), plan.limits.exercise_late)
        opened = open_exercise(
            session, plan, inst.clock, wanted.exercise or "", starts_at=wanted.starts_at,
            asked_by="operator" if due_at is None else SCHEDULE, due_at=due_at if late else None,
        )  # fmt: skip
        return opened.incident.number


def due_by_schedule(clock: Clock) -> datetime | None:
    """When this run should have begun by its schedule, on the plan's clock (UTC); ``None`` for one
    that somebody started."""
    by_schedule = "auto-scheduled" in flow_run.get_tags()
    return clock.at(flow_run.get_scheduled_start_time()) if by_schedule else None


def entry_of(plan: Plan, record: ExerciseRecord) -> Exercise:
    """The exercise's entry in the programme, as it was frozen."""
    return plan.exercise(record.entry)


def story_of(plan: Plan, record: ExerciseRecord) -> Scenario | None:
    """The exercise's scenario; ``None`` for a contact call."""
    return None if record.scenario is None else plan.scenario(record.scenario)


@step("ask both coordinators for the date")
def ask_dates(lease: Lease) -> datetime:
    """Ask each for the date that holds now, unless that is done; until when they may answer.

    A date that passed before anybody was asked, since nothing ran, is now (R53).
    """
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        rows = approvals.of_incident(session, lease.incident)
        known = record.confirmed or any(row.key.startswith(_round_of(record)) for row in rows)
        if not known and is_late(record.starts_at, now, plan.limits.exercise_late):
            exercises.postpone(session, lease.incident, why=_nothing_ran(record.starts_at), now=now)
            record = exercises.get(session, lease.incident)
        latest = exercises.latest_start(session, now)
    for person in entry_of(plan, record).coordinators:
        if person not in record.confirmed:
            exercising.ask_date(inst, plan, record, person, latest=latest, lease=lease)
    with inst.journal.read() as session:
        rows = approvals.of_incident(session, lease.incident)
    asked = [row for row in rows if row.key.startswith(_round_of(record)) and row.due_at]
    return max(row.due_at for row in asked if row.due_at is not None) if asked else now


@step("remind of the date")
def remind_of_dates(lease: Lease) -> None:
    """Whoever has not answered is asked once more."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        record = exercises.get(session, lease.incident)
        rows = approvals.of_incident(session, lease.incident)
    for row in rows:
        if row.key.startswith(_round_of(record)) and row.state == "open":
            exercising.remind_of_date(inst, plan, row, lease)


def _round_of(record: ExerciseRecord) -> str:
    return f"{record.number}:{exercise_questions.DATE}:{record.round}:"


def dates_answered(session: Session, number: str) -> bool:
    """Whether an answer about the date waits to be taken."""
    record = exercises.get(session, number)
    return any(_to_be_taken(row, record) for row in approvals.of_incident(session, number))


def _to_be_taken(row: Approval, record: ExerciseRecord) -> bool:
    """An answer of the round that holds, which nobody has made anything of."""
    new = row.key.startswith(_round_of(record)) and exercising.not_taken(row)
    return new and not (
        row.answer == exercise_questions.CONFIRM and row.answered_by in record.confirmed
    )


@step("take the answers about the date")
def take_dates(lease: Lease) -> None:
    """Confirmed, moved or called off; a date that can't be is asked for again, with the reason."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        for row in approvals.of_incident(session, lease.incident):
            record = exercises.get(session, lease.incident)
            if record.over or not _to_be_taken(row, record):
                continue
            by, role = row.answered_by or "", role_name(row.answered_role or "")
            if row.answer == exercise_questions.CONFIRM:
                exercises.confirm(
                    session, lease.incident, by, row.answered_role or "", now=now,
                    occurred_at=row.answered_at,
                )  # fmt: skip
            elif row.answer == exercise_questions.CANCEL:
                exercises.stop(
                    session, lease.incident, by=by, now=now,
                    why=f"the {role} called it off: {row.note}",
                )  # fmt: skip
            else:
                row.reason = _moved(session, plan, record, row, by, now) or "moved"
    _withdraw_old_dates(inst, plan, lease)


def _moved(
    session: Session,
    plan: Plan,
    record: ExerciseRecord,
    row: Approval,
    by: str,
    now: datetime,
) -> str:
    """Move it to the date in a person's words; why that can't be, or nothing."""
    try:
        starts_at = read_date(row.note or "", plan.company.time_zone)
        if starts_at <= now:
            raise ValueError(f"{row.note} is past; right would be a later date")
        exercises.move(session, record.number, starts_at, by=by, why=row.note or "", now=now)
    except (ValueError, NotNow) as trouble:
        return str(trouble)
    return ""


def _withdraw_old_dates(inst: Installation, plan: Plan, lease: Lease) -> None:
    with inst.journal.read() as session:
        record = exercises.get(session, lease.incident)
        old = [
            row.key
            for row in approvals.of_incident(session, lease.incident)
            if row.state == "open"
            and row.kind == exercise_questions.DATE
            and (
                record.over
                or not row.key.startswith(_round_of(record))
                or set(row.asked_of) <= set(record.confirmed)
            )
        ]
    for key in old:
        asking.withdraw(
            inst,
            plan,
            key,
            phrase("It was answered otherwise, or the date is another one now"),
            lease,
        )


@step("nobody has confirmed the date")
def give_up(lease: Lease) -> None:
    """The time is up and not both have confirmed: it is not held, and does not count (D28, R53)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        missing = [c for c in entry_of(plan, record).coordinators if c not in record.confirmed]
        exercises.stop(
            session, lease.incident, by=SCHEDULE, now=now,
            why=f"not confirmed in time by {', '.join(missing)}",
        )  # fmt: skip


@step("begin the exercise")
def begin(lease: Lease) -> bool:
    """Begin, unless it would be late: then the date is now, and both are asked again (D28).

    A real incident that is open goes before: then it is stopped and does not count (E40). ``False``
    while another exercise runs.
    """
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        since = max(record.starts_at, record.confirmed_at or record.starts_at)
        real = contact_tests.real_incident(session)
        if is_late(since, now, plan.limits.exercise_late):
            exercises.postpone(session, lease.incident, why=_nothing_ran(since), now=now)
        elif real is not None:
            exercises.stop(
                session, lease.incident, by=SCHEDULE, now=now,
                why=f"{real.number} is a real incident and goes before",
            )  # fmt: skip
        elif exercises.running(session) is not None:
            return False
        else:
            exercises.begin(session, lease.incident, now=now)
    return True


def _nothing_ran(since: datetime) -> str:
    return f"it should have begun at {since:%Y-%m-%d %H:%M} UTC, and nothing ran"


@step("give an inject")
def give(lease: Lease, inject_id: str) -> None:
    """Tell the players, write down what should come of it, and do what Kitart does (R52)."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.read() as session:
        record = exercises.get(session, lease.incident)
    scenario = plan.scenario(record.scenario or "")
    inject = scenario.inject(inject_id)
    if record.over:
        return
    if inject_id not in record.given:
        # The first to be told may answer before the last is: measured from before the first.
        began = inst.clock.now()
        # First, for whoever plays absent or whose channel plays dead from now on.
        exercising.give_inject(
            inst, plan, record, scenario, inject,
            answers=entry_of(plan, record).kind == "tabletop", lease=lease,
        )  # fmt: skip
        with inst.journal.write(lease) as session:
            exercises.give(
                session, lease.incident, inject, scenario, now=inst.clock.now(), occurred_at=began
            )
    set_off(inst, plan, lease, inject)


@step("take the answers to injects")
def take_answers(lease: Lease) -> None:
    """What players wrote on their pages stands in the exercise's timeline, as of then."""
    inst = installation()
    with inst.journal.write(lease) as session:
        for row in _answers(session, lease.incident):
            exercises.answer(
                session, lease.incident, row.key.split(":")[2], row.answered_by or "",
                row.note or "", occurred_at=row.answered_at or inst.clock.now(),
                now=inst.clock.now(),
            )  # fmt: skip


def answers_wait(session: Session, number: str) -> bool:
    """Whether an answer to an inject is not in the exercise's timeline yet."""
    known = exercises.get(session, number).answered
    return any(
        row.answered_by not in known.get(row.key.split(":")[2], ())
        for row in _answers(session, number)
    )


def _answers(session: Session, number: str) -> list[Approval]:
    rows = approvals.of_incident(session, number)
    return [r for r in rows if r.kind == exercise_questions.INJECT and r.state == "answered"]


def measurable(session: Session, plan: Plan, number: str) -> bool:
    """Whether something that was expected has come and is not measured yet."""
    record = exercises.get(session, number)
    return any(
        exercise_facts.shown(session, record, inject, each)
        for inject, each in _unmeasured(plan, record)
    )


def _unmeasured(plan: Plan, record: ExerciseRecord) -> list[tuple[Inject, Any]]:
    scenario = story_of(plan, record)
    done = {step.expect for step in record.steps if step.verdict is not None}
    return [
        (inject, each)
        for inject in (scenario.injects if scenario else ())
        if inject.id in record.given
        for each in inject.expect
        if each.id not in done
    ]


@step("measure what came")
def measure(lease: Lease, *, last: bool = False) -> None:
    """Each expected step that has come is measured against its limit; the ``last`` time also what
    never came (t12)."""
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        for inject, each in _unmeasured(plan, record):
            found = exercise_facts.shown(session, record, inject, each)
            if found is not None:
                took = found.at - record.given[inject.id]
                exercises.measure(
                    session, lease.incident, inject, each, now=now, evidence=found.evidence,
                    actual_minutes=round(took.total_seconds() / 60, 2),
                    verdict=exercise_facts.verdict_of(each.within_minutes, took),
                )  # fmt: skip
            elif last:
                exercises.measure(
                    session, lease.incident, inject, each, actual_minutes=None, verdict="fail",
                    evidence=None, now=now,
                )  # fmt: skip


def all_measured(session: Session, plan: Plan, number: str) -> bool:
    """Whether every inject was given and every step measured."""
    record = exercises.get(session, number)
    scenario = story_of(plan, record)
    given = all(inject.id in record.given for inject in (scenario.injects if scenario else ()))
    return given and not _unmeasured(plan, record)


def overtaken(session: Session, number: str) -> bool:
    """Whether a real incident has called on a player who has not left yet (E40)."""
    record = exercises.get(session, number)
    if record.began_at is None or record.over:
        return False
    called = exercises.concerned(session, record.began_at)
    return bool(set(called) & set(record.players) - set(record.left))


@step("a real incident goes before")
def let_go(lease: Lease) -> None:
    """Whom a real incident has called on leaves, and is told so in one line; where that is a
    coordinator, or who leads an incident of the exercise, the exercise stops (E40).

    The fence has kept them out since they were called; this says so, and takes back what waits.
    """
    inst = installation()
    plan, now = inst.plan_of(lease.incident), inst.clock.now()
    with inst.journal.write(lease) as session:
        record = exercises.get(session, lease.incident)
        called = exercises.concerned(session, record.began_at or now)
        gone = {code: called[code] for code in record.players if code in called}
        for code, real in gone.items():
            exercises.leave(session, lease.incident, code, real, now=now)
            exercises.withdraw_unsent(session, lease.incident, code, f"{real} is real")
        needed = {*entry_of(plan, record).coordinators, *_leads(session, lease.incident)}
        lost = sorted(needed & set(gone))
        if lost and not record.over:
            exercises.stop(
                session, lease.incident, by=SCHEDULE, now=now,
                why=f"{gone[lost[0]]} is a real incident and needs {', '.join(lost)}",
            )  # fmt: skip
    for code, real in gone.items():
        exercising.tell_that_one_is_out(inst, plan, lease.incident, code, real, lease)


def _leads(session: Session, number: str) -> set[str]:
    """The ERT members who have taken an incident of the exercise."""
    return {
        ack.person
        for row in exercises.played(session, number)
        for ack in acknowledgements.of_step(session, row.number, "ert")
        if ack.answer == acknowledgements.TAKE
    }


@step("end the exercise")
def end(lease: Lease) -> None:
    """Every step is measured: it has ended, and may be evaluated."""
    inst = installation()
    with inst.journal.write(lease) as session:
        exercises.end(session, lease.incident, now=inst.clock.now())


@step("say that the exercise is over")
def say_over(lease: Lease) -> None:
    """What waits is taken back, and everybody who heard of it learns that it is over."""
    inst = installation()
    plan = inst.plan_of(lease.incident)
    with inst.journal.write(lease) as session:
        exercises.withdraw_unsent(session, lease.incident, None, "the exercise is over")
        record = exercises.get(session, lease.incident)
        still_open = [
            r.key for r in approvals.of_incident(session, lease.incident) if r.state == "open"
        ]
    because = _because(record)
    for key in still_open:
        with inst.journal.write(lease) as session:
            row = approvals.with_key(session, key)
            if row is not None:
                approvals.void(session, row.id, phrase("The exercise is over"))
    exercising.tell_all_that_it_is_over(inst, plan, record, because, lease)


def _because(record: ExerciseRecord) -> Phrase:
    if record.stopped:
        return phrase("It was stopped and does not count")
    met = sum(step.verdict == "pass" for step in record.steps)
    return phrase("{met} of {steps} steps came in time", met=met, steps=len(record.steps))


@step("show what was measured")
def show(number: str) -> None:
    """Expected against actual, as a table on the run."""
    with installation().journal.read() as session:
        record = exercises.get(session, number)
    create_table_artifact(
        [
            {
                "inject": each.inject, "step": each.what, "requirement": each.requirement,
                "expected": f"{each.expected_minutes} min",
                "actual": "never" if each.actual_minutes is None else f"{each.actual_minutes} min",
                "verdict": each.verdict or "", "evidence": "/".join(map(str, each.evidence or ())),
            }
            for each in record.steps
        ],
        key=f"exercise-{number.lower()}",
        description=f"EXERCISE {number}: expected against actual",
    )  # fmt: skip


def due_of(record: ExerciseRecord, scenario: Scenario, minutes: float) -> datetime:
    """When a minute of the scenario comes, on the plan's clock (UTC)."""
    assert record.began_at is not None
    return record.began_at + timedelta(minutes=minutes / scenario.speed)
