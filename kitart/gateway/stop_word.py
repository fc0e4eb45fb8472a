"""Stopping an exercise from any channel: the word by SMS, a key in a call, a button (D4, E40)."""

from __future__ import annotations

import unicodedata

from kitart.gateway.house import House
from kitart.gateway.visits import PHONE, Page, Refused
from kitart.journal import exercises, replies
from kitart.journal.exercises import ExerciseRecord
from kitart.language import LANGUAGES, Phrase, in_language, phrase, spoken
from kitart.plan.exercises import people_and_agents
from kitart.plan.people import Agent, Person
from kitart.plan.schema import Plan

WORDS = ("STOP EXERCISE", "GYAKORLAT VÉGE")
"""Understood in every exercise, beside the entry's own word."""
BUTTON = "stop-exercise"
KEY = "9"
PRESS = phrase("Press {key} to stop the exercise.", key=KEY)
STOPPED = phrase("The exercise is stopped")
ALL_TOLD = phrase("Everybody in it is told. From now on every alarm is real.")


def by_sms(place: House, sid: str, sender: str, body: str) -> str | None:
    """Stop the running exercise where a player or a coordinator sent its word: what is said to it;
    ``None`` for any other SMS. The same SMS is taken once."""
    with place.inst.journal.read() as session:
        before = replies.with_sid(session, sid)
        record = exercises.running(session)
    if before is not None:
        return before.said if before.reading.get("stopped") else None
    if record is None:
        return None
    plan = place.inst.plan_of(record.number)
    who = _player_at(plan, record, sender)
    if who is None or not means_stop(body, plan.exercise(record.entry).stop_word):
        return None
    said = in_language(phrase("{number}: {what}", number=record.number, what=STOPPED), _reads(who))
    now = place.inst.clock.now()
    with place.inst.journal.write() as session:
        exercises.stop(
            session, record.number, by=who.id, why=f"the stop word by SMS, from {who.id}", now=now
        )
        replies.keep(
            session, sid, sender, body, person=who.id, incident=record.number,
            reading={"outcome": "recorded", "said": said, "stopped": True}, now=now,
        )  # fmt: skip
        replies.finish(session, sid, "recorded", said)
    return said


def by_person(place: House, incident: str, person: str, via: str) -> Page:
    """Stop the exercise that an incident belongs to, by a person's own link, call or sign-in; the
    page that says so. Raises ``Refused`` where there is none that could be stopped."""
    with place.inst.journal.write() as session:
        number = exercises.of_incident(session, incident)
        if number is None:
            raise Refused(
                409, phrase("This is no exercise"),
                phrase("Nothing was stopped. {phone}", phone=PHONE), number=incident,
            )  # fmt: skip
        exercises.stop(
            session, number, by=person, why=f"{person} stopped it, {via}",
            now=place.inst.clock.now(),
        )  # fmt: skip
    page = Refused(200, STOPPED, ALL_TOLD, number=number).page()
    return Page(page.template, page.view, 200)


def stoppable(place: House, incident: str) -> bool:
    """Whether an incident belongs to an exercise that has not ended."""
    with place.inst.journal.read() as session:
        number = exercises.of_incident(session, incident)
        return number is not None and not exercises.get(session, number).over


def means_stop(body: str, word: str) -> bool:
    """Whether a text is the stop word: letters and digits alone count, accents and case do not."""
    return _plain(body) in {_plain(each) for each in (word, *WORDS)}


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def _player_at(plan: Plan, record: ExerciseRecord, sender: str) -> Person | Agent | None:
    codes = (*record.players, *plan.exercise(record.entry).coordinators)
    return next(
        (
            who
            for who in people_and_agents(plan, codes)
            if any(channel.address == sender for channel in who.channels)
        ),
        None,
    )


def _reads(who: Person | Agent) -> str:
    if isinstance(who, Person):
        return spoken(who.language)
    return spoken(who.best_language(LANGUAGES) or "")


def said_in_call() -> Phrase:
    """What a call says once its key has stopped the exercise."""
    return phrase("{what}. {told}", what=STOPPED, told=ALL_TOLD)
