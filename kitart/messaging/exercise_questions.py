"""What is asked in an exercise: its date of both coordinators, the injects of a tabletop (R53)."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitart.journal.approvals import Question
from kitart.journal.exercises import ExerciseRecord
from kitart.language import Phrase, phrase
from kitart.messaging.questions import option
from kitart.plan.exercises import Exercise, Inject, Scenario
from kitart.plan.schema import Plan
from kitart.reports.moments import moment_phrase

DATE, INJECT = "exercise-date", "exercise-inject"
CONFIRM, MOVE, CANCEL, DONE = "confirm", "move", "cancel", "done"
KINDS = {
    "contact-call": phrase("contact-list call"),
    "tabletop": phrase("tabletop exercise: people answer on a page, nothing is set off"),
    "functional": phrase("functional exercise: real messages to the players"),
    "rehearsal": phrase("full rehearsal: real messages to everybody in scope"),
}


def date_key(record: ExerciseRecord, person: str, time: int) -> str:
    """Names the question of a date; ``time`` counts the askings of a person in a round, from 1."""
    return f"{record.number}:{DATE}:{record.round}:{person}:{time}"


def date(
    plan: Plan,
    record: ExerciseRecord,
    person: str,
    time: int,
    *,
    latest: datetime | None,
    problem: str,
    now: datetime,
) -> Question:
    """Does the date hold? ``latest`` is the last date that D28 leaves; ``problem`` says why the
    person's last answer could not be taken."""
    entry = plan.exercise(record.entry)
    zone = plan.company.time_zone
    when = moment_phrase(record.starts_at, zone)
    wait = timedelta(minutes=plan.limits.exercise_confirm)
    known: list[str] = [
        KINDS[entry.kind],
        phrase("{n} players; stop word: {word}", n=len(record.players), word=entry.stop_word),
    ]
    if latest is not None:
        known.append(phrase("At the latest: {when}", when=moment_phrase(latest, zone)))
    if record.round > 1:
        known.append(phrase("The date is another one than before: all confirm it anew"))
    if problem:
        known.append(phrase("Your last answer was not taken: {why}", why=problem))
    return Question(
        key=date_key(record, person, time),
        incident=record.number,
        kind=DATE,
        title=phrase(
            "“{title}” begins on {when}. Does that hold?", title=title_of(entry), when=when
        ),
        text=phrase(
            "It begins once the IT manager and the account manager have both confirmed. Nobody "
            "outside the players gets a message. A real incident goes before it."
        ),
        options=[
            option(CONFIRM, phrase("Yes, it holds"), phrase("It begins at that time")),
            option(
                MOVE, phrase("Another date"),
                phrase("Write it as 2026-12-08 10:00, and why; both are asked again"), "required",
            ),
            option(
                CANCEL, phrase("Don't hold it"), phrase("It does not count as a test; say why"),
                "required",
            ),
        ],
        known=known,
        due_at=max(record.starts_at, now) + wait,
    )  # fmt: skip


def inject_key(number: str, inject: str, person: str) -> str:
    """Names the question by which a person answers an inject."""
    return f"{number}:{INJECT}:{inject}:{person}"


def inject(
    record: ExerciseRecord, scenario: Scenario, each: Inject, person: str, now: datetime
) -> Question:
    """What would you do? The person's own words are the answer."""
    within = max((e.within_minutes for e in each.expect), default=scenario.lasts_minutes)
    return Question(
        key=inject_key(record.number, each.id, person),
        incident=record.number,
        kind=INJECT,
        title=inject_text(each),
        text=phrase(
            "It is an exercise: nothing has happened and nothing is set off. Say in a few words "
            "what you do, whom you tell and what you decide."
        ),
        options=[
            option(DONE, phrase("That is what I do"), phrase("It is in the record"), "required")
        ],
        known=[],
        due_at=now + timedelta(minutes=within),
    )


def inject_text(each: Inject) -> Phrase:
    """The text of an inject in all languages that it has."""
    return Phrase(each.said("en"), {lang: text for lang, text in each.text.items() if lang != "en"})


def title_of(entry: Exercise) -> Phrase:
    """An exercise's name in all languages that the programme has it in."""
    return Phrase(entry.title, dict(entry.titles))


def plain_kind(entry: Exercise) -> Phrase:
    """What an exercise is, in a few words."""
    return KINDS[entry.kind]
