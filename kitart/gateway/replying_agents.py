"""Doing what an agent's SMS was taken for, by the same way as the pages do (R17, E7, E18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from kitart.alerts.workplace import report_outage, takes_back
from kitart.gateway import called_out, roll_called
from kitart.gateway.called_out import PROMISED
from kitart.gateway.hearing_agents import BY_SMS
from kitart.gateway.house import House
from kitart.gateway.outage import in_open_incident, raise_first_alarm, tell_log
from kitart.gateway.standing import call_for_help
from kitart.gateway.visits import SMS, Refused
from kitart.journal import cover, outage_reports, roll_calls, timeline
from kitart.journal.outage_reports import AGENT, HELP, IN_DANGER, NO, UNKNOWN, YES, Said
from kitart.journal.roll_calls import ANSWERS
from kitart.journal.tables import OutageReport
from kitart.language import Phrase, in_language, listed, phrase
from kitart.plan.schema import Agent, Plan

RECORDED = "recorded"
QUOTED = 300
SAFE_BY_NUMBER = {1: YES, 2: NO, 3: HELP}
COVER_BY_NUMBER = {1: cover.YES, 2: cover.NO, 3: cover.LATER}


def act(
    place: House, agent: Agent, sid: str, reading: Mapping[str, Any], language: str
) -> tuple[str, str]:
    """Do it, and return what became of it and what is said back, in this language.

    Called again after a crash it does nothing twice.
    """
    plan = place.plans.current()
    try:
        match reading["does"]:
            case "cover":
                said = _cover(place, agent, reading)
            case "roll-call":
                said = _roll_call(place, agent, reading["number"])
            case "safe":
                said = _safe(place, plan, agent, sid, SAFE_BY_NUMBER[reading["number"]])
            case "out":
                said = _out(place, plan, agent, sid, reading["what"], reading["safe"])
            case "back":
                said = _back(place, agent)
            case _:
                return reading["outcome"], reading["said"]
    except Refused as refused:
        said = listed([refused.title, refused.what_helps], ". ")
        return "refused", in_language(said, language)
    return RECORDED, in_language(said, language)


def record(
    session: Session, agent: str, incident: str | None, outcome: str, body: str, now: datetime
) -> None:
    """What was not taken as an answer is in the incident's record too, in the agent's words."""
    if incident is None or outcome == RECORDED:
        return
    timeline.append(
        session, incident, "sms not counted",
        f"{agent} wrote by SMS: {body[:QUOTED]!r}; no answer was recorded: {outcome}",
        now=now, author="agent", source="person",
        data={"agent": agent, "via": SMS, "outcome": outcome},
    )  # fmt: skip


def _cover(place: House, agent: Agent, reading: Mapping[str, Any]) -> Phrase:
    number, call = reading["number"], reading["call"]
    row, _, visitor = called_out.opened(place, str(call), agent.id)
    if row.state in PROMISED:
        if number == 2:
            called_out.give_back(place, call, agent.id, via=SMS)
    else:
        starts_at = reading.get("starts_at")
        called_out.answer(
            place, call, agent.id, COVER_BY_NUMBER[number], via=SMS,
            starts_at=datetime.fromisoformat(starts_at) if starts_at else None,
        )  # fmt: skip
    row, _, _ = called_out.opened(place, str(call), agent.id)
    return called_out.became(row, visitor)


def _roll_call(place: House, agent: Agent, number: int) -> Phrase:
    with place.inst.journal.read() as session:
        row = roll_calls.last_of(session, agent.id)
    if row is None:
        raise Refused(410, phrase("Nothing waits for an answer from you"), phrase("Thank you."))
    roll_called.answer(place, row.incident, agent.id, ANSWERS[number - 1], via=SMS)
    row, _, visitor = roll_called.opened(place, row.incident, agent.id)
    if row.answer == roll_calls.HELP:
        return listed([call_for_help(visitor.plan, agent.id), roll_called.became(row)], " ")
    return roll_called.became(row)


def _out(place: House, plan: Plan, agent: Agent, sid: str, what: str, safe: str) -> Phrase:
    """Report it; what was said before of cause and safety stays where this says less."""

    def more(said: Said) -> Said:
        known = said.safe if safe == UNKNOWN else safe
        return replace(said, what=what or said.what, safe=known)

    return _report(place, plan, agent, sid, more)


def _safe(place: House, plan: Plan, agent: Agent, sid: str, safe: str) -> Phrase:
    return _report(place, plan, agent, sid, lambda said: replace(said, safe=safe))


def _report(
    place: House, plan: Plan, agent: Agent, sid: str, more: Callable[[Said], Said]
) -> Phrase:  # fmt: skip
    now = place.inst.clock.now()
    with place.inst.journal.write() as session:
        said = more(_said(agent, outage_reports.of_agent(session, agent.id), now))
        moves = "" if said.safe in IN_DANGER else said.can_move
        said = replace(said, can_move=moves)
        made = report_outage(session, plan, f"{BY_SMS}{sid}", said, now=now)
    if made is not None:
        tell_log(made.row)
        raise_first_alarm(place, [made])
    return _reported(place, plan, agent)


def _said(agent: Agent, before: OutageReport | None, now: datetime) -> Said:
    project, _, language = agent.queue.partition("/")
    new = Said(
        agent=agent.id, project=project, language=language, area=agent.area,
        reported_by=agent.id, role=AGENT, safe=UNKNOWN, what="", can_move="", occurred_at=now,
        until=None,
    )  # fmt: skip
    if before is None:
        return new
    return replace(
        new, safe=before.safe, what=before.what, can_move=before.can_move, until=before.until
    )


def _reported(place: House, plan: Plan, agent: Agent) -> Phrase:
    """What stands now; what helps somebody in danger comes first (E17)."""
    with place.inst.journal.read() as session:
        row = outage_reports.of_agent(session, agent.id)
        number = in_open_incident(session, row)
    if row is None:
        return phrase("No report of yours stands any more.")
    where = phrase("{code} can't work, {number}", code=agent.id, number=number) if number else (
        phrase("{code} can't work; no shift now, so no incident", code=agent.id)
    )  # fmt: skip
    if row.safe in IN_DANGER:
        unsafe = phrase("Recorded: not safe; {what}. Safe again? Reply 1.", what=where)
        return listed([call_for_help(plan, agent.id), unsafe], " ")
    if row.safe == YES:
        return phrase("Recorded: {what}, you are safe. Works again? Reply OK.", what=where)
    return phrase(
        "Recorded: {what}. Are you safe? Reply 1 yes, 2 no or need help. Works again? Reply OK.",
        what=where,
    )


def _back(place: House, agent: Agent) -> Phrase:
    now = place.inst.clock.now()
    with place.inst.journal.write() as session:
        takes_back(session, agent.id, by=agent.id, role=AGENT, now=now)
    return phrase("Recorded: {code} works again. Thank you.", code=agent.id)
