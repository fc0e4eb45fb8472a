"""The facts of an exercise's record out of the journal: nothing is known here that isn't in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.journal import (
    acknowledgements,
    actions,
    after_action,
    approvals,
    contact_tests,
    exercise_record,
    exercises,
    findings,
    hot_wash,
    incidents,
    late_entries,
    messages,
    plans,
    timeline,
)
from kitart.journal.exercises import ExerciseRecord
from kitart.journal.tables import Incident, TimelineEntry
from kitart.language import spoken
from kitart.plan import whom
from kitart.plan.exercises import Exercise, Scenario, people_and_agents
from kitart.plan.kinds import PHONES
from kitart.plan.people import Person
from kitart.plan.schema import Plan
from kitart.reports import gathering_written as by_hand
from kitart.reports.facts import exercise as f
from kitart.reports.facts.record import MessageFacts
from kitart.reports.facts.system import ProofFacts
from kitart.reports.gathering import proofs_of
from kitart.reports.gathering_after_action import messages_of
from kitart.rules.after_action import exercise_times
from kitart.rules.exercise_dates import months_after
from kitart.rules.exercise_result import Measured, minutes_to, share_passed
from kitart.rules.findings import counts

RECIPIENTS = ("it_manager", "account_manager", "cmt_lead")
TO_EVERYBODY = ("exercise-over", "hot-wash", "exercise-record-wanted", "exercise-record")
"""What is sent whoever took part: by these nobody is called on."""
IN_THE_TREND = 12
"""How many exercises are compared at most: the newest."""
AFTERWARDS = (
    hot_wash.HOT_WASH, findings.FINDING, late_entries.CORRECTION, "written", "corrective action",
    "write-up complete", exercises.CONFIRMED, exercises.MOVED, exercises.LEFT,
)  # fmt: skip
"""What is said before or after an exercise, or about somebody: no sign that one took part."""


def gather_exercise(session: Session, plan: Plan, number: str, now: datetime) -> f.ExerciseFacts:
    """All that the journal knows of an exercise that is over, for its record (t1 to t22).

    ``plan`` is the one that it tested. Raises ``LookupError`` for what is no exercise.
    """
    record, row = exercises.get(session, number), incidents.get(session, number)
    entry = plan.exercise(record.entry)
    scenario = plan.scenario(record.scenario) if record.scenario else None
    entries = timeline.entries(session, number)
    played = exercises.played(session, number)
    ended_at = record.ended_at or now
    manager = plan.person(whom.it_managers(plan)[0])
    tested = contact_tests.last_evaluated(session)
    return f.ExerciseFacts(
        number=number, title=entry.title, titles=dict(entry.titles), entry=entry.id,
        kind=entry.kind,
        stage=exercise_record.stage(session, row),
        plan_hash=record.plan_hash, plan_taken_at=plans.taken_at(session, record.plan_hash),
        contact_test=tested.number if tested else None,
        contact_tested_at=tested.closed_at if tested else None,
        scenario=scenario.title if scenario else "",
        scenario_titles=dict(scenario.titles) if scenario else {}, covers=entry.covers,
        announced=entry.announced, stop_word=entry.stop_word,
        planned_at=record.planned_at, starts_at=record.starts_at, began_at=record.began_at,
        ended_at=ended_at, stopped=bool(record.stopped), stopped_because=record.stopped,
        confirmed=tuple(plan.person(each).kind for each in record.confirmed),
        moved=record.round - 1,
        lines=record.lines, clients=record.clients, languages=_languages(plan, scenario, record),
        levels=_levels(scenario), played=tuple(each.number for each in played),
        fenced=sum(each.type == exercises.FENCED for each in entries),
        objectives=tuple(
            f.ObjectiveFacts(id=o.id, text=o.text, requirement=o.requirement, measure=o.measure,
                             limit=o.limit, texts=dict(o.texts),
                             within_minutes=o.within_minutes)
            for o in entry.objectives
        ),
        injects=_injects(plan, scenario, record),
        steps=steps_of(record),
        participants=_participants(session, plan, entry, record, entries, played),
        messages=_messages(session, plan, number, played),
        proofs=_proofs(session, plan, played),
        findings=tuple(
            f.FindingFacts(seq=each.seq, number=each.number, text=each.form.text,
                           category=each.form.category, requirement=each.form.requirement,
                           cause=each.form.cause, step=each.form.step)
            for each in findings.findings(entries)
            if counts(each.form.category)
        ),
        corrective_actions=by_hand.actions(entries),
        carried=carried(session, number),
        hot_wash=tuple(
            f.HotWashFacts(seq=each.seq, role=each.role, keep=each.keep, change=each.change)
            for each in hot_wash.words(session, number)
        ),
        hot_wash_until=hot_wash.until(session, number),
        silent=tuple(
            _role(plan, person) for person in hot_wash.silent(session, number)
        ),
        written=by_hand.written(entries),
        trend=trend(session, row), ert_limit_minutes=plan.limits.ert_ack_in_hours,
        cover_limit_minutes=plan.limits.backup_start,
        following=_following(session, plan, entry, record, ended_at),
        corrections=after_action.corrections(session, number),
        company=plan.company.name, zone=plan.company.time_zone,
        language=spoken(plan.company.report_languages[0]), contact_role=manager.kind,
        contact_phone=next((c.address for c in manager.channels if c.kind in PHONES), ""),
        recipients=RECIPIENTS, due_at=exercise_times(plan, ended_at).due_at,
    )  # fmt: skip


def steps_of(record: ExerciseRecord) -> tuple[f.StepFacts, ...]:
    """The expected steps of an exercise, with what was measured of each (t12)."""
    return tuple(
        f.StepFacts(
            inject=step.inject, expect=step.expect, what=step.what, requirement=step.requirement,
            expected_minutes=step.expected_minutes, actual_minutes=step.actual_minutes,
            verdict=step.verdict,
            evidence="{}, {}".format(*step.evidence) if step.evidence else "",
        )
        for step in record.steps
    )  # fmt: skip


def _injects(
    plan: Plan, scenario: Scenario | None, record: ExerciseRecord
) -> tuple[f.InjectFacts, ...]:
    kinds = {person.id: person.kind for person in plan.people}
    return tuple(
        f.InjectFacts(
            id=each.id, planned_minutes=each.at, text=dict(each.text),
            to=tuple(dict.fromkeys(kinds.get(code, code) for code in each.to)),
            given_at=record.given.get(each.id), answers=len(record.answered.get(each.id, ())),
        )
        for each in (scenario.injects if scenario else ())
    )  # fmt: skip


def _languages(plan: Plan, scenario: Scenario | None, record: ExerciseRecord) -> tuple[str, ...]:
    """The languages of the queues that are exercised: of the agents who fall out, and of lines."""
    out = {code for each in (scenario.injects if scenario else ()) for code in each.agents}
    found = [a.queue.partition("/")[2] for a in plan.agents if a.id in out]
    found += [line.lang for line in plan.lines if line.id in record.lines]
    return tuple(dict.fromkeys(each for each in found if each))


def _levels(scenario: Scenario | None) -> tuple[int, ...]:
    """The cover levels that a step expects."""
    wanted = {
        int(step.what[-1])
        for each in (scenario.injects if scenario else ())
        for step in each.expect
        if step.what.startswith("level ") and step.what[-1].isdigit()
    }
    return tuple(sorted(wanted))


def _participants(
    session: Session,
    plan: Plan,
    entry: Exercise,
    record: ExerciseRecord,
    entries: Sequence[TimelineEntry],
    played: Sequence[Incident],
) -> tuple[f.ParticipantFacts, ...]:
    """Who took part, as the record shows it: who answered, replied, decided or acknowledged."""
    numbers = [record.number, *(each.number for each in played)]
    heard = _heard(session, entries, played)
    replaced = _replaced(session, plan, numbers)
    called = {
        m.recipient
        for number in numbers
        for m in messages.of_incident(session, number)
        if m.purpose not in TO_EVERYBODY
    }

    def attendance(code: str) -> f.Attendance:
        if code in record.left:
            return "left"
        if code in heard:
            return "present"
        if code in replaced:
            return "replaced"
        return "absent" if code in called else "not called"

    found = {
        each.id: f.ParticipantFacts(
            role=each.kind if isinstance(each, Person) else "agent",
            attendance=attendance(each.id), coordinates=each.id in entry.coordinators,
        )
        for each in people_and_agents(plan, (*record.players, *entry.coordinators))
    }  # fmt: skip
    return tuple(found.values())


def _replaced(session: Session, plan: Plan, numbers: Sequence[str]) -> set[str]:
    """Who was asked something that the own deputy answered."""
    deputies = {person.id: person.deputy for person in plan.people if person.deputy}
    return {
        person
        for number in numbers
        for question in approvals.of_incident(session, number)
        for person in question.asked_of
        if question.answered_by is not None and deputies.get(person) == question.answered_by
    }


def _heard(
    session: Session, entries: Sequence[TimelineEntry], played: Sequence[Incident]
) -> set[str]:
    """The codes of all of whom the record has a word of their own."""
    numbers = [each.number for each in played]
    rows = [*entries, *(e for n in numbers for e in timeline.entries(session, n))]
    # The hot wash comes after the exercise: who says something then may not have taken part.
    heard = {
        str(e.data[name])
        for e in rows
        for name in ("person", "agent", "by")
        if e.source == "person" and e.type not in AFTERWARDS and isinstance(e.data.get(name), str)
    }
    for number in numbers:
        heard |= {each.person for each in acknowledgements.of_incident(session, number)}
        heard |= {each.person for each in approvals.decisions_of_incident(session, number)}
    return heard


def _messages(
    session: Session, plan: Plan, number: str, played: Sequence[Incident]
) -> tuple[MessageFacts, ...]:
    """Every message of the exercise and of what it played; not those about its record, which may
    go out in the minute of its end."""
    ended = incidents.get(session, number).closed_at
    own = [m for m in messages_of(session, plan, number)
           if (ended is None or m.sent_at is None or m.sent_at <= ended)
           and m.purpose not in TO_EVERYBODY]  # fmt: skip
    return (*own, *(m for each in played for m in messages_of(session, plan, each.number)))


def _proofs(session: Session, plan: Plan, played: Sequence[Incident]) -> tuple[ProofFacts, ...]:
    return tuple(
        proof
        for each in played
        for proof in proofs_of(plan, late_entries.in_force(timeline.entries(session, each.number)))
    )


def carried(session: Session, number: str) -> tuple[f.CarriedAction, ...]:
    """The open corrective actions of other records: each exercise takes them up, and checks the
    effect of those that are done (D29)."""
    return tuple(
        f.CarriedAction(
            seq=kept.action.seq, reference=kept.reference, action=kept.action.form.action,
            owner_role=kept.action.form.owner, due=kept.action.form.due,
            status=kept.action.form.status, check=kept.action.form.check,
        )
        for kept in actions.still_open(session)
        if kept.record.number != number
    )  # fmt: skip


def trend(session: Session, upto: Incident | None = None) -> tuple[f.TrendPoint, ...]:
    """The exercises that were carried out, oldest first, with what is compared over the years."""
    found = []
    for record in exercises.all_exercises(session):
        row = incidents.get(session, record.number)
        if record.began_at is None or not record.over or (upto and row.seq > upto.seq):
            continue
        steps = measured(record)
        found.append(
            f.TrendPoint(
                number=record.number, on=record.began_at, title=row.title,
                ert_minutes=minutes_to("ert acknowledged", steps),
                cover_minutes=minutes_to("cover live", steps), share_passed=share_passed(steps),
            )
        )  # fmt: skip
    return tuple(reversed(found[:IN_THE_TREND]))


def measured(record: ExerciseRecord) -> tuple[Measured, ...]:
    """The expected steps as the rules read them."""
    return tuple(
        Measured(step.expect, step.what, step.verdict, step.actual_minutes) for step in record.steps
    )


def _following(
    session: Session,
    plan: Plan,
    entry: Exercise,
    record: ExerciseRecord,
    ended_at: datetime,
) -> tuple[f.NextExercise, ...]:
    """The next of the same entry, and those that are planned already (t21)."""
    again = None if record.stopped else months_after(ended_at, entry.every_months)
    known = {each.id: each for each in plan.exercises}
    planned = [
        _next(known.get(each.entry), each.entry, each.starts_at, planned=True)
        for each in reversed(exercises.all_exercises(session))
        if each.state == exercises.IN_PLANNING
    ]
    return (_next(entry, entry.id, again, planned=False), *planned)


def _next(
    known: Exercise | None, code: str, at: datetime | None, *, planned: bool
) -> f.NextExercise:
    title, titles = (known.title, dict(known.titles)) if known else (code, {})
    return f.NextExercise(title=title, titles=titles, at=at, planned=planned)


def _role(plan: Plan, code: str) -> str:
    return next((person.kind for person in plan.people if person.id == code), "agent")
