"""Taking an answer to the roll-call: safe, able to work, or neither (E18, D13).

The same answers by the link's page, by SMS and by a key pressed in a call. They may change: who
was safe may not be any more, and the other way round.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from kitart.alerts.workplace import Reported, held_with, report_in_turn, takes_back
from kitart.gateway.house import House
from kitart.gateway.outage import raise_first_alarm, tell_log
from kitart.gateway.visits import (
    LINK,
    NOT_IN_RECORD,
    RELAYED,
    Refused,
    Visitor,
    agent_visitor,
    closed,
)
from kitart.journal import incidents, outage_reports, roll_calls, timeline
from kitart.journal.outage_reports import AGENT, HELP, IN_DANGER, YES, Said
from kitart.journal.roll_calls import ANSWERS, CANNOT, WORKS
from kitart.journal.tables import Incident, OutageReport, RollCall
from kitart.language import Phrase, phrase
from kitart.plan.schema import Agent

WORDS = {
    WORKS: "safe, can work",
    CANNOT: "safe, can't work",
    roll_calls.HELP: "NOT SAFE or needs help",
}
LABELS = {
    WORKS: phrase("I am safe and can work"),
    CANNOT: phrase("I am safe, but can't work"),
    roll_calls.HELP: phrase("I am not safe, or need help"),
}
PHONE_SUPERVISOR = phrase("Nothing has been recorded. Phone your supervisor.")


def opened(place: House, number: str, code: str) -> tuple[RollCall, Incident, Visitor]:
    """The asking, its incident and the agent; raises ``Refused`` for who was not asked, or an
    incident that is closed."""
    with place.inst.journal.read() as session:
        row = roll_calls.newest(session, number, code)
        if row is None:
            raise Refused(404, NOT_IN_RECORD, PHONE_SUPERVISOR)
        incident = incidents.get(session, number)
    visitor = agent_visitor(place.inst.plan_of(number), code, place.inst.clock.now())
    if incident.closed_at is not None:
        raise closed(incident, visitor)
    return row, incident, visitor


def answer(place: House, number: str, code: str, said: str, *, via: str = LINK) -> None:
    """Record one of ``roll_calls.ANSWERS``; "can work" is no report, and ends one that stood.

    Raises ``Refused`` as ``opened`` does, ``ValueError`` for another word.
    """
    if said not in ANSWERS:
        raise ValueError(f"said is {said!r}; right would be one of {', '.join(ANSWERS)}")
    row, _, visitor = opened(place, number, code)
    if said == WORKS and not _stands(place, code):
        with suppress(_ReportStands):  # since a moment ago
            _works(place, visitor, row, via)
            return
    now, made = visitor.now, None
    with place.inst.journal.write() as session:
        # All that can be is done before the incident is held, for which others wait.
        outage_reports.one_at_a_time(session, [code])
        before = outage_reports.of_agent(session, code)
        new = roll_calls.answer(session, row.id, said, via=via, now=now)
        _hold(session, visitor, number, code)
        if new:
            _enter(session, row, said, via, now)
        if said != WORKS:
            words = said_of(visitor.plan.agent(code), before, row, said)
            form = f"roll-call:{row.id}:{said}:{now.isoformat()}"
            made = report_in_turn(session, visitor.plan, form, words, now=now, incident=number)
        elif before is not None:
            takes_back(session, code, by=code, role=AGENT, now=now)
    if made is not None:
        _told(place, made)


def _stands(place: House, code: str) -> bool:
    with place.inst.journal.read() as session:
        return outage_reports.of_agent(session, code) is not None


class _ReportStands(Exception):
    """It ends with the answer, and may be in another incident, which is then held as well."""


def _works(place: House, visitor: Visitor, row: RollCall, via: str) -> None:
    """An agent of whom nothing is reported is safe and can work.

    Most answer so, and many in one moment: their incident is held once for all of whom several
    threads know it. Raises ``Refused``, ``_ReportStands``.
    """

    def ahead(session: Session) -> None:
        outage_reports.will_take(session, row.agent)

    def write(session: Session) -> bool:
        outage_reports.one_at_a_time(session, [row.agent])
        if outage_reports.of_agent(session, row.agent) is not None:
            raise _ReportStands
        return roll_calls.answer(session, row.id, WORKS, via=via, now=visitor.now)

    def enter(session: Session, new: bool) -> None:
        _not_closed(incidents.held(session, row.incident), visitor)
        if new:
            _enter(session, row, WORKS, via, visitor.now)

    place.inst.journal.write_together("roll-call", write, enter, ahead=ahead, about=row.incident)


def _enter(session: Session, row: RollCall, said: str, via: str, now: datetime) -> None:
    timeline.append(
        session, row.incident, "roll-call answered",
        f"{row.agent} answers: {WORDS[said]}{RELAYED.get(via, '')}",
        now=now, author="agent", source="person",
        data={"agent": row.agent, "answer": said, "via": via},
    )  # fmt: skip


def said_of(agent: Agent, before: OutageReport | None, row: RollCall, said: str) -> Said:
    """What the answer reports; what is known of the cause already is kept."""
    project, _, language = agent.queue.partition("/")
    new = Said(
        agent=agent.id, project=project, language=language, area=agent.area,
        reported_by=agent.id, role=AGENT, safe=YES if said == CANNOT else HELP, what="",
        can_move="", occurred_at=row.asked_at, until=None,
    )  # fmt: skip
    if before is None:
        return new
    moves = "" if new.safe in IN_DANGER else before.can_move
    return replace(new, what=before.what, can_move=moves, until=before.until)


def details(place: House, number: str, code: str, form: str, said: Said) -> None:
    """What happened, said after "I can't work": it replaces the bare report."""
    _, _, visitor = opened(place, number, code)
    with place.inst.journal.write() as session:
        _hold(session, visitor, number, code)
        made = report_in_turn(session, visitor.plan, form, said, now=visitor.now, incident=number)
    if made is not None:
        _told(place, made)


def became(row: RollCall) -> Phrase:
    """What the record says of the agent's answer, in one short sentence."""
    number = row.incident
    if row.answer == WORKS:
        return phrase("{number}: recorded, you are safe and can work. Thank you.", number=number)
    if row.answer == CANNOT:
        return phrase(
            "{number}: recorded, you are safe but can't work. Cover is arranged.", number=number
        )
    if row.answer == roll_calls.HELP:
        return phrase("{number}: recorded, you are not safe.", number=number)
    if row.answer == roll_calls.SEEN:
        return phrase("{number}: you are live again. Thank you.", number=number)
    return phrase("{number}: nothing has been recorded.", number=number)


def _hold(session: Session, visitor: Visitor, number: str, code: str) -> None:
    _not_closed(held_with(session, number, code), visitor)


def _not_closed(incident: Incident, visitor: Visitor) -> None:
    if incident.closed_at is not None:  # in the moment since the page was opened
        raise closed(incident, visitor)


def _told(place: House, made: Reported) -> None:
    tell_log(made.row)
    raise_first_alarm(place, [made])
