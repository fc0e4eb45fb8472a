"""The page behind ``/c/``: can you take the seat? (R20, R26, R32, E7, E8)"""

from __future__ import annotations

from datetime import timedelta

from kitart.gateway import called_out
from kitart.gateway.called_out import LATER_MINUTES, PROMISED, WAITS
from kitart.gateway.house import House
from kitart.gateway.visits import NO_ANSWER, Page, Visitor
from kitart.journal import cover
from kitart.journal.tables import CoverCall
from kitart.language import phrase
from kitart.messaging.links import Link
from kitart.messaging.questions import option
from kitart.reports import moments

TEMPLATE = "cover.html"
AFTER_ALL = "cannot"
LOGGED_IN = "live"
LATER = "later-"
CAN_NOT_AFTER_ALL = option(
    AFTER_ALL, phrase("I can't after all"), phrase("Somebody else is asked at once")
)
I_AM_LOGGED_IN = option(
    LOGGED_IN, phrase("I am logged in now"),
    phrase("The phone system can't be asked: your word goes into the record"),
)  # fmt: skip


def show(place: House, link: Link, problem: str = "") -> Page:
    """What is asked, or what was answered; changes nothing. Raises ``Refused`` where nothing is
    asked of this agent any more."""
    row, incident, visitor = called_out.opened(place, link.subject, link.person)
    with place.inst.journal.read() as session:
        waits = row.state in WAITS and row.answered_at is None
        if waits and row.state == cover.LAPSED and cover.taken_elsewhere(session, row):
            raise called_out.not_needed(row)
        if not waits and row.state not in (*PROMISED, cover.LIVE, cover.DECLINED):
            raise called_out.not_needed(row)
        said_live = called_out.said_live(session, row)
        seen = called_out.agents_seen(place, session, row)
    options = _questions(row, visitor) if waits else []
    if row.state in PROMISED:
        options = [CAN_NOT_AFTER_ALL]
        if row.state == cover.ACCEPTED and not seen and not said_live:
            options = [I_AM_LOGGED_IN, CAN_NOT_AFTER_ALL]
    view = {
        "incident": incident,
        "visitor": visitor,
        "subject": link.subject,
        "row": row,
        "waits": waits,
        "queue": visitor.read(called_out.queue_words(row.queue)),
        "said_live": said_live,
        "options": [{name: visitor.read(word) for name, word in o.items()} for o in options],
    }
    if problem:
        view["problem"] = visitor.read(problem)
    return Page(TEMPLATE, view, 422 if problem else 200)


def answer(place: House, link: Link, chosen: str) -> Page | None:
    """Take a button of the page; ``None`` when ``show`` now says it. Raises ``Refused`` as
    ``show`` does, and when the seat is not theirs any more."""
    row, _, visitor = called_out.opened(place, link.subject, link.person)
    later = {f"{LATER}{minutes}": minutes for minutes in LATER_MINUTES}
    if chosen in later:
        starts_at = visitor.now + timedelta(minutes=later[chosen])
        called_out.answer(place, row.id, row.agent, cover.LATER, starts_at=starts_at)
    elif chosen in (cover.YES, cover.NO):
        called_out.answer(place, row.id, row.agent, chosen)
    elif chosen == AFTER_ALL:
        called_out.give_back(place, row.id, row.agent)
    elif chosen == LOGGED_IN:
        called_out.says_live(place, row.id, row.agent)
    else:
        return show(place, link, NO_ANSWER)
    return None


def _questions(row: CoverCall, visitor: Visitor) -> list[dict[str, str]]:
    def at(moment: object) -> str:
        return moments.clock(moment, visitor.zone)  # type: ignore[arg-type]

    late = row.due_at <= visitor.now
    yes = (
        phrase("Yes, I start at once")
        if late
        else phrase("Yes, I start by {when}", when=at(row.due_at))
    )
    later = [
        option(
            f"{LATER}{minutes}",
            phrase("Later: in {n} minutes", n=minutes),
            phrase("About {when}; you are called if nobody is faster",
                   when=at(visitor.now + timedelta(minutes=minutes))),
        )
        for minutes in LATER_MINUTES
    ]  # fmt: skip
    return [
        option(cover.YES, yes, phrase("The seat is yours; please log in as soon as you can")),
        *later,
        option(cover.NO, phrase("No"), phrase("Needs no reason; somebody else is asked")),
    ]
