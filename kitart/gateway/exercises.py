"""Exercises on pages: the programme with what is due, and one exercise with its findings, its
corrective actions and how far its record is (reports §6.1, R52, R53)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from kitart.gateway import exercise_words as words
from kitart.gateway import write_up_words
from kitart.gateway.board import readable
from kitart.gateway.entry_words import DOCUMENT_STATES
from kitart.gateway.house import House
from kitart.gateway.visits import Page, Refused, Visitor
from kitart.journal import (
    exercise_record,
    exercises,
    findings,
    hot_wash,
    incidents,
    timeline,
    write_up,
)
from kitart.journal.exercises import ExerciseRecord
from kitart.journal.findings import Finding
from kitart.journal.tables import Incident
from kitart.journal.write_up import MAY_WRITE_UP
from kitart.language import phrase
from kitart.messaging.actions import today_at
from kitart.messaging.occasion import title_of
from kitart.plan.exercises import EXERCISE, Exercise
from kitart.plan.roles import role_name
from kitart.plan.schema import Plan
from kitart.reports import exercise_words as reported
from kitart.reports.facts.exercise import StepFacts
from kitart.reports.gathering_exercise import carried, steps_of, trend
from kitart.reports.picture.trend import trend as drawn
from kitart.reports.rendering import svg
from kitart.reports.wording import Wording
from kitart.rules import findings as rules
from kitart.rules import write_up as parts
from kitart.rules.exercise_dates import next_due
from kitart.rules.write_up import overdue


def programme(place: House, visitor: Visitor) -> Page:
    """Every entry of the programme with its last exercise that counts and when the next is due,
    all exercises, and how they compare."""
    with place.inst.journal.read() as session:
        known = exercises.all_exercises(session)
        rows = {each.number: incidents.get(session, each.number) for each in known}
        view = {
            "visitor": visitor,
            "entries": [_entry(session, visitor, each) for each in visitor.plan.exercises],
            "exercises": [_line(session, visitor, each, rows[each.number]) for each in known],
            "picture": _picture(session, visitor),
        }
    return Page("exercises.html", view)


def _entry(session: Session, visitor: Visitor, entry: Exercise) -> dict[str, Any]:
    last = exercises.last_counted(session, entry.id)
    due = next_due(last.ended_at if last else None, entry.every_months)
    return {
        "title": entry.named(visitor.language), "kind": visitor.read(words.KINDS[entry.kind]),
        "months": entry.every_months, "covers": ", ".join(entry.covers),
        "last": last, "due": due, "late": due is None or due < visitor.now,
    }  # fmt: skip


def _line(
    session: Session, visitor: Visitor, record: ExerciseRecord, row: Incident
) -> dict[str, Any]:
    passed = sum(step.verdict == "pass" for step in record.steps)
    title = visitor.read(title_of(visitor.plan, row))
    return {
        "number": row.number, "title": title, "at": record.began_at or record.starts_at,
        "stage": visitor.read(words.STAGES[exercise_record.stage(session, row)]),
        "passed": passed, "steps": len(record.steps), "over": record.over,
    }  # fmt: skip


def _picture(session: Session, visitor: Visitor) -> str | None:
    limits = visitor.plan.limits
    found = drawn(
        Wording(visitor.zone, visitor.language), trend(session),
        ert_minutes=limits.ert_ack_in_hours, cover_minutes=limits.backup_start,
    )  # fmt: skip
    return svg(found) if found is not None else None


def exercise(place: House, number: str, visitor: Visitor) -> Page:
    """One exercise: its steps, what it has shown, what is to change, and its record; raises
    ``Refused`` for what is none."""
    with place.inst.journal.read() as session:
        row, plan, record = opened(place, session, number)
        entries = timeline.entries(session, number)
        texts = write_up.texts(entries)
        heard = hot_wash.words(session, number)
        view = {
            "visitor": visitor, "incident": row, "record": record,
            "line": _line(session, visitor, record, row),
            "may_write": visitor.role in MAY_WRITE_UP and record.over,
            "steps": [_step(visitor, each) for each in steps_of(record)],
            "findings": [_finding(visitor, each, record) for each in findings.findings(entries)],
            "actions": [_action(visitor, plan, each) for each in write_up.actions(entries)],
            "carried": carried(session, number),
            "sections": [_section(visitor, each, texts) for each in parts.EXERCISE_SECTIONS],
            "complete": write_up.is_complete(entries),
            "asked": len(hot_wash.asked(session, number)), "until": hot_wash.until(session, number),
            "heard": [{"role": visitor.read(role_name(each.role)), "keep": each.keep,
                       "change": each.change} for each in heard],
            "documents": [
                {"id": d.id, "version": d.version, "state": visitor.read(DOCUMENT_STATES[d.state]),
                 "at": d.sent_at or d.created_at, "reason": readable(visitor, d.reason)}
                for d in exercise_record.versions(session, number)
            ],
        }  # fmt: skip
    return Page("exercise.html", view)


def opened(place: House, session: Session, number: str) -> tuple[Incident, Plan, ExerciseRecord]:
    """An exercise with the plan that it tests; raises ``Refused`` where there is none."""
    try:
        row = incidents.get(session, number)
    except LookupError as unknown:
        raise _none() from unknown
    if row.kind != EXERCISE:
        raise _none()
    plan = place.inst.plans_for(session, [row])[number]
    return row, plan, exercises.get(session, number)


def _none() -> Refused:
    return Refused(
        404, phrase("There is no such exercise"), phrase("The page of exercises lists them all.")
    )


def _step(visitor: Visitor, step: StepFacts) -> dict[str, Any]:
    said = Wording(visitor.zone, visitor.language)
    verdict = words.VERDICTS.get(step.verdict or "", words.NOT_MEASURED)
    return {
        "what": reported.step(said, step.what), "requirement": step.requirement,
        "expected": reported.minutes(said, step.expected_minutes),
        "actual": reported.minutes(said, step.actual_minutes)
        if step.verdict else visitor.read(words.NOT_MEASURED),
        "verdict": visitor.read(verdict), "bad": step.verdict in ("fail", "part"),
    }  # fmt: skip


def said_of(visitor: Visitor, finding: Finding, record: ExerciseRecord) -> str:
    """A finding's words; of a proposed one in the visitor's language."""
    step = next((s for s in steps_of(record) if s.expect == finding.form.step), None)
    if not finding.proposed or step is None:
        return finding.form.text
    return reported.missed(Wording(visitor.zone, visitor.language), step)


def _finding(visitor: Visitor, finding: Finding, record: ExerciseRecord) -> dict[str, Any]:
    form = finding.form
    return {
        "number": finding.number, "form": form, "text": said_of(visitor, finding, record),
        "category": visitor.read(words.CATEGORIES[form.category]), "proposed": finding.proposed,
        "serious": form.category == rules.SERIOUS,
        "wants_action": form.category in rules.WANTS_ACTION,
    }  # fmt: skip


def _action(visitor: Visitor, plan: Plan, action: write_up.Action) -> dict[str, Any]:
    form = action.form
    return {
        "number": action.number, "form": form, "owner": visitor.read(role_name(form.owner)),
        "status": visitor.read(write_up_words.STATUSES[form.status]),
        "late": overdue(form.status, form.due, today_at(plan, visitor.now)),
    }  # fmt: skip


def _section(visitor: Visitor, section: str, texts: list[write_up.Text]) -> dict[str, Any]:
    names = [part.id for part in parts.of_section(section)]
    return {
        "id": section, "name": visitor.read(write_up_words.SECTIONS[section]),
        "texts": [
            {"name": visitor.read(write_up_words.PARTS[t.part]), "text": readable(visitor, t.text),
             "day": t.day, "role": visitor.read(role_name(t.role)), "at": t.at}
            for t in sorted(texts, key=lambda t: names.index(t.part) if t.part in names else 0)
            if t.part in names
        ],
    }  # fmt: skip
