"""A call for cover: what the agent is asked, and taking the answer (R20, R26, R32, E7, E8).

The same answers by the link's page, by SMS and by a key pressed in a call.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from kitart.gateway.house import House
from kitart.gateway.visits import (
    LINK,
    NOT_IN_RECORD,
    RELAYED,
    Refused,
    Visitor,
    agent_visitor,
    closed,
)
from kitart.journal import cover, incidents, timeline
from kitart.journal.tables import CoverCall, Incident
from kitart.language import Phrase, in_all_languages, phrase
from kitart.reports import moments
from kitart.reports.wording import Wording

LATER_MINUTES = (45, 60, 90)
LATER_BY_PHONE = timedelta(minutes=60)
"""What "later" means where no time can be given."""
WAITS = (cover.ASKED, cover.LAPSED)
PROMISED = (cover.ACCEPTED, cover.LATER)
ENTRIES = {
    cover.ACCEPTED: "backup accepted",
    cover.DECLINED: "backup declined",
    cover.LATER: "backup later",
}
SAYS_LIVE = "backup says live"
NOT_SEEN = "agents not seen"
"""The record's word for a phone system that does not show who is live."""
PHONE_SUPERVISOR = phrase("If you should be needed, your supervisor calls you.")


def opened(place: House, number: str, agent: str) -> tuple[CoverCall, Incident, Visitor]:
    """The call, its incident and the agent; raises ``Refused`` for a call that is not theirs or an
    incident that is closed."""
    with place.inst.journal.read() as session:
        row = cover.get(session, int(number)) if number.isdigit() else None
        if row is None or row.agent != agent:
            raise Refused(404, NOT_IN_RECORD, PHONE_SUPERVISOR)
        incident = incidents.get(session, row.incident)
    visitor = agent_visitor(place.inst.plan_of(row.incident), agent, place.inst.clock.now())
    if incident.closed_at is not None:
        raise closed(incident, visitor)
    return row, incident, visitor


def answer(
    place: House,
    number: int,
    agent: str,
    said: str,
    *,
    via: str = LINK,
    starts_at: datetime | None = None,
) -> None:
    """Record yes, no or later (with ``starts_at``, UTC); what was answered before stays.

    "Later" than needed it is not, when ``starts_at`` is in time: that is a yes. Raises
    ``Refused`` when the seat is not theirs any more.
    """
    row, _, visitor = opened(place, str(number), agent)
    now = visitor.now
    if said == cover.LATER and starts_at is not None and starts_at <= row.due_at:
        said, starts_at = cover.YES, None
    with place.inst.journal.write() as session:
        outcome = cover.answer(session, number, said, via=via, now=now, starts_at=starts_at)
        if outcome in ENTRIES:
            _note(session, cover.held(session, number), outcome, via, now)
    if outcome == "too late":
        raise not_needed(row)


def give_back(place: House, number: int, agent: str, *, via: str = LINK) -> None:
    """ "I can't after all": the promise ends as a "no", and the next one is asked."""
    _, _, visitor = opened(place, str(number), agent)
    with place.inst.journal.write() as session:
        if cover.give_back(session, number, now=visitor.now):
            row = cover.held(session, number)
            _note(session, row, cover.DECLINED, via, visitor.now, after_all=True)


def says_live(place: House, number: int, agent: str, *, via: str = LINK) -> None:
    """Keep an agent's word to be logged in; it proves nothing, and changes nothing but the record
    (R21)."""
    row, _, visitor = opened(place, str(number), agent)
    if row.state not in PROMISED:
        return
    with place.inst.journal.write() as session:
        timeline.append(
            session, row.incident, SAYS_LIVE,
            f"{agent} says to be logged in for {row.queue}; the phone system can't be asked"
            f"{RELAYED.get(via, '')}",
            now=visitor.now, author="agent", source="person", data=_data(row, via),
            key=_live_key(row),
        )  # fmt: skip


def said_live(session: Session, row: CoverCall) -> bool:
    """Whether the agent said to be logged in."""
    return timeline.has(session, row.incident, _live_key(row))


def agents_seen(place: House, session: Session, row: CoverCall) -> bool:
    """Whether the phone system shows who is live: then nobody has to say so (R21)."""
    if not place.inst.voice.capabilities().allows("agents"):
        return False
    return not timeline.entries(session, row.incident, NOT_SEEN)


def not_needed(row: CoverCall) -> Refused:
    """The polite word for a seat that is not theirs any more."""
    if row.state == cover.LOST:
        return Refused(
            410, phrase("The phone system does not show you any more"),
            phrase("Can you go on? Log in again, and the seat is yours. Can't you? Say so on your "
                   "page “I can't work”, or phone your supervisor."),
            number=row.incident,
        )  # fmt: skip
    return Refused(
        410, phrase("Thank you, you are not needed any more for this seat"), PHONE_SUPERVISOR,
        number=row.incident,
    )  # fmt: skip


def became(row: CoverCall, visitor: Visitor) -> Phrase:
    """What the record says of the agent's answer, in one short sentence."""
    number, when = row.incident, moments.clock(row.due_at, visitor.zone)
    if row.state == cover.ACCEPTED:
        return phrase(
            "{number}: recorded, you start by {when}: {queue}. Please log in. Thank you.",
            number=number, when=when, queue=queue_words(row.queue),
        )  # fmt: skip
    if row.state == cover.LATER:
        return phrase(
            "{number}: recorded, you can start at {when}. You are called if nobody is faster.",
            number=number, when=when,
        )  # fmt: skip
    if row.state == cover.DECLINED:
        return phrase("{number}: recorded, you can't. Somebody else is asked.", number=number)
    if row.state == cover.LIVE:
        return phrase("{number}: you are in the seat. Thank you.", number=number)
    if row.state in WAITS:
        return phrase("{number}: nothing has been recorded.", number=number)
    return phrase("{number}: thank you, you are not needed any more.", number=number)


def queue_words(queue: str) -> Phrase:
    """A queue as people read it: "BRAVO, Spanish"."""
    project, _, code = queue.partition("/")
    return in_all_languages(
        lambda language: f"{project}, {Wording('UTC', language).language_name(code)}"
    )


def _note(
    session: Session, row: CoverCall, outcome: str, via: str, now: datetime, *,
    after_all: bool = False,
) -> None:  # fmt: skip
    words = {
        cover.ACCEPTED: f"says yes to a seat of {row.queue}, by {row.due_at:%H:%M} UTC",
        cover.DECLINED: f"says no to a seat of {row.queue}" + (" after all" if after_all else ""),
        cover.LATER: f"can take a seat of {row.queue} at {row.due_at:%H:%M} UTC",
    }[outcome]
    more: dict[str, object] = {"after_all": True} if after_all else {}
    if outcome == cover.LATER:
        more["starts_at"] = row.due_at.isoformat()
    timeline.append(
        session, row.incident, ENTRIES[outcome], f"{row.agent} {words}{RELAYED.get(via, '')}",
        now=now, author="agent", source="person", data=_data(row, via) | more,
    )  # fmt: skip


def _data(row: CoverCall, via: str) -> dict[str, object]:
    return {"agent": row.agent, "queue": row.queue, "rung": row.rung, "call": row.id, "via": via}


def _live_key(row: CoverCall) -> str:
    return f"backup-says-live:{row.id}"
