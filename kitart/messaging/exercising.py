"""Talking to the players of an exercise: asking, telling, saying that it is over (R53, D4, E40)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from kitart.connectors.attachment import Attachment
from kitart.installation import Installation
from kitart.journal import approvals, exercises, messages
from kitart.journal.database import Lease
from kitart.journal.exercises import ExerciseRecord
from kitart.journal.tables import Approval
from kitart.language import Phrase, in_language
from kitart.messaging import asking, exercise_questions
from kitart.messaging.invitation import invitation
from kitart.messaging.occasion import for_question
from kitart.messaging.side_by_side import side_by_side
from kitart.messaging.telling import tell, tell_agent
from kitart.messaging.texts import EXERCISE
from kitart.plan.exercises import Inject, Scenario, player_codes
from kitart.plan.schema import Plan

TOLD, LEFT, OVER = "exercise-inject", "exercise-left", "exercise-over"
SAME_AGAIN = 20


def ask_date(
    inst: Installation,
    plan: Plan,
    record: ExerciseRecord,
    person: str,
    *,
    latest: datetime | None,
    lease: Lease,
) -> None:
    """Ask a coordinator for the date, with an entry for the calendar; once for each round, and
    again after an answer that could not be taken. One that has yet to be taken is waited for."""
    now = inst.clock.now()
    with inst.journal.read() as session:
        rows = dates_asked(session_rows(session, record.number), record, person)
    if rows and not_taken(rows[-1]):
        return
    problem = rows[-1].reason if rows else ""
    waiting = bool(rows) and rows[-1].state == "open"
    time = len(rows) if waiting else len(rows) + 1
    question = exercise_questions.date(
        plan, record, person, time, latest=latest, problem=problem, now=now
    )
    with inst.journal.read() as session:
        values = for_question(session, plan, question)
    asking.ask(
        inst, plan, question, person, values, lease,
        attachments=[_entry(plan, record, plan.person(person).language, now)],
    )  # fmt: skip


def not_taken(row: Approval) -> bool:
    """Whether nobody has made anything of an answer about a date: no reason is noted."""
    return row.state == "answered" and not row.reason


def session_rows(session: Any, number: str) -> list[Approval]:
    """The questions of an exercise."""
    return approvals.of_incident(session, number)


def dates_asked(rows: list[Approval], record: ExerciseRecord, person: str) -> list[Approval]:
    """The questions for the date that holds now which were put to a person, in their order."""
    keys = [exercise_questions.date_key(record, person, n) for n in range(1, SAME_AGAIN)]
    by_key = {row.key: row for row in rows}
    return [by_key[key] for key in keys if key in by_key]


def _entry(plan: Plan, record: ExerciseRecord, language: str, now: datetime) -> Attachment:
    entry = plan.exercise(record.entry)
    lasts = (
        plan.scenario(entry.scenario).lasts_minutes
        if entry.scenario
        else (plan.limits.contact_test)
    )
    mark = in_language(EXERCISE, language)
    kind = in_language(exercise_questions.plain_kind(entry), language)
    title = in_language(exercise_questions.title_of(entry), language)
    return invitation(
        record.number, f"{mark}: {title}", f"{mark}. {kind}", record.starts_at, lasts,
        sequence=record.round - 1, now=now,
    )  # fmt: skip


def remind_of_date(inst: Installation, plan: Plan, row: Approval, lease: Lease) -> None:
    """Who has not said whether the date holds is asked once more, when half of the time is over."""
    with inst.journal.read() as session:
        values = for_question(session, plan, row)
    for person in row.asked_of:
        asking.ask_again(inst, plan, row, person, "half", values, lease)


def give_inject(
    inst: Installation,
    plan: Plan,
    record: ExerciseRecord,
    scenario: Scenario,
    inject: Inject,
    *,
    answers: bool,
    lease: Lease,
) -> None:
    """Tell the players of an inject; in a tabletop each is asked for an answer by a link."""
    whom = [code for code in player_codes(plan, inject.to) if code in record.players]
    side_by_side(
        [
            partial(_give, inst, plan, record, scenario, inject, code, answers, lease)
            for code in whom
            if code not in record.left
        ]
    )


def _give(
    inst: Installation,
    plan: Plan,
    record: ExerciseRecord,
    scenario: Scenario,
    inject: Inject,
    code: str,
    answers: bool,
    lease: Lease,
) -> bool:
    if answers:
        now = inst.clock.now()
        question = exercise_questions.inject(record, scenario, inject, code, now)
        with inst.journal.read() as session:
            values = for_question(session, plan, question)
        return asking.ask(inst, plan, question, code, values, lease)
    return _tell(
        inst, plan, record.number, code, TOLD, f"inject:{inject.id}",
        {"text": exercise_questions.inject_text(inject)}, lease,
    )  # fmt: skip


def tell_that_one_is_out(
    inst: Installation, plan: Plan, number: str, code: str, real: str, lease: Lease
) -> bool:
    """One line: a real incident goes before, nothing more of the exercise comes (E40)."""
    return _tell(inst, plan, number, code, LEFT, "left", {"real": real}, lease)


def tell_all_that_it_is_over(
    inst: Installation, plan: Plan, record: ExerciseRecord, because: Phrase, lease: Lease
) -> None:
    """Everybody who heard of the exercise hears that it is over, and why."""
    with inst.journal.read() as session:
        numbers = [record.number, *(i.number for i in exercises.played(session, record.number))]
        heard = {
            row.recipient
            for number in numbers
            for row in messages.of_incident(session, number)
            if row.state in messages.SET_OUT
        }
    side_by_side(
        [
            partial(
                _tell, inst, plan, record.number, code, OVER, "over", {"because": because}, lease
            )
            for code in record.players
            if code in heard and code not in record.left
        ]
    )


def _tell(
    inst: Installation,
    plan: Plan,
    number: str,
    code: str,
    purpose: str,
    step: str,
    values: dict[str, Any],
    lease: Lease,
) -> bool:
    is_agent = any(agent.id == code for agent in plan.agents)
    say = tell_agent if is_agent else tell
    return say(inst, plan, number, code, purpose, step, values, lease=lease)
