"""What we say in a call, and the key that is pressed in it (A14, E24).

A call that is picked up is no contact, whoever or whatever picked it up: only a key is.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from kitart.gateway import acknowledging, outcomes, twiml
from kitart.gateway.house import House
from kitart.gateway.visits import VOICE, Refused, Visitor, visitor_of
from kitart.journal import incidents, messages
from kitart.journal.tables import Message
from kitart.language import LANGUAGES, Phrase, in_language, listed, phrase
from kitart.messaging import links
from kitart.messaging.asked import link_in
from kitart.messaging.links import Link, LinkError
from kitart.plan.roles import named

NO_LONGER = phrase("This call is not needed any more. Goodbye.")
NO_KEY = phrase("No key was pressed, so nothing is recorded. Others are asked. Goodbye.")
WRONG_KEY = phrase("That is not one of the keys.")


def spoken_page(place: House, token: str) -> bytes:
    """What is said when somebody picks up; changes nothing.

    A message that asks something is followed by its keys, and both are said twice.
    """
    return _spoken(place, token)


def pressed(place: House, token: str, digits: str) -> bytes:
    """Take a pressed key as the answer, by the same way as a link's, and say what is recorded."""
    try:
        _, visitor, asked = _called(place, token)
    except (LinkError, Refused):
        return _not_needed()
    if asked is None:
        return _not_needed()
    options = acknowledging.OPTIONS[_kind(asked)]
    if digits not in [str(n) for n, _ in enumerate(options, 1)]:
        return _spoken(place, token, WRONG_KEY)
    try:
        acknowledging.answer(place, asked, options[int(digits) - 1]["value"], via=VOICE)
        with place.inst.journal.read() as session:
            said: str = outcomes.of_ack(session, asked, visitor)
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
    with place.inst.journal.read() as session:
        if over := _over(session, asked, visitor):
            return twiml.goodbye([(visitor.read(over), visitor.language)])
    options = acknowledging.OPTIONS[_kind(asked)]
    keys = listed(
        [phrase("Press {n}: {answer}.", n=n, answer=o["label"]) for n, o in enumerate(options, 1)],
        " ",
    )
    return twiml.question(
        " ".join(part for part in (visitor.read(first), text) if part),
        visitor.read(keys), visitor.read(NO_KEY),
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
    visitor = visitor_of(place.inst.plan_of(row.incident), link.person, now)
    asked = link_in(place.inst.settings, row.text, now)
    return row, visitor, asked if asked is not None and asked.purpose == "ack" else None


def _over(session: Session, asked: Link, visitor: Visitor) -> Phrase | None:
    """Why nothing is asked any more: it is closed, the person took it, or another did."""
    number, _, step = asked.subject.partition("/")
    if incidents.get(session, number).closed_at is not None:
        return NO_LONGER
    taken = acknowledging.taken_of(session, number, step, asked.person)
    if taken is None:
        return None
    if taken.person == asked.person:
        return outcomes.of_ack(session, asked, visitor)
    return phrase(
        "{number}: {name} has it already. Nothing is needed from you. Thank you.",
        number=number, name=named(visitor.plan, taken.person),
    )  # fmt: skip


def _kind(asked: Link) -> str:
    return asked.subject.partition("/")[2].partition(":")[0]


def _not_needed() -> bytes:
    return twiml.goodbye([(in_language(NO_LONGER, language), language) for language in LANGUAGES])
