"""What we say in a call, and the key that is pressed in it (A14, E24).

A call that is picked up is no contact, whoever or whatever picked it up: only a key is.
"""

from __future__ import annotations

from kitart.gateway import stop_word, twiml
from kitart.gateway.by_number import BY_NUMBER, NO_LONGER
from kitart.gateway.house import House
from kitart.gateway.visits import VOICE, Refused, Visitor, agent_visitor, visitor_of
from kitart.journal import messages
from kitart.journal.tables import Message
from kitart.language import LANGUAGES, in_language, listed, phrase
from kitart.messaging import links
from kitart.messaging.asked import link_in
from kitart.messaging.links import Link, LinkError

WRONG_KEY = phrase("That is not one of the keys.")
AGENT = "agent"


def spoken_page(place: House, token: str) -> bytes:
    """What is said when somebody picks up; changes nothing.

    A message that asks something is followed by its keys, and both are said twice.
    """
    return _spoken(place, token)


def pressed(place: House, token: str, digits: str) -> bytes:
    """Take a pressed key as the answer, by the same way as a link's, and say what is recorded."""
    try:
        row, visitor, asked = _called(place, token)
    except (LinkError, Refused):
        return _not_needed()
    if asked is None:
        return _not_needed()
    if digits == stop_word.KEY and stop_word.stoppable(place, row.incident):
        stop_word.by_person(place, row.incident, visitor.person, "a key in a call")
        return twiml.goodbye([(visitor.read(stop_word.said_in_call()), visitor.language)])
    question = BY_NUMBER[asked.purpose]
    try:
        with place.inst.journal.read() as session:
            known = question.answers(session, asked)
        if digits not in {str(n) for n in known}:
            return _spoken(place, token, WRONG_KEY)
        question.take(place, asked, int(digits), VOICE)
        with place.inst.journal.read() as session:
            said: str = question.became(session, asked, visitor)
    except Refused as refused:
        said = listed([refused.title, refused.what_helps], ". ")
    return twiml.goodbye([(visitor.read(said), visitor.language)])


def _spoken(place: House, token: str, first: str = "") -> bytes:
    try:
        row, visitor, asked = _called(place, token)
    except (LinkError, Refused):
        return _not_needed()
    lines = row.text.splitlines()
    text = " ".join(line for line in lines if place.inst.settings.gateway_url not in line)
    if asked is None:
        return twiml.goodbye([(text, visitor.language)] * 2)
    question = BY_NUMBER[asked.purpose]
    with place.inst.journal.read() as session:
        if over := question.over(session, asked, visitor, row):
            return twiml.goodbye([(visitor.read(over), visitor.language)])
        answers = question.answers(session, asked)
    keys = listed(
        [phrase("Press {n}: {answer}.", n=n, answer=answer) for n, answer in answers.items()], " "
    )
    if stop_word.stoppable(place, row.incident):
        keys = listed([keys, stop_word.PRESS], " ")
    return twiml.question(
        " ".join(part for part in (visitor.read(first), text) if part),
        visitor.read(keys), visitor.read(question.nothing_pressed),
        f"{place.inst.settings.gateway_url}{links.PATHS['call']}{token}/key", visitor.language,
    )  # fmt: skip


def _called(place: House, token: str) -> tuple[Message, Visitor, Link | None]:
    """The message that a call speaks, to whom, and what it asks; raises ``LinkError`` or
    ``Refused`` where nobody is called any more."""
    now = place.inst.clock.now()
    link = links.read(place.inst.settings, "call", token, now=now)
    with place.inst.journal.read() as session:
        row = messages.with_key(session, link.subject)
    if row is None:
        raise LinkError(NO_LONGER, NO_LONGER)
    to_whom = agent_visitor if row.role == AGENT else visitor_of
    visitor = to_whom(place.inst.plan_of(row.incident), link.person, now)
    asked = link_in(place.inst.settings, row.text, now)
    return row, visitor, asked if asked is not None and asked.purpose in BY_NUMBER else None


def _not_needed() -> bytes:
    return twiml.goodbye([(in_language(NO_LONGER, language), language) for language in LANGUAGES])
