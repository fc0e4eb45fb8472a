"""The record of an exercise, t1 to t22 (reports §6.1): the result first, then all of it.

Roles instead of persons (D22). A number is measured, counted, or not available with the reason
(D3); what nobody wrote says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from kitart.reports import exercise_tables as tables
from kitart.reports import exercise_words as named
from kitart.reports.building import record_words
from kitart.reports.facts.exercise import ExerciseFacts
from kitart.reports.privacy import without_codes
from kitart.reports.terms import N_
from kitart.reports.views import Edition, ExerciseView, Heading, Pairs, Section, Words
from kitart.reports.wording import Wording

COMPANY = "internal"


def build_exercise(
    facts: ExerciseFacts, *, now: datetime, **edition: Unpack[Edition]
) -> ExerciseView:
    """The record of an exercise that is over, for the management and the auditor (R52, R53)."""
    words = Wording(facts.zone, facts.language)
    return ExerciseView(
        _heading(words, facts, now, **edition),
        (
            Section(words.say("Result"), tables.summary(words, facts)),
            Section(words.say("The exercise"), _exercise(words, facts)),
            Section(words.say("Scope"), _scope(words, facts)),
            Section(words.say("Objectives"), tables.objectives(words, facts)),
            Section(words.say("Scenario"), tables.scenario(words, facts)),
            Section(words.say("Safety and limits"), _safety(words, facts)),
            Section(words.say("Participants"), tables.participants(words, facts)),
            Section(words.say("Preconditions"), _preconditions(words, facts)),
            Section(words.say("Expected and actual"), tables.steps(words, facts)),
            Section(words.say("Messages"), tables.messages(words, facts)),
            Section(words.say("Success factors"), tables.proofs(words, facts)),
            Section(words.say("Findings"), tables.findings(words, facts)),
            Section(words.say("Corrective actions"), tables.actions(words, facts)),
            Section(words.say("Hot wash: what the participants said"),
                    tables.hot_wash(words, facts)),
            Section(words.say("Result of each objective"), tables.results(words, facts)),
            Section(words.say("Effects of the exercise itself"), _effects(words, facts)),
            Section(words.say("Changes of plan, training and matrix"), tables.parts(
                words, facts, ("exercise-plan", "exercise-training", "exercise-next"))),
            Section(words.say("Over the years"), tables.compared(words, facts)),
            Section(words.say("The next exercises"), tables.following(words, facts)),
            Section(words.say("Sign-off"), _sign_off(words, facts)),
        ),
    )  # fmt: skip


def _heading(
    words: Wording, facts: ExerciseFacts, now: datetime, **edition: Unpack[Edition]
) -> Heading:
    version, status = edition.get("version", 1), edition.get("status", "draft")
    approver, reviewer = edition.get("approver_role"), edition.get("reviewer_role")
    changes = tuple(
        words.term(without_codes(each, words.language)) for each in edition.get("changes", ())
    )
    if not changes and version > 1:
        changes = (words.say("not available: no change was recorded for this version"),)
    none = words.say("not applicable: an exercise has none of its own")
    return Heading(
        incident=facts.number,
        title=words.say("Record of the exercise"),
        variant="exercise",
        running_number=1,
        version=version,
        status=status,
        edition=words.say(
            "version {version}, {status}", version=version, status=words.term(status)
        ),
        changes=changes,
        classification=words.say("Internal – stays in the company"),
        exercise=True,
        client_id=COMPANY,
        client_name=facts.company,
        zone=facts.zone,
        language=words.language,
        projects=(named.in_words(words, facts.title, facts.titles),),
        affected=(),
        priority=none,
        cover_level=none,
        reported_at=now,
        data_as_of=edition.get("data_as_of", now),
        author_role=words.role(edition.get("author_role", "it_manager")),
        reviewer_role=words.role(reviewer) if reviewer else words.say("not yet reviewed"),
        approver_role=words.role(approver) if approver else words.say("not yet approved"),
        approved_at=edition.get("approved_at"),
        recipients=", ".join(map(words.role, facts.recipients)),
        channel=words.term("mail"),
        contact=f"{words.role(facts.contact_role)}, "
        f"{facts.contact_phone or words.say('not available: not recorded')}",
        contact_until=None,
        record=record_words(words, facts.number, edition.get("record")),
    )


def _exercise(words: Wording, facts: ExerciseFacts) -> tuple[Pairs, ...]:
    """What, when, of which plan (t1 to t4, t9)."""
    announced = {True: words.say("yes"), False: words.say("no")}
    no_time = N_("not available: it did not begin")
    stopped = [(words.say("Stopped"), without_codes(facts.stopped_because, words.language))]
    return (
        Pairs(
            (
                (words.say("Number"), facts.number),
                (words.say("Title"), named.in_words(words, facts.title, facts.titles)),
                (words.say("State"), words.term(named.STAGES[facts.stage])),
                (words.say("Plan under test"), _plan(words, facts)),
                (words.say("Type"), words.term(named.KINDS[facts.kind])),
                (words.say("Planned for"), words.moment(facts.starts_at)),
                (words.say("Date moved"), words.say("{n} times", n=words.count(facts.moved))),
                (words.say("Began"), words.moment(facts.began_at, no_time)),
                (words.say("Ended"), words.moment(facts.ended_at)),
                *(stopped if facts.stopped else ()),
                (words.say("Announced beforehand"),
                 announced[facts.announced] if facts.announced is not None
                 else words.say("not available: not recorded")),
                (words.say("Date confirmed by"),
                 words.listed([words.role(r) for r in facts.confirmed])
                 if facts.confirmed else words.say("nobody")),
            )
        ),
    )  # fmt: skip


def _plan(words: Wording, facts: ExerciseFacts) -> str:
    return words.say(
        "plan {hash}, kept on {at}", hash=f"{facts.plan_hash[:16]}…",
        at=words.moment(facts.plan_taken_at),
    )  # fmt: skip


def _scope(words: Wording, facts: ExerciseFacts) -> tuple[Pairs, ...]:
    """What was exercised and what was kept out (t5)."""
    none = words.say("none")
    languages = [words.language_name(each) for each in facts.languages]
    return (
        Pairs(
            (
                (words.say("Covers"), ", ".join(facts.covers) or none),
                (words.say("Incidents that were played"), ", ".join(facts.played) or none),
                (words.say("Languages"), words.listed(languages) if languages else none),
                (words.say("Cover levels"), ", ".join(map(str, facts.levels)) or none),
                (words.say("Phone lines in scope"), ", ".join(facts.lines) or none),
                (words.say("Clients in scope"), ", ".join(facts.clients) or none),
                (words.say("Kept out"), words.say(
                    "every other line, every other client, and everybody who is no player")),
            )
        ),
    )  # fmt: skip


def _safety(words: Wording, facts: ExerciseFacts) -> tuple[Words, ...]:
    """How real calls and people were protected (t8)."""
    return (
        Words(
            (
                words.say("Stop word: “{word}”. Every player may say it, and both coordinators "
                          "may stop the exercise.", word=facts.stop_word),
                words.say("A real incident goes first: whoever it needs leaves the exercise."),
                words.say("Messages that would have left the exercise and were kept inside: {n}.",
                          n=words.count(facts.fenced)),
                words.say("Taken out by a real incident: {n}.", n=words.count(
                    sum(each.attendance == "left" for each in facts.participants))),
            ),
            listed=True,
        ),
    )  # fmt: skip


def _preconditions(words: Wording, facts: ExerciseFacts) -> tuple[Pairs, ...]:
    """What it was begun with (t11)."""
    tested = words.say("not available: no test of the contact list has been evaluated")
    if facts.contact_test is not None:
        tested = words.say("{number}, {at}", number=facts.contact_test,
                           at=words.moment(facts.contact_tested_at))  # fmt: skip
    return (
        Pairs(
            (
                (words.say("Configuration"), _plan(words, facts)),
                (words.say("Last test of the contact list"), tested),
            )
        ),
    )


def _effects(words: Wording, facts: ExerciseFacts) -> tuple[Pairs | Words, ...]:
    """Calls missed, overtime (t19)."""
    counted = words.say("Real calls that were missed: not available: calls are not counted by "
                        "exercise; what is known of it is written here.")  # fmt: skip
    return (
        *tables.parts(words, facts, ("exercise-effects", "exercise-overtime")),
        Words((counted,)),
    )


def _sign_off(words: Wording, facts: ExerciseFacts) -> tuple[Pairs, ...]:
    """Who signed it, in which role, when; whether clients were informed (t22)."""
    rows = [
        (
            words.say("{step}: {role}", step=words.term(each.step), role=words.role(each.role)),
            words.moment(each.at, N_("not yet")),
        )
        for each in facts.sign_offs
    ]
    return (Pairs((*rows, *tables.parts(words, facts, ("exercise-client",))[0].pairs)),)
